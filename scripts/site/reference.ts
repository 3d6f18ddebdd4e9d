import * as v from 'valibot'

const Described = v.object({ description: v.optional(v.string()) })
const Field = v.looseObject({
  type: v.optional(v.union([v.string(), v.array(v.string())])),
  description: v.optional(v.string()),
  enum: v.optional(v.array(v.unknown())),
})
const Body = v.looseObject({
  ...Field.entries,
  properties: v.optional(v.record(v.string(), v.looseObject(Field.entries))),
  required: v.optional(v.array(v.string())),
  items: v.optional(v.looseObject({})),
})
const Content = v.record(v.string(), v.object({ schema: v.optional(Body) }))
const Operation = v.object({
  summary: v.optional(v.string(), ''),
  security: v.optional(v.array(v.record(v.string(), v.array(v.string()))), []),
  parameters: v.optional(
    v.array(
      v.object({
        ...Described.entries,
        name: v.string(),
        in: v.string(),
        required: v.optional(v.boolean()),
        schema: v.optional(Field),
      }),
    ),
    [],
  ),
  requestBody: v.optional(v.object({ content: Content })),
  responses: v.record(v.string(), v.object({ ...Described.entries, content: v.optional(Content) })),
})
const Document = v.object({ paths: v.record(v.string(), v.record(v.string(), Operation)) })

type Operation = v.InferOutput<typeof Operation>
type Schema = v.InferOutput<typeof Body>

/** What the reference reads of an OpenAPI document. */
export type Document = v.InferOutput<typeof Document>

/**
 * Reads the OpenAPI document of the provider.
 * @throws {v.ValiError} it says something that the reference would leave out
 */
export function parseDocument(json: string): Document {
  return v.parse(v.pipe(v.string(), v.parseJson(), Document), json)
}

/** A page of the reference. */
export interface ReferencePage {
  readonly name: string
  readonly title: string
  readonly markdown: string
}

/** The pages, and which paths each has; the last one has what is left. */
const PAGES = [
  {
    name: 'protocol',
    title: 'OpenAPI: the protocol',
    about:
      'What programs call: the endpoints of OAuth 2.0 and OpenID Connect, and the documents that describe them.',
    paths: /^\/(?:oauth2\/(?!authorize|logout)|\.well-known|openapi\.json|healthz)/,
  },
  {
    name: 'admin-api',
    title: 'OpenAPI: the API for operators',
    about:
      'What the panel does, for programs: each call carries an access token of a member of staff with the scope `admin`.',
    paths: /^\/admin\/api\//,
  },
  {
    name: 'pages',
    title: 'OpenAPI: the pages',
    about: 'What people see in their browser. Programs do not call these; applications send people there.',
    paths: /^\//,
  },
] as const

/** The reference as Markdown, from the document alone. */
export function referencePages({ paths }: Document): readonly ReferencePage[] {
  const all = Object.entries(paths)
  return PAGES.map(({ about, name, title }, index) => {
    const mine = all.filter(([path]) => PAGES.findIndex((page) => page.paths.test(path)) === index)
    let group = ''
    const operations = mine.flatMap(([path, methods]) => {
      const heading = groupOf(path)
      const isNew = heading !== group
      group = heading
      const described = Object.entries(methods).map(([method, operation]) =>
        describe(path, method, operation),
      )
      return isNew ? [`## ${heading}`, ...described] : described
    })
    const head = `# ${title}\n\n${about} The provider itself returns all of it as a document, at \`/openapi.json\`; [this is the one](/openapi.json){target="_self"} that the page was made of, with every feature turned on.`
    return { name, title, markdown: [head, ...operations, ''].join('\n\n') }
  })
}

/** What the operations beside each other have in common. */
function groupOf(path: string): string {
  const [, first = '', second = '', kind = ''] = path.split('/')
  const name = first === 'admin' && second === 'api' ? kind.replaceAll('-', ' ') : `/${first}`
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

function describe(path: string, method: string, operation: Operation): string {
  const { parameters, requestBody, responses, security, summary } = operation
  const [type, body] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const fields = [
    ...parameters.map(({ description, in: place, name, required, schema }) =>
      row(name, place, required === true, schema?.type, [description, choices(schema?.enum)]),
    ),
    ...Object.entries(body?.schema?.properties ?? {}).map(([name, field]) =>
      row(name, 'body', body?.schema?.required?.includes(name) === true, field.type, [
        field.description,
        choices(field.enum),
      ]),
    ),
  ]
  const callers = security.flatMap((way) => Object.keys(way).map((name) => CALLERS[name] ?? name))
  const needed = security.length > 0 && security.every((way) => Object.keys(way).length > 0)
  return [
    `### \`${method.toUpperCase()} ${path}\``,
    `${summary}.`,
    ...(callers.length > 0
      ? [`Authentication: ${callers.join(', ')}${needed ? '' : '; a public client has none'}.`]
      : []),
    ...(type === undefined ? [] : [`The body is \`${type}\`.`]),
    ...(fields.length > 0
      ? [['| parameter | in | type | what it is |', '| --- | --- | --- | --- |', ...fields].join('\n')]
      : []),
    ['| status | answer | body |', '| --- | --- | --- |', ...Object.entries(responses).map(answer)].join(
      '\n',
    ),
  ].join('\n\n')
}

const CALLERS: Readonly<Record<string, string>> = {
  admin: 'an access token of a member of staff, with the scope `admin`',
  bearer: 'an access token',
  client: 'the client, by its secret or what it registered',
}

function row(
  name: string,
  place: string,
  required: boolean,
  type: Schema['type'],
  about: readonly (string | undefined)[],
): string {
  const named = required ? `**\`${name}\`**, required` : `\`${name}\``
  return `| ${named} | ${place} | ${typeName(type)} | ${cell(about.filter(Boolean).join('; '))} |`
}

function answer([status, { content, description }]: readonly [
  string,
  Operation['responses'][string],
]): string {
  const [type, body] = Object.entries(content ?? {})[0] ?? []
  const names = body?.schema === undefined ? '' : namesOf(body.schema)
  return `| ${status} | ${cell(description ?? '')} | ${type === undefined ? '' : `\`${type}\``}${names && `: ${names}`} |`
}

/** The members of an answer, also of what it lists. */
function namesOf(schema: Schema): string {
  if (schema['$ref'] !== undefined) return '`error`, `error_description`'
  const members = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const inner = v.safeParse(Body, field['items'] ?? field)
    const below = inner.success ? namesOf(inner.output) : ''
    return `\`${name}\`${below && ` (${below})`}`
  })
  return members.join(', ')
}

function typeName(type: Schema['type']): string {
  return [type ?? ''].flat().join(' or ')
}

function choices(values: readonly unknown[] | undefined): string | undefined {
  return values && `one of ${values.map((value) => `\`${String(value)}\``).join(', ')}`
}

/** Text of the document as a cell: Markdown and Vue read none of it as their own. */
function cell(text: string): string {
  return text
    .replaceAll('|', String.raw`\|`)
    .replaceAll('<', '&lt;')
    .replaceAll('{{', '&#123;{')
}
