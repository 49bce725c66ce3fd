import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Ended } from './command.fixture.ts'
import { runCommand } from './command-here.fixture.ts'
import { type FakeServer, fakeLlamaCpp, fakeLmStudio, fakeOllama, fakeVllm } from './model-servers.fixture.ts'

// `writ setup` against servers on loopback that behave like the programs people run, and the configuration it writes.

const KEY = 'key-0123456789abcdef'
const REPLY = 'Alpha mentions a patent.'

let place: string
let config: string
let servers: FakeServer[]

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-setup-'))
  config = join(place, '.config', 'writ', 'config.json')
  servers = []
  await mkdir(join(place, 'docs'))
  await writeFile(join(place, 'docs', 'a.txt'), 'Alpha mentions a patent.\n')
})

afterEach(async () => {
  for (const server of servers) server.stop()
  await rm(place, { recursive: true, force: true })
})

async function started(server: Promise<FakeServer>): Promise<FakeServer> {
  const running = await server
  servers.push(running)
  return running
}

function setup(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return runCommand(place, ['setup', ...args], env)
}

function ask(env: Record<string, string> = {}): Promise<Ended> {
  return runCommand(place, ['ask', 'What does Alpha mention?', 'docs', '--strategy', 'direct', '--json'], env)
}

async function written(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(config, 'utf8')) as Record<string, unknown>
}

const host = ({ url }: FakeServer): string => new URL(url).host

describe('setup', () => {
  it.each<[string, () => Promise<FakeServer>, (server: FakeServer) => object, string]>([
    [
      'Ollama',
      () => fakeOllama({ models: ['llama3.2:3b', 'nomic-embed-text'], reply: REPLY }),
      (server) => ({
        model: 'ollama/llama3.2:3b',
        baseUrl: `${server.url}/v1`,
        contextWindow: 8_192,
        prices: { 'ollama/llama3.2:3b': '0/0' },
        keys: [{ env: null, host: host(server) }],
      }),
      'llama3.2:3b',
    ],
    [
      'llama.cpp',
      () => fakeLlamaCpp({ models: ['qwen.gguf'], reply: REPLY }),
      (server) => ({
        model: 'qwen.gguf',
        baseUrl: `${server.url}/v1`,
        contextWindow: 16_384,
        prices: { 'qwen.gguf': '0/0' },
        keys: [{ env: null, host: host(server) }],
      }),
      'qwen.gguf',
    ],
    [
      'vLLM',
      () => fakeVllm({ models: ['Qwen/Qwen3-8B'], reply: REPLY }),
      (server) => ({
        model: 'Qwen/Qwen3-8B',
        baseUrl: `${server.url}/v1`,
        contextWindow: 32_768,
        prices: { 'Qwen/Qwen3-8B': '0/0' },
        keys: [{ env: null, host: host(server) }],
      }),
      'Qwen/Qwen3-8B',
    ],
    [
      'LM Studio',
      () => fakeLmStudio({ models: ['cold-model', 'warm-model'], reply: REPLY }),
      (server) => ({
        model: 'warm-model',
        baseUrl: `${server.url}/v1`,
        contextWindow: 4_321,
        prices: { 'warm-model': '0/0' },
        keys: [{ env: null, host: host(server) }],
      }),
      'warm-model',
    ],
  ])('finds %s, tries it, and writes a configuration that answers', async (kind, start, expected, name) => {
    const server = await started(start())
    const env = { OPENAI_API_KEY: KEY }
    const ended = await setup(
      ['--probe', 'http://127.0.0.1:1', '--probe', server.url, '--yes', '--json'],
      env,
    )
    expect([ended.err, ended.code]).toEqual(['', 0])
    expect(JSON.parse(ended.out)).toMatchObject({
      schema: 'writ.setup/1',
      config,
      settings: expected(server),
      found: [{ kind, baseUrl: `${server.url}/v1` }],
      tried: { location: 'loopback', metered: true },
    })
    expect(await written()).toEqual(expected(server))
    expect((await stat(config)).mode & 0o777).toBe(0o600)
    expect(existsSync(join(place, '.writ'))).toBe(false)

    const asked = await ask(env)
    expect([asked.err, asked.code]).toEqual(['', 0])
    expect(JSON.parse(asked.out)).toMatchObject({
      answer: REPLY,
      usage: { costMicroUsd: 0, costKnown: true },
    })
    // Both calls went to the model by its own name, and neither had the key of another host.
    expect(server.asked).toEqual([
      { model: name, authorization: undefined },
      { model: name, authorization: undefined },
    ])
  })

  it('takes the model that is named, of whichever server has it, and keeps all else', async () => {
    const all = await Promise.all([
      started(fakeOllama({ models: ['llama3.2:3b'] })),
      started(fakeLlamaCpp({ models: ['qwen.gguf'] })),
      started(fakeVllm({ models: ['Qwen/Qwen3-8B'], usage: {} })),
    ])
    const [, , vllm] = all
    const before = {
      user: 'ann',
      model: 'old/model',
      subModel: 'old/small',
      verifierModel: 'old/strict',
      baseUrl: 'https://old.example/v1',
      contextWindow: 1_000,
      prices: { 'old/model': '1/2' },
      keys: [{ env: 'OLD_KEY', host: 'old.example' }],
    }
    await mkdir(join(place, 'dotfiles'))
    await mkdir(join(place, '.config', 'writ'), { recursive: true })
    await writeFile(join(place, 'dotfiles', 'writ.json'), JSON.stringify(before))
    await symlink(join(place, 'dotfiles', 'writ.json'), config)
    const probes = all.flatMap(({ url }) => ['--probe', url])
    const ended = await setup([...probes, '--model', 'Qwen/Qwen3-8B', '--price', '0.5/1'])
    expect(ended.code).toBe(0)
    expect(ended.out).toContain('usage   is not reported: each call will be charged its worst case')
    expect(await written()).toEqual({
      user: 'ann',
      model: 'Qwen/Qwen3-8B',
      baseUrl: `${vllm.url}/v1`,
      contextWindow: 32_768,
      prices: { 'old/model': '1/2', 'Qwen/Qwen3-8B': '0.5/1' },
      keys: [
        { env: 'OLD_KEY', host: 'old.example' },
        { env: null, host: host(vllm) },
      ],
    })
    expect(await readdir(join(place, 'dotfiles'))).toEqual(['writ.json'])
    expect(all.map(({ asked }) => asked.length)).toEqual([0, 0, 1])
  })

  it('binds a key to its server by the name of its variable, and never writes it', async () => {
    const server = await started(fakeVllm({ models: ['m'], key: KEY, reply: REPLY }))
    const env = { SERVER_KEY: KEY }
    const ended = await setup(
      ['--base-url', server.url, '--key-env', 'SERVER_KEY', '--model', 'm', '--json'],
      env,
    )
    expect([ended.err, ended.code]).toEqual(['', 0])
    const text = await readFile(config, 'utf8')
    expect(`${text}${ended.out}`).not.toContain(KEY)
    expect(await written()).toMatchObject({
      keys: [{ env: 'SERVER_KEY', host: host(server) }],
      contextWindow: 32_768,
    })
    expect((await ask(env)).code).toBe(0)
    const again = await setup(['--base-url', server.url, '--model', 'm', '--json'], env)
    expect([again.code, await readFile(config, 'utf8')]).toEqual([0, text])
    expect(server.asked.map(({ authorization }) => authorization)).toEqual(Array(3).fill(`Bearer ${KEY}`))
  })

  it('writes nothing unless somebody chose, and the model answered', async () => {
    const server = await started(fakeOllama({ models: ['a', 'b'], status: 503 }))
    const probe = ['--probe', server.url]
    const cases: [string[], number, string][] = [
      [['--probe', 'http://127.0.0.1:1', '--yes', '--json'], 1, 'NO_MODEL_FOUND'],
      [[...probe, '--json'], 2, 'USAGE'],
      [[...probe, '--model', 'c', '--json'], 2, 'UNKNOWN_MODEL'],
      [[...probe, '--yes', '--json'], 1, 'MODEL_FAILED'],
      [['--model', 'openai/gpt-5', '--json'], 2, 'USAGE'],
      [['--base-url', 'ftp://x', '--yes', '--json'], 2, 'USAGE'],
      [[...probe, '--price', 'cheap', '--yes', '--json'], 2, 'USAGE'],
      [[...probe, '--context-window', '0', '--yes', '--json'], 2, 'USAGE'],
      [['--base-url', server.url, '--key-env', 'NO_SUCH_KEY', '--yes', '--json'], 2, 'USAGE'],
    ]
    for (const [args, exit, code] of cases) {
      const ended = await setup(args)
      expect([args, ended.code, JSON.parse(ended.out)]).toEqual([
        args,
        exit,
        expect.objectContaining({ code }),
      ])
    }
    expect(existsSync(join(place, '.config'))).toBe(false)
  })

  it('says of the built-in model that it costs nothing, and names it where no server was found', async () => {
    const builtin = await setup(['--model', 'builtin/extractive', '--yes'])
    expect([builtin.code, builtin.out]).toEqual([0, expect.stringContaining('\n  price   none\n')])
    const nothing = await setup(['--probe', 'http://127.0.0.1:1', '--yes', '--json'])
    expect(JSON.parse(nothing.out)).toMatchObject({
      message: expect.stringContaining('Without one, --model builtin/extractive answers'),
    })
  })

  it('leaves a configuration alone that no command would take', async () => {
    const server = await started(fakeOllama({ models: ['a'] }))
    await mkdir(join(place, '.config', 'writ'), { recursive: true })
    await writeFile(config, '{"modle": "x"}')
    const ended = await setup(['--probe', server.url, '--yes', '--json'])
    expect([ended.code, JSON.parse(ended.out)]).toEqual([2, expect.objectContaining({ code: 'BAD_CONFIG' })])
    expect([await readFile(config, 'utf8'), server.asked]).toEqual(['{"modle": "x"}', []])
  })
})
