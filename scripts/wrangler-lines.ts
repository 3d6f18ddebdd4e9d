import { stripVTControlCharacters } from 'node:util'

/** Messages of `wrangler dev` that say what our own lines say better, or what nobody asked. */
const NOISE = [
  /^Using (?:secrets|vars) defined in /,
  /^Your Workers? (?:has|have) access to the following bindings:/,
  /^Binding +Resource +Mode/,
  /^env\./,
  /^▲ \[WARNING\] Scheduled Workers are not automatically triggered/,
  /^⎔ Starting local server/,
  /\bReady on http/,
]

/**
 * Passes on what `wrangler dev` writes, line by line, without its noise. What is indented belongs to the message above it.
 * @param print gets each line that is left, with its end
 * @param onLine gets every line as plain text, and says whether it is noise, too
 */
export function filterLines(
  print: (line: string) => void,
  onLine: (line: string) => boolean = () => false,
): (text: string) => void {
  let rest = ''
  let dropping = false
  return (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const plain = stripVTControlCharacters(line).trimEnd()
      const isNoise = onLine(plain) || NOISE.some((noise) => noise.test(plain))
      if (plain !== '' && !/^\s/.test(plain)) dropping = isNoise
      if (!dropping) print(`${line}\n`)
    }
  }
}
