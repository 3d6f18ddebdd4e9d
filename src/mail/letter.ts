import type { Mail, MailAddress } from '../concepts.ts'

/** The content of a mail. Its texts are whole sentences in the recipient's language. */
export interface Letter {
  /** For `<html lang>`. */
  readonly lang: string
  readonly subject: string
  readonly paragraphs: readonly string[]
  /** A link to one of our pages. */
  readonly link?: { readonly label: string; readonly url: string }
  /** A code to enter. */
  readonly code?: string
  /** The text after the link and the code, in small print. */
  readonly closing: readonly string[]
}

/** Renders a letter as a mail, in plain text and in equivalent HTML. */
export function composeMail(
  { closing, code, lang, link, paragraphs, subject }: Letter,
  to: string,
  from: MailAddress,
): Mail {
  const text = [
    ...paragraphs,
    ...(code === undefined ? [] : [`    ${code}`]),
    ...(link ? [`${link.label}:\n${link.url}`] : []),
    ...closing,
    `-- \n${from.name}`,
  ]
  const html = [
    ...paragraphs.map((paragraph) => element('p', TEXT, paragraph)),
    ...(code === undefined ? [] : [element('p', CODE, code)]),
    ...(link
      ? [`<p style="${TEXT}"><a href="${escape(link.url)}" style="${LINK}">${escape(link.label)}</a></p>`]
      : []),
    ...closing.map((paragraph) => element('p', SMALL, paragraph)),
    element('p', SMALL, from.name),
  ]
  return {
    from: { ...from, name: oneLine(from.name) },
    to,
    subject: oneLine(subject),
    text: `${text.join('\n\n')}\n`,
    html: `<!doctype html>
<html lang="${escape(lang)}"><head><meta charset="utf-8"><title>${escape(oneLine(subject))}</title></head>
<body style="margin:0;padding:24px">
${html.join('\n')}
</body></html>
`,
  }
}

const FONT = 'font-family:system-ui,sans-serif;line-height:1.5;margin:0 0 16px'
const TEXT = `${FONT};font-size:16px`
const SMALL = `${FONT};font-size:14px;color:#575e58`
const CODE = `${FONT};font-size:28px;letter-spacing:4px;font-weight:600`
const LINK = 'color:#0f6b5c;font-weight:600'

function element(name: string, style: string, text: string): string {
  return `<${name} style="${style}">${escape(text)}</${name}>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** A header is one line (RFC 5322 2.2), so characters that could end it, or are invisible, become a space. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}
