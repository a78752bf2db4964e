// Takes a picture of every view. Usage: node shoot.mjs URL IDS FOLDER [VIEW…]
// URL: a gateway, or its one-time sign-in link. IDS: what seed.mjs printed. CHROMIUM: the browser, /usr/bin/chromium when unset.
import { mkdirSync, writeFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const [url, idsText, folder, ...only] = process.argv.slice(2)
const ids = JSON.parse(idsText)
const VIEWS = {
  chat: { path: `/ui/chat/${ids.audit}` },
  'chat-tools': { path: `/ui/chat/${ids.fix}`, act: page => page.getByRole('button', { name: /edit_file/ }).first().click() },
  'chat-approval': { path: `/ui/chat/${ids.asking}` },
  'chat-plan': { path: `/ui/chat/${ids.planning}` },
  'chat-undo': { path: `/ui/chat/${ids.fix}`, act: async page => { await page.keyboard.press('Escape'); await page.keyboard.press('u'); await page.getByRole('button', { name: /Undo turn 1/ }).click(); await page.getByText('is put back').waitFor() } },
  'chat-compare': { path: `/ui/chat/${ids.audit}?with=${ids.branch}` },
  'chat-find': { path: `/ui/chat/${ids.audit}`, act: async page => { await page.keyboard.press('Escape'); await page.keyboard.press('f'); await page.keyboard.type('approval') } },
  setup: { path: '/ui/setup/provider' },
  welcome: { path: '/ui/chat' },
  sessions: { path: '/ui/sessions' },
  approvals: { path: '/ui/approvals' },
  'approvals-history': { path: '/ui/approvals/history' },
  agents: { path: '/ui/agents' },
  processes: { path: '/ui/agents/processes' },
  hooks: { path: '/ui/agents/hooks' },
  memory: { path: '/ui/memory' },
  observability: { path: '/ui/observability' },
  latency: { path: '/ui/observability/latency' },
  costs: { path: '/ui/observability/costs' },
  audit: { path: '/ui/audit' },
  models: { path: '/ui/models' },
  catalog: { path: '/ui/models/catalog' },
  mcp: { path: '/ui/mcp' },
  skills: { path: '/ui/skills' },
  policies: { path: '/ui/policies' },
  'policies-try': { path: '/ui/policies/explain' },
  diagnostics: { path: '/ui/diagnostics' },
  settings: { path: '/ui/settings' },
  'settings-data': { path: '/ui/settings/data' },
  signin: { path: '/ui/chat', isStranger: true },
  palette: { path: '/ui/sessions', act: page => page.keyboard.press('Control+k') },
}

mkdirSync(folder, { recursive: true })
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
const origin = new URL(url).origin
const trouble = []
const state = await signIn()

async function signIn() {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(url)
  await page.getByRole('navigation').waitFor()
  const state = await context.storageState()
  await context.close()
  return state
}

for (const theme of ['dark', 'light']) {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    if (process.env.SHOTS && !process.env.SHOTS.split(',').includes(`${theme}-${width}`)) continue
    const context = await browser.newContext({ viewport: { width, height }, storageState: state, colorScheme: theme, deviceScaleFactor: width < 500 ? 2 : 1, reducedMotion: 'reduce' })
    for (const [name, view] of Object.entries(VIEWS)) {
      if (only.length > 0 && !only.includes(name)) continue
      const stranger = view.isStranger ? await browser.newContext({ viewport: { width, height }, colorScheme: theme, deviceScaleFactor: width < 500 ? 2 : 1 }) : null
      const page = await (stranger ?? context).newPage()
      // Whoever is not signed in is told so by a 401, which the console calls an error.
      page.on('console', message => message.type() === 'error' && !stranger && trouble.push(`${name}: ${message.text()}`))
      page.on('pageerror', error => trouble.push(`${name}: ${error}`))
      await page.goto(origin + view.path)
      await page.locator('main').waitFor()
      await page.waitForFunction(() => !document.querySelector('[role=status][aria-label=Loading]'), null, { timeout: 10_000 }).catch(() => trouble.push(`${name}: still loading`))
      await page.evaluate(() => document.fonts.ready)
      await view.act?.(page)
      await page.waitForTimeout(400)
      writeFileSync(`${folder}/${name}-${theme}-${width}.png`, await page.screenshot())
      await page.close()
      await stranger?.close()
    }
    await context.close()
  }
}
await browser.close()
for (const line of [...new Set(trouble)]) console.error(line)
process.exit(trouble.length > 0 ? 1 : 0)
