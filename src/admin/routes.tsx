import type { Context, Hono } from 'hono'
import type { Paths, ProviderEnv } from '../concepts.ts'
import { requireSameOrigin } from '../http/anti-forgery.ts'
import { readQuery } from '../http/params.ts'
import { listRecords, readRecord } from '../operations/records.ts'
import { type Resource, valueOf } from '../operations/resource.ts'
import { findResource } from '../operations/resources/index.ts'
import { showNotFound } from '../pages/routes/respond.ts'
import type { AdminRecord } from '../store/browse.ts'
import { showSections } from '../ui/sections.tsx'
import { readActivity } from './activity.ts'
import { adminApi } from './api.ts'
import { act, saveForm, showForm } from './changes.tsx'
import { ClientExtras, readClientExtras } from './client-extras.tsx'
import { exportCsv, readFilters, readPart } from './list.ts'
import { type StaffHandler, staffOnly, type StaffOperator } from './operator.ts'
import { ListPage } from './pages/list.tsx'
import { Overview } from './pages/overview.tsx'
import { RecordPage } from './pages/record.tsx'
import { RelatedLists } from './pages/related.tsx'
import { readCounts, readRelated } from './related.ts'
import { adminUi, showAdminPage, takeSecret, wordsOf } from './respond.ts'
import { adminStyleAsset } from './styles.ts'
import { deploymentWarnings } from './warnings.ts'
import { resourceIn } from './words.ts'

type Handling = Context<ProviderEnv>

const PAGE = 50
/** The number of refused requests on the overview. */
const NEWEST = 5

/** Adds `/admin` and everything below it: the pages for staff, and their API. */
export function addAdminRoutes(app: Hono<ProviderEnv>, { admin }: Paths): void {
  app.route(`${admin}/api`, adminApi())
  app.use(`${admin}/*`, requireSameOrigin)
  const get = (path: string, handle: StaffHandler): void => {
    app.get(path, staffOnly(handle))
    app.get(`${path}/`, staffOnly(handle))
  }
  get(admin, showOverview)
  get(`${admin}/assets/:file`, showStyle)
  get(`${admin}/export/:kind`, withResource(sendExport))
  get(`${admin}/:kind`, withResource(showList))
  get(`${admin}/:kind/new`, withCreate(showForm))
  get(`${admin}/:kind/show`, withRecord(showRecord))
  get(`${admin}/:kind/edit`, withUpdate(showForm))
  app.post(`${admin}/:kind/new`, staffOnly(withCreate(saveForm)))
  app.post(`${admin}/:kind/edit`, staffOnly(withUpdate(saveForm)))
  app.post(`${admin}/:kind/act`, staffOnly(withResource(act)))
  // Everything else below is guarded, too, so that a missing page is not even reported as missing.
  app.all(admin, staffOnly(showNotFound))
  app.all(`${admin}/*`, staffOnly(showNotFound))
}

type ResourceHandler = (c: Handling, resource: Resource, operator: StaffOperator) => Promise<Response>
type RecordHandler = (
  c: Handling,
  resource: Resource,
  record: AdminRecord,
  operator: StaffOperator,
) => Promise<Response>
type FormHandler = (
  c: Handling,
  resource: Resource,
  record: AdminRecord | null,
  operator: StaffOperator,
) => Promise<Response>

function withResource(handle: ResourceHandler): StaffHandler {
  return async (c, operator) => {
    const resource = findResource(c.req.param('kind'), operator.provider)
    return resource ? handle(c, resourceIn(resource, wordsOf(c)), operator) : showNotFound(c)
  }
}

function withCreate(handle: FormHandler): StaffHandler {
  return withResource(async (c, resource, operator) =>
    resource.create ? handle(c, resource, null, operator) : showNotFound(c),
  )
}

function withRecord(handle: RecordHandler): StaffHandler {
  return withResource(async (c, resource, operator) => {
    const id = readQuery(c.req.raw).get('id') ?? ''
    const record = await readRecord(resource, id, operator)
    return record ? handle(c, resource, record, operator) : showNotFound(c)
  })
}

function withUpdate(handle: RecordHandler): StaffHandler {
  return withRecord(async (c, resource, record, operator) =>
    resource.update ? handle(c, resource, record, operator) : showNotFound(c),
  )
}

async function showStyle(c: Handling): Promise<Response> {
  const style = await adminStyleAsset()
  return c.req.path.endsWith(style.path) ? c.body(style.body, 200, style.headers) : showNotFound(c)
}

async function showOverview(c: Handling, operator: StaffOperator): Promise<Response> {
  const { now } = operator.provider.request
  const newest = { filters: {}, after: null, limit: NEWEST }
  const [activity, refused, counts] = await Promise.all([
    readActivity(operator.store, now),
    operator.store.browse('refusals', newest, now),
    readCounts(operator),
  ])
  const admin = await adminUi(c, operator)
  const sections = await showSections(c, operator.provider.adminSections)
  const page = (
    <Overview
      admin={admin}
      activity={activity}
      counts={counts}
      today={Math.floor(now / 86_400)}
      warnings={deploymentWarnings(operator.provider, c.req.url)}
      refused={refused.records}
      sections={sections}
    />
  )
  return showAdminPage(c, page)
}

async function showList(c: Handling, resource: Resource, operator: StaffOperator): Promise<Response> {
  const query = readQuery(c.req.raw)
  const asked = readPart(resource, query)
  const listing = await listRecords(resource, { ...asked, counts: true, limit: PAGE }, operator)
  const page = (
    <ListPage
      admin={await adminUi(c, operator)}
      resource={resource}
      listing={listing}
      asked={asked}
      chosen={query.get('choose') === 'all'}
    />
  )
  return showAdminPage(c, page)
}

async function showRecord(
  c: Handling,
  resource: Resource,
  record: AdminRecord,
  operator: StaffOperator,
): Promise<Response> {
  const admin = await adminUi(c, operator)
  const secret = await takeSecret(c, valueOf(record, resource.id))
  const extras =
    resource.kind === 'clients' ? (
      <ClientExtras admin={admin} {...await readClientExtras(record, operator)} />
    ) : null
  const page = (
    <RecordPage admin={admin} known={operator.provider} resource={resource} record={record} secret={secret}>
      <RelatedLists
        admin={admin}
        of={resource.kind}
        related={await readRelated(resource, record, operator)}
      />
      {extras}
    </RecordPage>
  )
  return showAdminPage(c, page)
}

async function sendExport(c: Handling, resource: Resource, operator: StaffOperator): Promise<Response> {
  const query = readQuery(c.req.raw)
  const filters = readFilters(resource, query)
  const { origin, pathname } = new URL(c.req.url)
  const lines = exportCsv(
    resource,
    { filters, after: query.get('after') ?? null, url: `${origin}${pathname}` },
    operator,
  )
  // An immediate failure is answered with an error rather than an incomplete file.
  const first = await lines.next()
  return c.body(streamOf(first, lines, operator.provider.request.id), 200, {
    'Cache-Control': 'no-store',
    'Content-Disposition': `attachment; filename="${resource.kind}.csv"`,
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Content-Type': 'text/csv; charset=utf-8',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  })
}

/** Streams strings, so that a long list is never in memory as a whole. */
function streamOf(
  first: IteratorResult<string, unknown>,
  texts: AsyncGenerator<string>,
  requestId: string,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      if (!first.done) controller.enqueue(encoder.encode(first.value))
    },
    async pull(controller) {
      try {
        const next = await texts.next()
        if (next.done) controller.close()
        else controller.enqueue(encoder.encode(next.value))
      } catch (error) {
        console.error(`request ${requestId} broke off:`, error)
        throw error
      }
    },
    async cancel() {
      await texts.return(undefined)
    },
  })
}
