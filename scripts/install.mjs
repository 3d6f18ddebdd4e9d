// Installs what is missing before another script runs, in the folder that is named or in this one. Plain JavaScript for Node.js 20,
// without any package.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
process.chdir(process.argv[2] ?? '.')
const packages = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {})
const installed = packages('node_modules/.package-lock.json') // npm writes it last: half an install has none
const missing = ([path, { link, optional, version }]) =>
  path.startsWith('node_modules/') && !link && (installed[path]?.version ?? (optional && version)) !== version
const stale = Object.entries(packages('package-lock.json')).some(missing)
if (stale) {
  console.error('Installing packages, about a minute the first time …')
  // An older Node.js may install what only the pinned one runs, so warnings about that are no news.
  const npm = spawn('npm', ['ci', '--loglevel=error'], {
    shell: process.platform === 'win32',
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => npm.kill(signal))
  if ((await new Promise((resolve) => npm.on('exit', resolve))) !== 0) process.exit(1)
}
// npm 10 unlinks the pinned Node.js when it skips those of other platforms, as they would be linked there, too.
const link = 'node_modules/.bin/node',
  platform = `${process.platform}-${process.arch}/bin/node`
const found = [`node-${platform}`, `node-bin-${platform}`].find((file) => existsSync(`node_modules/${file}`))
if (found && !existsSync(link)) {
  rmSync(link, { force: true })
  symlinkSync(`../${found}`, link)
}
