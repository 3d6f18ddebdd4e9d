import { type Command, Help, type HelpConfiguration } from 'commander'

/** Examples by command; the empty name is the program. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  '': [
    'client create --name "Photo prints" --redirect-uri https://prints.example/callback',
    'user create --username mia --staff',
    'token revoke --user mia',
    'doctor --remote',
  ],
  'client create': [
    'client create --name "Web shop" --redirect-uri https://shop.example/callback',
    'client create --name "Phone app" --type public --redirect-uri com.example.photos:/callback',
    'client create --name "Nightly job" --grant client_credentials --scope read',
  ],
  'client update': [
    'client update prints --redirect-uri https://prints.example/callback',
    'client update prints --disable',
  ],
  'client rotate-secret': ['client rotate-secret prints --keep-old 24h'],
  'client list': ['client list --limit 20', 'client list --json --remote'],
  'user create': ['user create --username mia --email mia@prints.example --staff'],
  'user update': ['user update mia --email mia@prints.example', 'user update mia --no-staff'],
  'user set-password': ['user set-password mia --password-stdin < new-password'],
  'scope create': ['scope create --name print --description "Print your photos"'],
  'token list': ['token list --user mia --live', 'token list --client prints --limit 20'],
  'token revoke': ['token revoke --user mia --client prints', 'token revoke --id RVCmKjZiSsN3vhfKN40NIQ'],
  'resource create': ['resource create --identifier https://files.example/mcp --name Files --scope read'],
  'issuer create': [
    'issuer create --issuer https://login.company.example --name Company --jwks-uri https://login.company.example/keys',
  ],
  'import django': ['import django dump.json --dry-run'],
  'import auth0': ['import auth0 users.json --passwords hashes.json --dry-run'],
  'import keycloak': ['import keycloak realm.json --dry-run'],
  doctor: ['doctor --remote', 'doctor https://app.example.org/client.json'],
}

/** Characters of a term with its description beside it; longer terms have it below. */
const TERM = 26

/**
 * How the program was called, so that what help shows can be typed.
 * @param env the environment, where npm says how it was called itself
 */
export function calledBy(env: Readonly<Record<string, string | undefined>>): string {
  if (env['npm_lifecycle_event'] === 'cli') return 'npm run cli --'
  return env['npm_command'] === 'exec' ? 'npx edge-oauth2' : 'edge-oauth2'
}

/**
 * Help that fits 80 characters, however long the name of an option is.
 * @param called how the program was called
 */
export const narrowHelp = (called: string): HelpConfiguration => ({
  commandUsage(command) {
    const [, ...rest] = new Help().commandUsage(command).split(' ')
    return [called, ...rest].join(' ')
  },
  padWidth: (command, helper) => Math.min(TERM, Help.prototype.padWidth.call(helper, command, helper)),
  formatItem(term, width, description, helper) {
    const format = (name: string): string =>
      Help.prototype.formatItem.call(helper, name, width, description, helper)
    return term.length > width ? `  ${term}\n${format('')}` : format(term)
  },
})

const ENVIRONMENT = `
Environment:
  PERSIST_TO              folder of the local state (default: .wrangler/state)
  CLOUDFLARE_API_TOKEN    token with "D1: Edit", for --remote; or run npx wrangler login
  CLOUDFLARE_ACCOUNT_ID   account of the deployment, where the token has several
  SECRET_KEY              key of the deployment, where a command needs it
  NO_COLOR                no colours

The file .dev.vars, if there is one, is read as wrangler reads it.`

/**
 * Adds examples to the help of commands, and the environment variables to that of the program.
 * @param called how the program was called
 */
export function addHelp(program: Command, called: string): void {
  const add = (command: Command, path: string): void => {
    const examples = EXAMPLES[path]
    if (examples) {
      const lines = examples.map((line) => `  ${called} ${line}`)
      command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
    }
    for (const sub of command.commands) add(sub, `${path} ${sub.name()}`.trim())
  }
  add(program, '')
  program.addHelpText('after', ENVIRONMENT)
}
