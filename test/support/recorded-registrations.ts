/** What a client registers that redeems codes. */
export const CODE = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }
/** The same of a client without a secret. */
export const PUBLIC = { ...CODE, token_endpoint_auth_method: 'none' }

/** What programs for MCP send to the registration endpoint, as it was recorded, and the redirect URI that they use then. */
export const RECORDED_REGISTRATIONS: readonly (readonly [
  name: string,
  body: Readonly<Record<string, unknown>>,
  redirectUri: string,
])[] = [
  [
    'Claude (web, desktop, mobile)',
    { ...PUBLIC, client_name: 'Claude', redirect_uris: ['https://claude.ai/api/mcp/auth_callback'] },
    'https://claude.ai/api/mcp/auth_callback',
  ],
  [
    'Cursor',
    {
      ...PUBLIC,
      client_name: 'Cursor',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
    },
    'http://localhost:8787/callback',
  ],
  [
    'Gemini CLI',
    {
      ...PUBLIC,
      client_name: 'Gemini CLI MCP Client',
      redirect_uris: ['http://localhost:7777/oauth/callback'],
      scope: '',
    },
    'http://localhost:7777/oauth/callback',
  ],
  [
    'Copilot Studio',
    {
      ...CODE,
      client_name: 'Copilot Studio',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['https://global.consent.azure-apim.net/redirect/connector'],
    },
    'https://global.consent.azure-apim.net/redirect/connector',
  ],
  [
    'n8n',
    {
      ...CODE,
      client_name: 'n8n',
      client_uri: 'https://n8n.example/',
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: ['https://n8n.example/rest/oauth2-credential/callback'],
    },
    'https://n8n.example/rest/oauth2-credential/callback',
  ],
  [
    'MCP Inspector',
    {
      ...PUBLIC,
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      redirect_uris: ['http://localhost:6274/oauth/callback', 'http://localhost:6274/oauth/callback/debug'],
    },
    'http://localhost:6274/oauth/callback',
  ],
  [
    'OpenCode',
    {
      ...PUBLIC,
      client_name: 'OpenCode',
      client_uri: 'https://opencode.ai',
      redirect_uris: ['http://127.0.0.1:19876/mcp/oauth/callback'],
    },
    'http://127.0.0.1:19876/mcp/oauth/callback',
  ],
  [
    'VS Code',
    {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://localhost/',
        'http://127.0.0.1/',
        'http://localhost:33418/',
        'http://127.0.0.1:33418/',
      ],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    'http://127.0.0.1:33418/',
  ],
]
