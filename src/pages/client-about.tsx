import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { readMember } from '../clients/member.ts'
import { shownMembers } from '../clients/members/shown.ts'
import type { Provider } from '../concepts.ts'
import { imageSource } from '../http/security-headers.ts'
import type { Client } from '../store/records.ts'
import { Mark } from '../ui/components.tsx'
import { displayName, initialOf, safeHref } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'

/** What an application says about itself besides its name (RFC 7591 2), unverified. */
export interface ClientAbout {
  /** An https image, which only the browser fetches; null if there is none that a page may show. */
  readonly logoUrl: string | null
  readonly policyUrl: string | null
  readonly termsUrl: string | null
  readonly contacts: readonly string[]
}

/** The most contacts that a page shows. */
const MAX_CONTACTS = 3
/** An email address that needs no encoding in a link, and cannot add a subject or a text to the mail. */
const ADDRESS = /^[\w.+-]{1,64}@[a-z\d-]+(?:\.[a-z\d-]+)+$/i

/** Reads what pages show about a client. */
export function aboutClient(client: Client): ClientAbout {
  const logo = readMember(client, shownMembers.logoUri)
  return {
    logoUrl: logo !== null && imageSource(logo) !== null ? logo : null,
    policyUrl: safeHref(readMember(client, shownMembers.policyUri)),
    termsUrl: safeHref(readMember(client, shownMembers.tosUri)),
    contacts: readMember(client, shownMembers.contacts).slice(0, MAX_CONTACTS),
  }
}

/**
 * Returns the address at which a client starts a sign-in here (OpenID Connect Core 4, third-party initiated login). It names
 * the issuer, but not the signed-in user, whom the client learns from the sign-in.
 * @param uri as registered; it may have
 * its own query
 * @returns null unless it is https
 */
export function openClientUrl(uri: string | null, { features, issuer }: Provider): string | null {
  const url = uri === null ? null : URL.parse(uri)
  if (url?.protocol !== 'https:' || url.username !== '' || !features.includes('openid')) return null
  url.searchParams.append('iss', issuer)
  return url.href
}

interface ClientMarkProps {
  readonly name: string
  readonly about: ClientAbout | undefined
}

/** The logo of an application, or the first letter of its name, also if it does not load. Decorative, as the name is beside it. */
export function ClientMark({ about, name }: ClientMarkProps): JSX.Element {
  return about?.logoUrl ? (
    <img
      class="logo mark-large"
      src={about.logoUrl}
      alt=""
      data-initial={initialOf(name)}
      width={48}
      height={48}
      referrerpolicy="no-referrer"
    />
  ) : (
    <Mark name={name} large />
  )
}

interface ClientLinksProps {
  readonly ui: Ui
  readonly name: string
  readonly about: ClientAbout | undefined
}

/** An application's privacy policy, terms of service and contacts. */
export function ClientLinks({ about, name, ui }: ClientLinksProps): JSX.Element | null {
  const { client } = ui.messages
  if (!about) return null
  const { contacts, policyUrl, termsUrl } = about
  const links: readonly Child[] = [
    ...linkTo(policyUrl, client.policy),
    ...linkTo(termsUrl, client.terms),
    ...(contacts.length > 0 ? [<Contacts ui={ui} contacts={contacts} />] : []),
  ]
  if (links.length === 0) return null
  return (
    <ul class="row small muted">
      <li>{client.about(displayName(name))}</li>
      {links.map((link) => (
        <li>{link}</li>
      ))}
    </ul>
  )
}

function linkTo(url: string | null, text: string): readonly Child[] {
  return url === null
    ? []
    : [
        <a href={url} rel="noreferrer">
          {text}
        </a>,
      ]
}

function Contacts({ contacts, ui }: Pick<ClientAbout, 'contacts'> & { readonly ui: Ui }): JSX.Element {
  return (
    <>
      {ui.messages.client.contact}:{' '}
      {contacts.map((contact, index) => (
        <>
          {index > 0 && ', '}
          <Contact contact={contact} />
        </>
      ))}
    </>
  )
}

/** Shows an email or web address as a link, and anything else as text. */
function Contact({ contact }: { readonly contact: string }): JSX.Element {
  const href = ADDRESS.test(contact) ? `mailto:${contact}` : safeHref(contact)
  const text = displayName(contact)
  if (href === null) return <>{text}</>
  return (
    <a href={href} rel="noreferrer">
      {text}
    </a>
  )
}
