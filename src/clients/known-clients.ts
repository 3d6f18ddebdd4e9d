/**
 * A program that people connect to MCP servers and APIs, with its observed behavior; docs/works-with.md says when it was
 * observed.
 */
export interface KnownClient {
  readonly name: string
  /** The address of its client id metadata document; null if it has none. */
  readonly document: string | null
  /** Whether it registers itself if there is no other way (RFC 7591). */
  readonly registers: boolean
  /** Where answers may go; `*` stands for any free port, or for an id. */
  readonly redirectUris: readonly string[]
  /** How it authenticates at the token endpoint, the preferred method first. */
  readonly methods: readonly string[]
  /** Whether it uses its document only if answers name their issuer (RFC 9207). */
  readonly wantsIss?: boolean
  /** Whether it uses its document only if the provider lists `none` among the methods. */
  readonly wantsNone?: boolean
}

const LOOPBACK = ['http://localhost:*/callback', 'http://127.0.0.1:*/callback'] as const
const PUBLIC = ['none'] as const

/** The programs of docs/works-with.md, in its order. */
export const KNOWN_CLIENTS: readonly KnownClient[] = [
  {
    name: 'Claude (web, desktop, mobile)',
    document: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    registers: true,
    redirectUris: ['https://claude.ai/api/mcp/auth_callback'],
    methods: PUBLIC,
    wantsNone: true,
  },
  {
    name: 'Claude Code',
    document: 'https://claude.ai/oauth/claude-code-client-metadata',
    registers: true,
    redirectUris: LOOPBACK,
    methods: PUBLIC,
    wantsNone: true,
  },
  {
    name: 'ChatGPT and its plugins',
    document: 'https://chatgpt.com/oauth/client.json',
    registers: true,
    redirectUris: [
      'https://chatgpt.com/connector_platform_oauth_redirect',
      'https://chatgpt.com/connector/oauth/*',
    ],
    methods: ['private_key_jwt', 'none'],
    wantsIss: true,
  },
  {
    name: 'Codex',
    document: 'https://chatgpt.com/oauth/codex/client.json',
    registers: true,
    redirectUris: LOOPBACK,
    methods: PUBLIC,
    wantsNone: true,
  },
  {
    name: 'VS Code',
    document: 'https://vscode.dev/oauth/client-metadata.json',
    registers: true,
    redirectUris: ['http://127.0.0.1:*/', 'https://vscode.dev/redirect'],
    methods: PUBLIC,
  },
  {
    name: 'Cursor',
    document: null,
    registers: true,
    redirectUris: ['http://localhost:8787/callback', 'https://www.cursor.com/agents/mcp/oauth/callback'],
    methods: PUBLIC,
  },
  {
    name: 'Zed',
    document: 'https://zed.dev/oauth/client-metadata.json',
    registers: true,
    redirectUris: ['http://127.0.0.1:*/callback'],
    methods: PUBLIC,
  },
  {
    name: 'OpenCode',
    document: null,
    registers: true,
    redirectUris: ['http://127.0.0.1:19876/mcp/oauth/callback'],
    methods: PUBLIC,
  },
  {
    name: 'Gemini CLI',
    document: null,
    registers: true,
    redirectUris: ['http://localhost:*/oauth/callback'],
    methods: PUBLIC,
  },
  {
    name: 'n8n',
    document: null,
    registers: true,
    redirectUris: ['https://*/rest/oauth2-credential/callback'],
    methods: ['client_secret_basic', 'client_secret_post'],
  },
  {
    name: 'MCP Inspector',
    document: null,
    registers: true,
    redirectUris: [
      'http://localhost:6274/oauth/callback',
      'http://localhost:6274/oauth/callback/debug',
      'http://127.0.0.1:6276/oauth/callback',
    ],
    methods: PUBLIC,
  },
  {
    name: 'mcp-remote',
    document: null,
    registers: true,
    redirectUris: ['http://localhost:*/oauth/callback'],
    methods: ['none', 'client_secret_post'],
  },
]
