// Fills a gateway with what a few weeks of work leave behind. Usage: node seed.mjs URL TOKEN FOLDER [ask]
// With ask: somebody is there, and one session waits for an answer; stays until it is ended.
const [url, token, folder, mode] = process.argv.slice(2)

async function call(method, path, body) {
  const response = await fetch(url + path, {
    method,
    headers: { 'X-Pryx-Surface': 'web', ...(token === '-' ? {} : { Authorization: `Bearer ${token}` }), ...(body ? { 'Content-Type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text ? JSON.parse(text) : undefined
}

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

async function turn(session, content, model, more = {}) {
  await call('POST', `/api/v1/sessions/${session}/messages`, { content, model, ...more })
  for (let i = 0; i < 400; i++) {
    const turns = await call('GET', `/api/v1/sessions/${session}/turns?limit=1`)
    if (!['running', 'queued'].includes(turns.turns[0].status)) return
    const pending = await call('GET', `/api/v1/approvals/pending?session_id=${session}`)
    if (pending.count > 0) return pending.approvals[0]
    await sleep(30)
  }
}

const make = (title, model) => call('POST', '/api/v1/sessions', { title, workspace: folder, model })
const titled = (list, title) => list.sessions.find(session => session.title === title).id
const titles = ['Tidy the download folder', 'Rename the photos by date', 'SQLite and many readers', 'Draft the release notes', 'Why is the build slow?', 'Translate the handbook', 'Weekly expenses', 'Compare two CSV exports', 'Explain this stack trace', 'Plan the move to .NET 10', 'Regex for invoice numbers', 'Summarise the meeting', 'Find dead code', 'Write a systemd unit', 'Check the backups', 'Benchmark the parser', 'Clean up git branches', 'Answer the customer', 'Sketch the data model', 'Migrate the wiki']

if (mode === 'ask') {
  // While somebody listens who may answer, questions wait.
  const listening = await fetch(`${url}/api/v1/events/stream?can_approve=1`, { headers: token === '-' ? {} : { Authorization: `Bearer ${token}` } })
  const asking = await make('Release 1.4')
  await call('POST', '/api/v1/pins', { text: 'Do not touch files below archive/ until I say so', workspace: folder }).catch(e => console.error(String(e)))
  await turn(asking.id, 'Write the release notes and push.', 'anthropic/claude-sonnet-4-6', { approval_timeout_s: 0 })
  const planning = await make('Settings in a module of their own')
  await turn(planning.id, 'Move the settings into a module of their own.', 'anthropic/claude-sonnet-4-5', { mode: 'plan', approval_timeout_s: 0 })
  const branch = await call('POST', `/api/v1/sessions/${titled(await call('GET', '/api/v1/sessions?limit=200'), 'Audit the approval path')}/fork`, { turn: 0, title: 'Audit the approval path, with an example' })
  await turn(branch.id, 'How does a tool call get its approval here? Answer with an example only.', 'openai/gpt-5.4')
  await call('POST', '/api/v1/processes', { command: 'echo "watching src/ and tests/"; i=0; while true; do i=$((i+1)); echo "14 tests passed in 0.$((i * 37 % 90 + 10)) s"; sleep 3; done', name: 'tests', tags: ['dev'], global: true, approve_all: true }).catch(e => console.error(String(e)))
  await call('POST', '/api/v1/processes', { command: 'echo "build started"; echo "1 warning: unused import" >&2; echo "done in 2.1 s"', name: 'build', global: true, approve_all: true }).catch(e => console.error(String(e)))
  for (const task of ['Look through the tests and tell me which have no assertion.', 'Compare the two CSV readers: which is quicker on a file of 100 MB?']) await call('POST', '/api/v1/agents/spawn', { task, workspace: folder, model: 'anthropic/claude-haiku-4-5' }).catch(e => console.error(String(e)))
  for (const [text, scope] of [['I prefer tabs, and short functions', 'user'], ['Answer in English, quote German as it is', 'user'], ['Tests need a running Postgres 16', 'workspace'], ['Releases are made from main, on Thursdays', 'workspace'], ['archive/ holds customer files: never touch it', 'workspace']]) await call('POST', '/api/v1/memory', { text, scope, workspace: folder }).catch(e => console.error(String(e)))
  console.log(JSON.stringify({ asking: asking.id, planning: planning.id, branch: branch.id }))
  for await (const chunk of listening.body) void chunk
}

for (let i = 0; i < 60; i++) {
  const session = await make(i < titles.length ? titles[i] : `${titles[i % titles.length]} (${Math.floor(i / titles.length) + 1})`)
  const model = ['anthropic/claude-haiku-4-5', 'openai/gpt-5.4', 'anthropic/claude-haiku-4-5'][i % 3]
  await turn(session.id, 'Please do what the title says, and tell me in one sentence what you have done.', model)
}
const failing = await make('Run a failing command')
await turn(failing.id, 'List the folder, then fail.', 'openai/gpt-5-mini', { approve_all: true })
const fix = await make('Repair the price parser')
await turn(fix.id, 'The test for large prices fails. Find out why and repair it.', 'anthropic/claude-sonnet-5', { approve_all: true })
const audit = await make('Audit the approval path')
await turn(audit.id, 'How does a tool call get its approval here? Read the code, then explain it with an example.', 'anthropic/claude-opus-4-8')
await call('PUT', '/api/v1/cost/budget', { daily_usd: 5, monthly_usd: 60, session_usd: 2, warn_percent: 80 })
await call('POST', '/api/v1/mcp/servers', { name: 'github', transport: 'stdio', command: ['github-mcp-server', 'stdio'], enabled: false }).catch(e => console.error(String(e)))
await call('POST', '/api/v1/mcp/servers', { name: 'docs', transport: 'http', url: 'https://mcp.example.org/docs', enabled: false }).catch(e => console.error(String(e)))
await call('POST', '/api/v1/tokens', { name: 'phone', scopes: ['read', 'approve'], expires_in: 2592000 }).catch(e => console.error(String(e)))
for (const id of ['code-review', 'commit']) await call('POST', '/api/v1/skills/enable', { id }).catch(e => console.error(String(e)))
console.log(JSON.stringify({ fix: fix.id, audit: audit.id }))
