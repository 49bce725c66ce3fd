import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Ended } from './command.fixture.ts'
import { runCommand } from './command-here.fixture.ts'

// Which key reaches which server, seen by a server on loopback that notes what it is sent.

const KEY = 'sk-openai-0123456789abcdef'
const OTHER = 'other-key-0123456789abcdef'

let place: string
let server: Server
let url: string
let authorizations: (string | undefined)[]

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-keys-'))
  await mkdir(join(place, 'docs'))
  await writeFile(join(place, 'docs', 'a.txt'), 'Alpha mentions a patent.\n')
  authorizations = []
  server = createServer((request, response) => {
    authorizations.push(request.headers.authorization)
    // A server that echoes the key wherever it can.
    const echoed = request.headers.authorization ?? 'none'
    response.setHeader('x-request-id', echoed.replace('Bearer ', ''))
    const message = { content: 'Alpha mentions a patent.' }
    request.resume()
    response.end(JSON.stringify({ id: echoed, choices: [{ message, finish_reason: 'stop' }] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
})

afterEach(async () => {
  server.close()
  server.closeAllConnections()
  await rm(place, { recursive: true, force: true })
})

const ASK = ['ask', 'What does Alpha mention?', 'docs', '--strategy', 'direct', '--json']

function ask(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return runCommand(place, [...ASK, '--model', 'any/model', ...args], env)
}

it('sends the OpenAI key to a server on this machine, says so, and keeps its echo out of the home', async () => {
  const asked = await ask(['--base-url', url], { OPENAI_API_KEY: KEY })
  expect(asked.code).toBe(0)
  expect(authorizations).toEqual([`Bearer ${KEY}`])
  expect(asked.err).toContain(`OPENAI_API_KEY is sent to ${new URL(url).host}`)
  const { run } = JSON.parse(asked.out) as { run: string }
  const shown = await runCommand(place, ['export', run, '--format', 'jsonl'])
  expect(shown.out).toContain('[key]')
  expect(`${asked.out}${asked.err}${shown.out}`).not.toContain(KEY)
})

it('sends no key to a server that none is bound to, and works', async () => {
  const asked = await ask(['--base-url', url])
  expect([asked.code, asked.err, authorizations]).toEqual([0, '', [undefined]])
})

it.each([
  ['given by --base-url', ['--base-url', 'https://models.example/v1'], {}],
  ['of a user configuration', [], { XDG_CONFIG_HOME: 'user' }],
])(
  'refuses to send the OpenAI key to a server elsewhere, %s, before anything is made',
  async (_, args, env) => {
    await mkdir(join(place, 'user', 'writ'), { recursive: true })
    const config = JSON.stringify({ baseUrl: 'https://models.example/v1' })
    await writeFile(join(place, 'user', 'writ', 'config.json'), config)
    const absolute = 'XDG_CONFIG_HOME' in env ? { XDG_CONFIG_HOME: join(place, 'user') } : {}
    const asked = await ask(args, { OPENAI_API_KEY: KEY, ...absolute })
    expect(asked.code).toBe(2)
    expect(JSON.parse(asked.out)).toMatchObject({
      code: 'KEY_NOT_BOUND',
      message: expect.stringContaining('models.example'),
      next: expect.stringContaining('--key-env'),
    })
    expect(`${asked.out}${asked.err}`).not.toContain(KEY)
  },
)

it('sends the key of --key-env, and that of a binding, without a word', async () => {
  const env = { OPENAI_API_KEY: KEY, OTHER_KEY: OTHER }
  const named = await ask(['--base-url', url, '--key-env', 'OTHER_KEY'], env)
  await mkdir(join(place, '.config', 'writ'), { recursive: true })
  const keys = [{ env: 'OTHER_KEY', host: new URL(url).host }]
  await writeFile(join(place, '.config', 'writ', 'config.json'), JSON.stringify({ keys }))
  const bound = await ask(['--base-url', url], env)
  expect([named.err, bound.err, named.code, bound.code]).toEqual(['', '', 0, 0])
  expect(authorizations).toEqual([`Bearer ${OTHER}`, `Bearer ${OTHER}`])
})

it('honours OPENAI_BASE_URL with its key, a flag before it, and OLLAMA_HOST without one', async () => {
  const env = { OPENAI_BASE_URL: url, OPENAI_API_KEY: KEY }
  const asked = await ask([], env)
  const flagged = await ask(['--base-url', url], { ...env, OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })
  const ollama = { OLLAMA_HOST: new URL(url).host, OPENAI_API_KEY: KEY }
  const local = await runCommand(place, [...ASK, '--model', 'ollama/any'], ollama)
  expect([asked.err, local.err]).toEqual(['', ''])
  expect([asked.code, flagged.code, local.code]).toEqual([0, 0, 0])
  expect(authorizations).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`, undefined])
})

it('asks the models of an earlier run where that run did, whatever OPENAI_BASE_URL says', async () => {
  const env = { OLLAMA_HOST: new URL(url).host, OPENAI_API_KEY: KEY }
  expect((await runCommand(place, [...ASK, '--model', 'ollama/any'], env)).code).toBe(0)
  const followUp = ['ask', '--continue', 'last', 'By whom?', '--strategy', 'direct', '--json']
  const asked = await runCommand(place, followUp, { ...env, OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })
  expect([asked.code, asked.err]).toEqual([0, ''])
  expect(authorizations).toEqual([undefined, undefined])
})

it('refuses OPENAI_BASE_URL that is for one of two models, before anything is made', async () => {
  const asked = await ask(['--sub-model', 'ollama/any'], { OPENAI_BASE_URL: url })
  expect([asked.code, JSON.parse(asked.out)]).toEqual([2, expect.objectContaining({ code: 'USAGE' })])
  expect(existsSync(join(place, '.writ'))).toBe(false)
  expect(authorizations).toEqual([])
})

it('refuses a variable that is not set, and makes no home', async () => {
  const asked = await ask(['--base-url', url, '--key-env', 'NO_SUCH_KEY'])
  expect([asked.code, JSON.parse(asked.out)]).toEqual([2, expect.objectContaining({ code: 'USAGE' })])
  expect(existsSync(join(place, '.writ'))).toBe(false)
  expect(authorizations).toEqual([])
})
