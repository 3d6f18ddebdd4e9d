import type { Context } from 'hono'
import type { Params, ProviderEnv } from '../concepts.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { readForm, readQuery } from '../http/params.ts'
import { afterSessionsEnded } from '../identity/sessions-ended.ts'
import { describeHanging } from '../operations/hanging.ts'
import { catchProblems, type Problems, readInput, repeatableNames } from '../operations/input.ts'
import { readRecord } from '../operations/records.ts'
import { type Action, type Done, isOffered, type Resource, valueOf } from '../operations/resource.ts'
import { writeFlash } from '../pages/routes/flash.ts'
import { seeOther, showNotFound } from '../pages/routes/respond.ts'
import type { AdminRecord } from '../store/browse.ts'
import type { StaffOperator } from './operator.ts'
import { ConfirmPage, FormPage, nameToType, TYPED_NAME } from './pages/forms.tsx'
import { backUrl, recordUrl } from './pages/values.tsx'
import { adminUi, redirectDone, showAdminPage, wordsOf } from './respond.ts'
import { askPassword, openForm, untilPassword } from './step-up.tsx'
import { type PanelText, problemsIn } from './words.ts'

type Handling = Context<ProviderEnv>

/** Shows the form for a new record, or for changing one. */
export async function showForm(
  c: Handling,
  resource: Resource,
  record: AdminRecord | null,
  operator: StaffOperator,
): Promise<Response> {
  const fields = resource.fields?.(record, operator.provider, operator.userId) ?? []
  const named = record ? undefined : readQuery(c.req.raw).get('kind')
  const kind = resource.kinds?.find(({ name }) => name === named)
  const page = (
    <FormPage
      admin={await adminUi(c, operator)}
      resource={resource}
      record={record}
      fields={fields}
      kind={kind?.name}
      values={{ ...resource.blank?.(operator.provider), ...kind?.values, ...record }}
      problems={{}}
    />
  )
  return showAdminPage(c, page)
}

/** Saves a form; problems are shown beside its fields. If the sign-in is old, a valid form waits for the password. */
export async function saveForm(
  c: Handling,
  resource: Resource,
  record: AdminRecord | null,
  member: StaffOperator,
): Promise<Response> {
  const { admin: base } = member.provider.paths
  const fields = resource.fields?.(record, member.provider, member.userId) ?? []
  const sent = await readForm(c.req.raw, repeatableNames(fields))
  await requireAntiForgery(c, sent)
  const said = await openForm(sent, repeatableNames(fields), member)
  const { form, operator } = said
  const id = record ? valueOf(record, resource.id) : ''
  const step = {
    action: record ? recordUrl(base, resource.kind, id, 'edit') : `${base}/${resource.kind}/new`,
    cancelUrl: record ? recordUrl(base, resource.kind, id) : `${base}/${resource.kind}`,
    current: resource.kind,
    names: [...fields.map(({ name }) => name), 'updated_at'],
  }
  if (said.refused) return askPassword(c, said, step)
  const seen = form.get('updated_at')
  const input = { ...readInput(form, fields), ...(seen === undefined ? {} : { updated_at: seen }) }
  const saved = await untilPassword(async () =>
    catchProblems(async () =>
      record
        ? ((await resource.update?.(record, input, operator)) ?? null)
        : ((await resource.create?.(input, operator)) ?? null),
    ),
  )
  if (!saved) return askPassword(c, said, step)
  afterSessionsEnded(operator.provider)
  if ('value' in saved) return saved.value ? redirectDone(c, resource, saved.value) : showNotFound(c)
  const admin = await adminUi(c, operator)
  const page = (
    <FormPage
      admin={admin}
      resource={resource}
      record={record}
      fields={fields}
      values={input}
      problems={problemsIn(saved.problems, admin)}
    />
  )
  return showAdminPage(c, page, 400)
}

/** Performs an action on one record or many. It first asks for confirmation and, if the sign-in is old, for the password. */
export async function act(c: Handling, resource: Resource, member: StaffOperator): Promise<Response> {
  const repeatable = ['id', ...resource.actions.flatMap(({ fields = [] }) => repeatableNames(fields))]
  const sent = await readForm(c.req.raw, repeatable)
  await requireAntiForgery(c, sent)
  const said = await openForm(sent, repeatable, member)
  const { form, operator } = said
  const action = resource.actions.find(({ name }) => name === form.get('action'))
  const records = action ? await readRecords(resource, action, form.getAll('id'), operator) : []
  if (!action) return showNotFound(c)
  if (records.length === 0 && !action.ofAll) return nothingChosen(c, resource, form, operator)
  if (form.get('confirmed') !== 'yes')
    return confirmPage(c, { resource, action, records, problems: {} }, operator)
  const typed = form.get(TYPED_NAME)
  if (typed !== undefined && typed.trim() !== nameToType(action, resource, records)) {
    const problems = { [TYPED_NAME]: 'The name does not match. Nothing was changed.' }
    return confirmPage(c, { resource, action, records, problems }, operator)
  }
  const fields = action.fields ?? []
  const { admin } = operator.provider.paths
  const step = {
    action: `${admin}/${resource.kind}/act`,
    cancelUrl: backUrl(admin, resource, records),
    current: resource.kind,
    names: ['action', 'confirmed', 'id', ...fields.map(({ name }) => name)],
  }
  if (said.refused) return askPassword(c, said, step)
  const input = readInput(form, fields)
  const run = await untilPassword(async () =>
    catchProblems(async () => {
      const dones: Done[] = []
      for (const record of action.ofAll ? [{}] : records) {
        const done = await action.run(record, input, operator)
        if (done) dones.push(done)
      }
      return dones
    }),
  )
  if (!run) return askPassword(c, said, step)
  if ('problems' in run) {
    return confirmPage(c, { resource, action, records, problems: run.problems, values: input }, operator)
  }
  afterSessionsEnded(operator.provider)
  return finish(c, resource, action, run.value)
}

async function finish(
  c: Handling,
  resource: Resource,
  action: Action,
  dones: readonly Done[],
): Promise<Response> {
  const [only] = dones
  if (only && dones.length === 1 && !action.removes && !action.ofAll) return redirectDone(c, resource, only)
  const { say, translate } = wordsOf(c)
  const text =
    dones.length === 1 && only ? translate(only.text) : say('{}: {} done.', action.label, dones.length)
  await writeFlash(c, { kind: dones.length > 0 ? 'success' : 'warning', text })
  return seeOther(c, `${c.get('provider').paths.admin}/${resource.kind}`)
}

/** Reads the selected records for which the action is available. */
async function readRecords(
  resource: Resource,
  action: Action,
  ids: readonly string[],
  operator: StaffOperator,
): Promise<readonly AdminRecord[]> {
  const chosen = action.bulk ? [...new Set(ids)] : ids.slice(0, 1)
  const read = chosen.map(async (id) => readRecord(resource, id, operator))
  const found = (await Promise.all(read)).filter((record) => record !== null)
  return found.filter((record) => isOffered(action, record, operator.userId))
}

async function nothingChosen(
  c: Handling,
  resource: Resource,
  form: Params,
  operator: StaffOperator,
): Promise<Response> {
  const [id] = form.getAll('id')
  const there = id !== undefined && (await readRecord(resource, id, operator)) !== null
  if (id !== undefined && !there) return showNotFound(c)
  await writeFlash(c, { kind: 'warning', text: wordsOf(c).say(whyNothing(id, operator.userId)) })
  return seeOther(c, `${operator.provider.paths.admin}/${resource.kind}`)
}

function whyNothing(id: string | undefined, userId: string | null): PanelText {
  if (id === undefined) return 'Select at least one.'
  if (id === userId) return 'You cannot do this to yourself: ask another member of staff.'
  return 'That was already done; there was nothing to change.'
}

interface Asked {
  readonly resource: Resource
  readonly action: Action
  readonly records: readonly AdminRecord[]
  readonly problems: Problems
  readonly values?: Readonly<Record<string, unknown>>
}

async function confirmPage(c: Handling, asked: Asked, operator: StaffOperator): Promise<Response> {
  const admin = await adminUi(c, operator)
  const hanging = await hangingText(asked, operator)
  const page = (
    <ConfirmPage
      admin={admin}
      {...asked}
      problems={problemsIn(asked.problems, admin)}
      values={asked.values ?? {}}
      hanging={hanging && admin.translate(hanging)}
    />
  )
  return showAdminPage(c, page, Object.keys(asked.problems).length > 0 ? 400 : 200)
}

/** Describes what is deleted together with a record. */
async function hangingText(
  { action, records, resource }: Asked,
  { store }: StaffOperator,
): Promise<string | null> {
  const [record] = records
  return action.removes && record && records.length === 1 ? describeHanging(resource, record, store) : null
}
