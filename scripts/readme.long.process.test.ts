import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, request as forward, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { block, type Script, type Simulator, startSimulator } from '@writ/simulator'
import { afterAll, beforeAll, expect, it } from 'vitest'

// Every command of the README, in its order, in a folder with three contracts, a table and a source file. Model servers are scripted ones on this
// machine, so nothing here says anything of real models.

const ROOT = resolve(import.meta.dirname, '..')
/** What the continuous integration itself runs, and what brings a model that is not here. */
const ELSEWHERE = ['npm ci && npm run demo', 'npm test', 'ollama pull qwen3:8b']
/** Where the README asks a server that is on this machine at a fixed port. */
const FIXED_SERVER = 'http://127.0.0.1:8000/v1'

/** A model of a vendor whose own server is not on this machine. */
const ANTHROPIC = '--model anthropic/claude-sonnet-4-5'

const CONTRACTS = {
  'acme.txt':
    'Supply agreement. Acme may assign this contract without consent. Governed by the law of New York.\n',
  'birch.txt': 'Lease. Birch is liable for damage. No assignment without consent.\n',
  'cedar.txt': 'Supply of timber. Cedar signs for itself. New York courts decide.\n',
}

const SOURCE = 'export function parseOptions() {}\nexport const read = () => parseOptions()\n'

const SALES = 'region,amount\nNorth,10.50\nSouth,20\nNorth,5.25\n'

const SCHEMA = {
  type: 'array',
  items: {
    type: 'object',
    properties: { contract: { type: 'string' }, ends: { type: 'string' } },
    required: ['contract'],
  },
}

let place: string
let simulator: Simulator
let ollama: Server
let anthropic: Server

const CLAIM = 'Acme may assign this contract without consent'

/** Looks first, then releases what it cites; a verifier looks, too, and finds it supported; a schema gets rows. */
const script: Script = ({ messages, turns }) => {
  const said = messages.map(({ content }) => content).join('\n')
  const rows = said.includes('end in 2027') ? [{ contract: 'acme.txt', ends: '2027-01-01' }] : undefined
  if (said.startsWith('You are a verifier'))
    return block(
      `const { matches } = await grep('${CLAIM}'); FINAL([{ claim: '${CLAIM}', supported: matches.length > 0, why: 'acme.txt' }])`,
    )
  if (!said.includes('```repl'))
    return { kind: 'text', text: rows === undefined ? CLAIM : JSON.stringify(rows) }
  if (turns === 0) return block(`const found = await grep('${CLAIM}'); print(found.matches.length)`)
  return block(`await cite(found.matches[0]); FINAL(${JSON.stringify(rows ?? CLAIM)})`)
}

/** Anthropic, whose model says the same to everybody. */
function startAnthropic(): Promise<Server> {
  const message = {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [{ type: 'text', text: CLAIM }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 100, output_tokens: 10 },
  }
  return listening(
    createServer((_, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(message))
    }),
  )
}

/** An Ollama in front of the scripted server: what tells its kind, and its models, are its own. */
async function startOllama(): Promise<Server> {
  const server = createServer((incoming, response) => {
    if (incoming.url === '/api/version') return response.end(JSON.stringify({ version: '0.0.0' }))
    if (incoming.url === '/api/tags') return response.end(JSON.stringify({ models: [{ name: 'qwen3:8b' }] }))
    if (incoming.url === '/') return response.end('Ollama is running')
    const { method, headers } = incoming
    const on = forward(new URL(incoming.url ?? '/', simulator.url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    return incoming.pipe(on)
  })
  return await listening(server)
}

async function listening(server: Server): Promise<Server> {
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  return server
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-readme-'))
  await mkdir(join(place, 'contracts'))
  await mkdir(join(place, 'bin'))
  await mkdir(join(place, 'src'))
  await writeFile(join(place, 'src', 'options.js'), SOURCE)
  await mkdir(join(place, 'sales'))
  await writeFile(join(place, 'sales', 'sales.csv'), SALES)
  await mkdir(join(place, 'hr'))
  await writeFile(join(place, 'hr', 'staff.csv'), 'name,team\nAda,blue\nBen,red\nCleo,blue\n')
  for (const [name, text] of Object.entries(CONTRACTS)) await writeFile(join(place, 'contracts', name), text)
  // What `npx writ` is in a folder where writ is installed.
  await writeFile(
    join(place, 'bin', 'npx'),
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(ROOT, 'packages/writ/bin/writ.js')}" "$@"\n`,
    { mode: 0o755 },
  )
  await writeFile(join(place, 'rows.json'), JSON.stringify(SCHEMA))
  await writeFile(
    join(place, 'questions.jsonl'),
    JSON.stringify({ question: 'Who may assign?', gold: CLAIM }),
  )
  simulator = await startSimulator({ models: ['qwen3:8b'], script })
  anthropic = await startAnthropic()
  ollama = await startOllama()
})

afterAll(async () => {
  for (const server of [anthropic, ollama]) {
    server.close()
    server.closeAllConnections()
  }
  await simulator.stop()
  await rm(place, { recursive: true, force: true })
})

it('runs every command of the README', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const commands = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, text = '']) => commandsOf(text))
  expect(commands.length).toBeGreaterThan(15)
  expect(commands.filter((command) => ELSEWHERE.includes(command))).toEqual(ELSEWHERE)
  for (const command of commands) {
    if (ELSEWHERE.includes(command)) continue
    const here = command
      .replace(FIXED_SERVER, simulator.url)
      .replace(ANTHROPIC, `${ANTHROPIC} --base-url http://127.0.0.1:${portOf(anthropic)}/v1`)
    const { code, output } = await run(here)
    expect(code, `${command}\n${output}`).toBe(0)
  }
}, 300_000)

/** The commands of a block, without what they say after `#`. */
function commandsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('export '))
}

function run(command: string): Promise<{ readonly code: number; readonly output: string }> {
  const env = {
    PATH: `${join(place, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
    HOME: place,
    XDG_CONFIG_HOME: join(place, 'config'),
    OLLAMA_HOST: `127.0.0.1:${portOf(ollama)}`,
    OPENAI_BASE_URL: simulator.url,
    OPENAI_API_KEY: 'sk-none',
  }
  return new Promise((done) => {
    execFile('sh', ['-c', command], { cwd: place, env, timeout: 120_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      done({ code, output: `${stdout}\n${stderr}` })
    })
  })
}
