// The build that `dotnet build` runs: packages when they are missing or old, then Vite, then compression.
// Exit 0: built. 1: the sources are wrong. 3: Node is too old or the packages can not be had; what was built before stays.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'

const LOCK = '.building'
/** A registry that could not be reached is not asked again by every build. */
const REFUSED = '.no-packages'
const PATIENCE_MS = 10 * 60_000
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

function run(program, ...args) {
  return spawnSync(program, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status === 0
}

function hasPackages() {
  // npm keeps what it installed here; it is younger than the lock file it was made from.
  const installed = 'node_modules/.package-lock.json'
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs - 1000
}

/** Two builds at once (a release and an ordinary one) take turns. */
async function lock() {
  for (let waited = 0; ; waited++) {
    try {
      mkdirSync(LOCK)
      return
    } catch (e) {
      if (e.code !== 'EEXIST') throw e
      if (waited > 600 || Date.now() - statSync(LOCK).mtimeMs > 300_000) rmSync(LOCK, { recursive: true, force: true })
      await new Promise(resolve => setTimeout(resolve, 200))
    }
  }
}

async function build() {
  if (Number(process.versions.node.split('.')[0]) < 20) return 3
  if (!hasPackages() && existsSync(REFUSED) && Date.now() - statSync(REFUSED).mtimeMs < PATIENCE_MS) return 3
  if (!hasPackages() && !run(npm, 'ci', '--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=1', '--fetch-timeout=30000', '--loglevel=error')) {
    writeFileSync(REFUSED, '')
    return 3
  }
  rmSync(REFUSED, { force: true })
  if (!run(process.execPath, 'node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn') || !run(process.execPath, 'compress.mjs')) return 1
  writeFileSync('node_modules/.pryx-web-built', '')
  return 0
}

await lock()
let code = 1
try {
  code = await build()
} finally {
  rmSync(LOCK, { recursive: true, force: true })
}
process.exit(code)
