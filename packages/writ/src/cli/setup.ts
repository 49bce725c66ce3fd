import { defined, WritError, whole } from '@writ/contract'
import type { Command } from 'commander'
import {
  type FoundServer,
  findServers,
  OLLAMA_URL,
  ollamaUrl,
  parsePrice,
  probeServer,
  providerOf,
  type Trial,
  tryModel,
} from '../index.ts'
import type { KeyBinding } from './config.ts'
import { onScreen } from './on-screen.ts'
import { repeated, wholeNumber } from './parse-option.ts'
import { printable } from './printable.ts'
import type { Running } from './running.ts'
import { type Choice, chooseByAsking, chooseByFlags, type Found } from './setup-choice.ts'
import { type Asker, openPrompts } from './setup-prompts.ts'
import { type ModelSettings, readUserFile, type UserFile, withModel, writeUserFile } from './user-config.ts'

export interface SetupFlags {
  readonly model?: string
  readonly baseUrl?: string
  readonly keyEnv?: string
  readonly price?: string
  readonly contextWindow?: number
  readonly probe?: readonly string[]
  readonly yes?: boolean
  readonly json?: boolean
}

/** Where llama.cpp, LM Studio and vLLM listen on this machine; Ollama comes before them. */
const USUAL_SERVERS = ['http://127.0.0.1:8080/v1', 'http://127.0.0.1:1234/v1', 'http://127.0.0.1:8000/v1']

/** Tokens Ollama and LM Studio give a model unless told otherwise. They cut longer prompts without a word. */
const CAUTIOUS_WINDOW = 4_096

/** `writ setup`: from what is on this machine to a user configuration that answers. */
export function addSetup(writ: Command, running: Running): void {
  writ
    .command('setup')
    .description('find local model servers and keys, try one, and write the user configuration')
    .option('--model <id>', 'the model, without asking')
    .option('--base-url <url>', 'an OpenAI-compatible server to look at, instead of the usual ones')
    .option(
      '--key-env <name>',
      'environment variable with the key for it; the name is written, never the key',
    )
    .option('--price <in/out>', 'USD per million tokens (default: 0/0 on this machine, else unknown)')
    .option(
      '--context-window <n>',
      'tokens (default: what the server says)',
      wholeNumber('--context-window', 1),
    )
    .option('--probe <url>', 'where to look for a server, instead of the usual places; repeatable', repeated)
    .option('--yes', 'ask nothing: take the first model that is found')
    .option('--json', 'ask nothing, print one JSON object')
    .action(running((flags: SetupFlags) => setup(flags)))
}

/** Finds a model, tries it and writes it down; nothing is written unless it answered. Resolves with the exit code. */
export async function setup(given: SetupFlags): Promise<number> {
  if (given.price !== undefined) parsePrice(given.price)
  const file = readUserFile(process.env)
  const asker = await askerFor(given)
  const flags = withKnownKey(given, file)
  const found = await look(flags)
  const choice =
    asker === undefined || flags.model !== undefined
      ? chooseByFlags(flags, found)
      : await chooseByAsking(asker, found)
  say(flags, `Trying ${choice.model} …`)
  const trial = await tryModel({
    id: choice.model,
    priceTable: {},
    apiKey: keyOf(choice.keyEnv),
    ...defined({ baseUrl: choice.baseUrl }),
  })
  const settings = await settingsOf(choice, trial, flags)
  const lines = described(settings, trial)
  if (asker !== undefined) {
    say(flags, lines.join('\n'))
    if (!(await asker.confirm(`Write this to ${file.path}?`)))
      throw new WritError('INTERRUPTED', 'Setup was left; nothing was written.')
  }
  writeUserFile({ path: file.path, settings: withModel(file.settings, settings) })
  report(flags, file.path, found, settings, trial, lines)
  return 0
}

async function askerFor({ yes, json }: SetupFlags): Promise<Asker | undefined> {
  if (yes === true || json === true || !process.stdin.isTTY || !process.stderr.isTTY) return undefined
  return await openPrompts({ input: process.stdin, output: process.stderr })
}

/** The key that is bound to the server already, where no other is named. */
function withKnownKey(flags: SetupFlags, { settings }: UserFile): SetupFlags {
  const { baseUrl = '', keyEnv } = flags
  const host = URL.parse(baseUrl)?.host
  const bound = (settings.keys ?? []) as readonly KeyBinding[]
  const known = keyEnv ?? bound.find((key) => key.host === host)?.env ?? null
  return known === null ? flags : { ...flags, keyEnv: known }
}

/** What is there to choose from. */
async function look({ baseUrl, keyEnv, probe, model = '' }: SetupFlags): Promise<Found> {
  const { OLLAMA_HOST = '', OPENAI_API_KEY = '' } = process.env
  const usual = [ollamaUrl(OLLAMA_HOST), ...USUAL_SERVERS]
  const facts = { openaiKey: OPENAI_API_KEY.trim() !== '', ollama: OLLAMA_URL }
  const elsewhere = model.startsWith('builtin/') || providerOf(model)?.key !== undefined
  if (elsewhere && baseUrl === undefined) return { ...facts, servers: [] }
  const servers =
    baseUrl === undefined
      ? await findServers((probe ?? usual).map(usableUrl))
      : [await probeServer(usableUrl(baseUrl), keyOf(keyEnv ?? null))].filter((one) => one !== undefined)
  return { ...facts, servers }
}

function usableUrl(text: string): string {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return text
  throw new WritError(
    'USAGE',
    'What was given as the address of a server is no http or https URL without a user.',
  )
}

/** The key in a variable. INVARIANT: no message holds it, nor the name, which may be a key that was pasted. */
function keyOf(variable: string | null): string {
  if (variable === null) return ''
  const key = process.env[variable]?.trim() ?? ''
  if (key !== '') return key
  throw new WritError('USAGE', 'The environment variable with the key is not set.')
}

async function settingsOf(choice: Choice, trial: Trial, flags: SetupFlags): Promise<ModelSettings> {
  const { model, baseUrl, keyEnv } = choice
  const contextWindow = flags.contextWindow ?? (await windowOf(choice))
  const local = trial.location === 'loopback'
  const price = flags.price ?? (local ? '0/0' : undefined)
  const host = baseUrl === undefined ? undefined : new URL(baseUrl).host
  const bound = host ?? providerOf(model)?.key?.host
  return {
    model,
    ...defined({ baseUrl, contextWindow }),
    ...(price === undefined ? {} : { prices: { [model]: price } }),
    ...(bound === undefined ? {} : { keys: [{ env: keyEnv, host: bound }] }),
  }
}

/** The window a server gives the model, asked again now that it is loaded. */
async function windowOf({ listed, keyEnv }: Choice): Promise<number | undefined> {
  if (listed === undefined) return undefined
  const { kind, baseUrl } = listed.server
  const now = (await probeServer(baseUrl, keyOf(keyEnv))) ?? listed.server
  const window = now.models.find(({ id }) => id === listed.id)?.contextWindow ?? null
  return window ?? (kind === 'Ollama' || kind === 'LM Studio' ? CAUTIOUS_WINDOW : undefined)
}

function described({ model, contextWindow, prices = {}, keys = [] }: ModelSettings, trial: Trial): string[] {
  const price = prices[model]
  const [key] = keys
  return [
    `model   ${trial.title}, which answered in ${(trial.tookMs / 1000).toFixed(1)} s`,
    ...(contextWindow === undefined ? [] : [`window  ${whole(contextWindow)} tokens`]),
    `price   ${price === undefined ? (trial.location === 'builtin' ? 'none' : 'unknown: give --price <in>/<out> to limit cost') : `${price} USD per million tokens in/out`}`,
    `key     ${key === undefined || key.env === null ? 'none is sent' : `that in ${key.env}, for ${key.host} only`}`,
    ...(trial.metered ? [] : ['usage   is not reported: each call will be charged its worst case']),
  ]
}

function say({ json }: SetupFlags, text: string): void {
  if (json !== true) process.stderr.write(printable(`${text}\n`))
}

function report(
  { json }: SetupFlags,
  config: string,
  { servers }: { readonly servers: readonly FoundServer[] },
  settings: ModelSettings,
  tried: Trial,
  lines: readonly string[],
): void {
  const found = servers.map(({ kind, baseUrl, models }) => ({
    kind,
    baseUrl,
    models: models.map(({ id }) => id),
  }))
  process.stdout.write(
    json === true
      ? `${JSON.stringify({ schema: 'writ.setup/1', config, settings, found, tried })}\n`
      : onScreen(
          printable(
            `${config}\n${lines.map((line) => `  ${line}\n`).join('')}Try it: writ ask "What is this about?" <path>\n`,
          ),
          process.stdout,
        ),
  )
}
