import type { Context } from 'hono'
import type { Params, ProviderEnv } from '../concepts.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { readForm } from '../http/params.ts'
import { catchProblems, type Problems, readInput, repeatableNames } from '../operations/input.ts'
import { type Action, type Done, type FieldSpec, type Resource, valueOf } from '../operations/resource.ts'
import { writeFlash } from '../pages/routes/flash.ts'
import { seeOther, showNotFound } from '../pages/routes/respond.ts'
import type { AdminRecord } from '../store/browse.ts'
import { confirmOwnPassword, isStale, type StaffOperator } from './operator.ts'
import { type Carried, ConfirmPage, FormPage, PasswordPage } from './pages/forms.tsx'
import { recordUrl } from './pages/values.tsx'
import { adminUi, redirectDone, showAdminPage } from './respond.ts'

type Handling = Context<ProviderEnv>

/** The form for a new record, or for one that is changed. */
export async function showForm(
  c: Handling,
  resource: Resource,
  record: AdminRecord | null,
  operator: StaffOperator,
): Promise<Response> {
  const fields = resource.fields?.(record, operator.provider) ?? []
  const page = (
    <FormPage
      admin={await adminUi(c, operator)}
      resource={resource}
      record={record}
      fields={fields}
      values={{ ...resource.blank?.(operator.provider), ...record }}
      problems={{}}
    />
  )
  return showAdminPage(c, page)
}

/** Saves a form; what is wrong with it stands beside its fields. */
export async function saveForm(
  c: Handling,
  resource: Resource,
  record: AdminRecord | null,
  operator: StaffOperator,
): Promise<Response> {
  const fields = resource.fields?.(record, operator.provider) ?? []
  const form = await readForm(c.req.raw, repeatableNames(fields))
  await requireAntiForgery(c, form)
  const action = record
    ? recordUrl(operator.provider.paths.admin, resource.kind, valueOf(record, resource.id), 'edit')
    : `${operator.provider.paths.admin}/${resource.kind}/new`
  const carried = carriedFields(form, [...fields, UPDATED_AT])
  const asked = await askPassword(c, form, { action, carried, current: resource.kind }, operator)
  if (asked) return asked
  const seen = form.get('updated_at')
  const input = { ...readInput(form, fields), ...(seen === undefined ? {} : { updated_at: seen }) }
  const saved = await catchProblems(async () =>
    record
      ? ((await resource.update?.(record, input, operator)) ?? null)
      : ((await resource.create?.(input, operator)) ?? null),
  )
  if ('value' in saved) return saved.value ? redirectDone(c, resource, saved.value) : showNotFound(c)
  const page = (
    <FormPage
      admin={await adminUi(c, operator)}
      resource={resource}
      record={record}
      fields={fields}
      values={input}
      problems={saved.problems}
    />
  )
  return showAdminPage(c, page, 400)
}

const UPDATED_AT: FieldSpec = { name: 'updated_at', label: '', kind: 'text' }

/** What a form said, but for passwords: to be sent again together with the operator's own. */
function carriedFields(form: Params, fields: readonly FieldSpec[]): Carried {
  return fields
    .filter(({ kind }) => kind !== 'password')
    .flatMap(({ name }) => form.getAll(name).map((value) => [name, value] as const))
}

/** Asks for the operator's password where the sign-in is old; null where the change may go on. */
async function askPassword(
  c: Handling,
  form: Params,
  page: { readonly action: string; readonly carried: Carried; readonly current: string },
  operator: StaffOperator,
): Promise<Response | null> {
  if (!isStale(operator)) return null
  const refused = await confirmOwnPassword(form, operator)
  if (!refused) return null
  const admin = await adminUi(c, operator)
  return showAdminPage(c, <PasswordPage admin={admin} {...page} problem={refused.problem} />, refused.status)
}

/** Does something to one record or many: first it asks, and where the sign-in is old it asks for the password. */
export async function act(c: Handling, resource: Resource, operator: StaffOperator): Promise<Response> {
  const repeatable = resource.actions.flatMap(({ fields = [] }) => repeatableNames(fields))
  const form = await readForm(c.req.raw, ['id', ...repeatable])
  await requireAntiForgery(c, form)
  const action = resource.actions.find(({ name }) => name === form.get('action'))
  const records = action ? await readRecords(resource, action, form.getAll('id'), operator) : []
  if (!action) return showNotFound(c)
  if (records.length === 0) return nothingChosen(c, resource, form, operator)
  if (form.get('confirmed') !== 'yes')
    return confirmPage(c, { resource, action, records, problems: {} }, operator)
  const url = `${operator.provider.paths.admin}/${resource.kind}/act`
  const carried: Carried = [
    ['action', action.name],
    ['confirmed', 'yes'],
    ...records.map((record) => ['id', valueOf(record, resource.id)] as const),
    ...carriedFields(form, action.fields ?? []),
  ]
  const asked = await askPassword(c, form, { action: url, carried, current: resource.kind }, operator)
  if (asked) return asked
  const input = readInput(form, action.fields ?? [])
  const run = await catchProblems(async () => {
    const dones: Done[] = []
    for (const record of records) {
      const done = await action.run(record, input, operator)
      if (done) dones.push(done)
    }
    return dones
  })
  if ('problems' in run) {
    return confirmPage(c, { resource, action, records, problems: run.problems, values: input }, operator)
  }
  return finish(c, resource, action, run.value)
}

async function finish(
  c: Handling,
  resource: Resource,
  action: Action,
  dones: readonly Done[],
): Promise<Response> {
  const [only] = dones
  if (only && dones.length === 1 && !action.removes) return redirectDone(c, resource, only)
  const text = dones.length === 1 && only ? only.text : `${action.label}: ${dones.length} done.`
  await writeFlash(c, { kind: dones.length > 0 ? 'success' : 'warning', text })
  return seeOther(c, `${c.get('provider').paths.admin}/${resource.kind}`)
}

/** The records that are chosen and that the action applies to. */
async function readRecords(
  resource: Resource,
  action: Action,
  ids: readonly string[],
  { provider, store }: StaffOperator,
): Promise<readonly AdminRecord[]> {
  const chosen = action.bulk ? [...new Set(ids)] : ids.slice(0, 1)
  const read = chosen.map(async (id) => store.readRecord(resource.kind, id, provider.request.now))
  const found = (await Promise.all(read)).filter((record) => record !== null)
  return found.filter((record) => action.appliesTo?.(record) ?? true)
}

async function nothingChosen(
  c: Handling,
  resource: Resource,
  form: Params,
  { provider, store }: StaffOperator,
): Promise<Response> {
  const [id] = form.getAll('id')
  const there = id !== undefined && (await store.readRecord(resource.kind, id, provider.request.now)) !== null
  if (id !== undefined && !there) return showNotFound(c)
  const text = id === undefined ? 'Choose at least one.' : 'That was done already; nothing had to be changed.'
  await writeFlash(c, { kind: 'warning', text })
  return seeOther(c, `${provider.paths.admin}/${resource.kind}`)
}

interface Asked {
  readonly resource: Resource
  readonly action: Action
  readonly records: readonly AdminRecord[]
  readonly problems: Problems
  readonly values?: Readonly<Record<string, unknown>>
}

async function confirmPage(c: Handling, asked: Asked, operator: StaffOperator): Promise<Response> {
  const page = (
    <ConfirmPage
      admin={await adminUi(c, operator)}
      {...asked}
      values={asked.values ?? {}}
      hanging={await hangingText(asked, operator)}
    />
  )
  return showAdminPage(c, page, Object.keys(asked.problems).length > 0 ? 400 : 200)
}

const count = (number: number): string => (number >= 1000 ? '1,000 or more' : String(number))

/** What goes with a client or a user that is deleted. */
async function hangingText(
  { action, records, resource }: Asked,
  { store }: StaffOperator,
): Promise<string | null> {
  const [record] = records
  if (!action.removes || records.length > 1 || !record) return null
  const id = valueOf(record, resource.id)
  if (resource.kind !== 'clients' && resource.kind !== 'users') return null
  const hanging = await store.countHanging(resource.kind === 'clients' ? { clientId: id } : { userId: id })
  return `With it go: consents ${count(hanging.consents)}, grants ${count(hanging.grants)}, access tokens ${count(hanging.accessTokens)}.`
}
