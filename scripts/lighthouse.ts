// `npm run lighthouse`: what Lighthouse says of sign-in, consent, account and panel, in the Chromium of the tests.
import { ratePages } from '../test/browser/lighthouse.ts'

for (const { lost, page, scores } of await ratePages(['accessibility', 'best-practices', 'performance'])) {
  const rated = Object.entries(scores).map(([name, score]) => `${name} ${score}`)
  console.log(`${page.padEnd(8)}  ${rated.join(', ')}${lost.map((line) => `\n          ${line}`).join('')}`)
}
