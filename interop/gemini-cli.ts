// One step of what the Gemini CLI does for `/mcp auth`, by its own code: `node gemini-cli.ts CODE STEP SERVER [SCOPE …]`.
import process from 'node:process'

/** What is used of its code. */
interface GeminiCli {
  readonly coreEvents: {
    on(event: 'user-feedback', listen: (feedback: { readonly message: string }) => void): void
  }
  readonly MCPOAuthProvider: new () => {
    authenticate(name: string, config: object, server: string): Promise<object>
    getValidToken(name: string, config: object): Promise<string | null>
  }
}

const [code = '', step, server = '', ...scopes] = process.argv.slice(2)
const { coreEvents, MCPOAuthProvider } = (await import(code)) as GeminiCli
coreEvents.on('user-feedback', ({ message }) => console.log(message))
const provider = new MCPOAuthProvider()
const config = { enabled: true, ...(scopes.length > 0 && { scopes }) }
if (step === 'sign-in') await provider.authenticate('notes', config, server)
console.log(`token: ${await provider.getValidToken('notes', config)}`)
process.exit(0)
