import type { Mail } from 'edge-oauth2-provider'

/** Characters of a line of base64 (RFC 2045 6.8). */
const LINE = 76
/** Bytes of text that one encoded word of a header holds (RFC 2047 2), in whole characters. */
const WORD = 39

/**
 * Writes a mail as the text of SMTP's DATA: plain text and HTML that say the same (RFC 2046 5.1.4). The parts are in base64, so that no
 * line is too long, and none begins with a dot.
 */
export function messageOf({ from, html, subject, text, to }: Mail, now = new Date()): string {
  const boundary = `=_${crypto.randomUUID()}`
  const part = (type: string, content: string): string =>
    [
      `--${boundary}`,
      `Content-Type: text/${type}; charset=utf-8`,
      'Content-Transfer-Encoding: base64',
      '',
      ...(base64(content).match(new RegExp(`.{1,${LINE}}`, 'g')) ?? []),
    ].join('\r\n')
  return [
    `From: ${encodedWords(from.name)}\r\n <${from.email}>`,
    `To: <${to}>`,
    `Subject: ${encodedWords(subject)}`,
    `Date: ${now.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${crypto.randomUUID()}@${from.email.slice(from.email.lastIndexOf('@') + 1)}>`,
    'MIME-Version: 1.0',
    'Auto-Submitted: auto-generated',
    `Content-Type: multipart/alternative;\r\n boundary="${boundary}"`,
    '',
    part('plain', text),
    part('html', html),
    `--${boundary}--`,
    '',
  ].join('\r\n')
}

/** A text of a header in any script: whatever it holds, it ends no header and begins none. */
function encodedWords(text: string): string {
  const words = ['']
  for (const character of text) {
    const longer = `${words.at(-1)}${character}`
    if (new TextEncoder().encode(longer).length > WORD) words.push(character)
    else words[words.length - 1] = longer
  }
  return words.map((word) => `=?utf-8?B?${base64(word)}?=`).join('\r\n ')
}

/** base64 of a text in UTF-8. */
export function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}
