import { counted, defined, type ModelRates, reasonInWords, whole } from '@writ/contract'
import type { Command } from 'commander'
import type { ListedModel } from '../index.ts'
import { type Config, loadConfig } from './config.ts'
import { inHome } from './in-home.ts'
import { modelAccess, namedKey, usualWindow } from './model-access.ts'
import { listed } from './model-names.ts'
import { onScreen } from './on-screen.ts'
import { printableLine } from './printable.ts'
import type { Running } from './running.ts'

/** The flags of `writ models`. */
export interface ModelsFlags {
  readonly home?: string
  readonly json?: boolean
  readonly policy?: string
  readonly as?: string
  readonly purpose?: string
}

/** `writ models`: what is known of models, what they cost, and what policy says of them. */
export function addModels(writ: Command, running: Running): void {
  writ
    .command('models')
    .description(
      'list known models: window, price and its day, key, and what policy says; nothing is asked of any',
    )
    .option('--as <user>', 'user to ask policy for')
    .option('--purpose <p>', 'purpose to ask policy for')
    .option('--policy <dir>', 'policy bundle')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(running((flags: ModelsFlags) => models(flags)))
}

/** A model with the variable of its key. */
interface KeyedModel extends Omit<ListedModel, 'keyVariable'> {
  readonly key: { readonly env: string; readonly present: boolean } | null
}

async function models(flags: ModelsFlags): Promise<number> {
  const config = loadConfig(process.cwd(), process.env)
  const { as = config.user, purpose = config.purpose, policy = config.policy } = flags
  const { model, subModel, verifierModel, models: table, prices, profiles } = config
  const { ollamaHost } = modelAccess({}, config, process.env)
  const contextWindow = usualWindow({}, config)
  const listed = await inHome(
    flags,
    (writ) => writ.models({ ...defined({ principal: as, purpose }), baseUrl: (id) => serverOf(id, config) }),
    defined({
      policy,
      model,
      subModel,
      verifierModel,
      models: table,
      prices,
      profiles,
      ollamaHost,
      contextWindow,
    }),
  )
  const keyed = listed.map((one) => withKey(one, config))
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ schema: 'writ.models/1', models: keyed })}\n`
      : onScreen(`${keyed.map(block).join('\n')}\n`, process.stdout),
  )
  return 0
}

/** The server that a model would be asked at, were it named with --model; that of the configured one as it is configured. */
function serverOf(id: string, config: Config): string | undefined {
  const configured = [config.model, config.subModel, config.verifierModel].flatMap(listed)
  const flags = configured.includes(id) ? {} : { model: id }
  return modelAccess(flags, config, process.env).baseUrl
}

function withKey({ keyVariable, ...model }: ListedModel, { keys = [] }: Config): KeyedModel {
  const server = model.server === null ? null : new URL(model.server)
  const key =
    server === null || keyVariable === null ? null : namedKey(server, keyVariable, keys, process.env)
  return { ...model, key }
}

/** A model as lines, each of one fact. */
function block(model: KeyedModel): string {
  const { id, contextWindow, windowKnown, rates, profile, policy } = model
  const facts: readonly (readonly [string, string])[] = [
    ['at', placeText(model)],
    ['window', `${whole(contextWindow)} tokens${windowKnown ? '' : ', assumed: nobody said'}`],
    ['price', priceText(model)],
    ...(Object.keys(rates).length === 0 ? [] : [['rates', ratesText(rates)] as const]),
    ...(profile === null ? [] : [['profile', profileText(profile)] as const]),
    ...(policy === null ? [] : [['policy', policyText(policy)] as const]),
  ]
  return [id, ...facts.map(([name, text]) => `  ${name.padEnd(7)} ${text}`)].map(printableLine).join('\n')
}

function placeText({ location, server, key }: KeyedModel): string {
  if (location === 'builtin') return 'this process'
  if (server === null) return 'no server: give --base-url'
  const keyed = key === null ? 'no key' : `key in ${key.env}${key.present ? '' : ', which is not set'}`
  return `${new URL(server).host} · ${keyed}`
}

function priceText({ location, price, priceAsOf, priceSource }: KeyedModel): string {
  if (location === 'builtin') return 'none'
  if (price === null) return 'unknown: --max-cost refuses it'
  const { inputNanoUsd, outputNanoUsd, cachedInputNanoUsd } = price
  const cached = cachedInputNanoUsd === undefined ? '' : ` · cached input ${cachedInputNanoUsd / 1000}`
  const found = [priceAsOf ?? 'of no day', ...(priceSource === null ? [] : [priceSource])].join(', ')
  return `${inputNanoUsd / 1000}/${outputNanoUsd / 1000} USD per million tokens in/out${cached} · ${found}`
}

function ratesText({ requestsPerMinute, tokensPerMinute, inFlight }: ModelRates): string {
  return [
    ...(requestsPerMinute === undefined ? [] : [`${counted(requestsPerMinute, 'request')} a minute`]),
    ...(tokensPerMinute === undefined ? [] : [`${counted(tokensPerMinute, 'token')} a minute`]),
    ...(inFlight === undefined ? [] : [`${whole(inFlight)} at once`]),
  ].join(' · ')
}

function profileText({ tuning, pattern, asOf, source }: NonNullable<KeyedModel['profile']>): string {
  const { language, chunkChars, batchSize, fanOut, hints } = tuning
  return [
    language,
    `sub-calls of ${whole(chunkChars)} characters, ${whole(batchSize)} to a batch`,
    fanOut === null ? 'no ceiling of its own' : `${whole(fanOut)} in a frame at most`,
    ...(hints.length === 0 ? [] : [counted(hints.length, 'hint')]),
    [pattern, ...(asOf === null ? [] : [asOf]), ...(source === null ? [] : [source])].join(', '),
  ].join(' · ')
}

function policyText({ verdict, upTo, policies, reason }: NonNullable<KeyedModel['policy']>): string {
  if (verdict === 'allow' && upTo !== null) return `may be sent what is labelled up to ${upTo}`
  return `${verdict}: ${reasonInWords(reason)}${policies.length === 0 ? '' : ` (${policies.join(', ')})`}`
}
