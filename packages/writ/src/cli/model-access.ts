import { defined, WritError } from '@writ/contract'
import { keyHosts, locationOf, providerOf, type WritOptions } from '../index.ts'
import type { Config, KeyBinding } from './config.ts'
import { listed, type ModelNames } from './model-names.ts'
import { onScreen } from './on-screen.ts'
import { printable } from './printable.ts'

/** The key whose server another variable may name. */
const OPENAI_KEY = 'OPENAI_API_KEY'

/** The flags that say where models are reached. */
export interface AccessFlags {
  readonly model?: ModelNames
  readonly subModel?: ModelNames
  readonly verifierModel?: ModelNames
  readonly baseUrl?: string
  readonly keyEnv?: string
}

type Access = Pick<WritOptions, 'apiKey' | 'baseUrl' | 'ollamaHost'>

/** How models are reached: flag over environment over configuration. Keys come from the environment, each for its hosts. */
export function modelAccess(
  flags: AccessFlags,
  config: Pick<Config, 'model' | 'subModel' | 'verifierModel' | 'baseUrl' | 'models' | 'keys'>,
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void = sayOnStderr,
): Access {
  const { OLLAMA_HOST: ollama } = environment
  const server = flags.baseUrl ?? standingServer(flags, config, environment)
  const keys = new Keys(flags.keyEnv, config.keys ?? [], environment, say)
  return {
    ...defined({ baseUrl: server, ollamaHost: ollama }),
    apiKey: (asked, variable) => keys.for(asked, variable),
  }
}

/**
 * The server that stands for models which name none. One given of a provider with a server names one; `OPENAI_BASE_URL` moves
 * only that of OpenAI.
 */
function standingServer(
  flags: AccessFlags,
  config: Pick<Config, 'model' | 'subModel' | 'verifierModel' | 'baseUrl' | 'models'>,
  { OPENAI_BASE_URL: named = '' }: NodeJS.ProcessEnv,
): string | undefined {
  const [given] = listed(flags.model)
  const [first = ''] = askedElsewhere(flags, config)
  if (named.trim() !== '' && isMoved(first)) return named.trim()
  return given !== undefined && providerOf(given)?.url !== undefined ? undefined : config.baseUrl
}

/**
 * A run has one server that stands for its models, so what names one, `OPENAI_BASE_URL` or the configuration for its own model,
 * cannot move one of them and leave the other: throws `USAGE` rather than send what a model is asked to a server of another.
 */
export function requireOneServer(
  flags: AccessFlags,
  config: Pick<Config, 'model' | 'subModel' | 'verifierModel' | 'baseUrl' | 'models'>,
  { OPENAI_BASE_URL: named = '' }: NodeJS.ProcessEnv,
): void {
  if (flags.baseUrl !== undefined) return
  const models = askedElsewhere(flags, config)
  const hasLists = listsOf(flags, config).some((list) => list.length > 1)
  if (named.trim() !== '') requireSame('OPENAI_BASE_URL', models, isMoved)
  else if (config.baseUrl !== undefined && hasLists)
    requireSame('baseUrl of the configuration', models, (id) => providerOf(id)?.url === undefined)
}

function requireSame(name: string, models: readonly string[], isMovedBy: (id: string) => boolean): void {
  const [moved, other] = [models.find(isMovedBy), models.find((id) => !isMovedBy(id))]
  if (moved === undefined || other === undefined) return
  throw new WritError(
    'USAGE',
    `${name} is a server for ${moved} and none for ${other}: give --base-url for all, or "models": {"${moved}": {"baseUrl": …}} in place of it.`,
  )
}

/** The models that a run asks at a server which the table does not name. */
function askedElsewhere(
  flags: AccessFlags,
  config: Pick<Config, 'model' | 'subModel' | 'verifierModel' | 'models'>,
): readonly string[] {
  return listsOf(flags, config)
    .flat()
    .filter((id) => !id.startsWith('builtin/') && config.models?.[id]?.baseUrl === undefined)
}

/** The models of each role. */
function listsOf(
  flags: AccessFlags,
  config: Pick<Config, 'model' | 'subModel' | 'verifierModel'>,
): readonly (readonly string[])[] {
  const { model, subModel, verifierModel } = { ...config, ...defined({ ...flags }) }
  return [model, subModel, verifierModel].map(listed)
}

/** Whether `OPENAI_BASE_URL` says where a model is: one of OpenAI, or one that names no server. */
function isMoved(id: string): boolean {
  const provider = providerOf(id)
  return provider?.url === undefined || provider.movedBy === 'OPENAI_BASE_URL'
}

type UsualModel = Pick<Config, 'model' | 'contextWindow' | 'models'>

/** The configured window is that of the configured models, where the table leaves one without. */
export function usualWindow({ model: given }: AccessFlags, config: UsualModel): number | undefined {
  const { model, contextWindow, models = {} } = config
  if (listed(given ?? model).every((id) => models[id]?.contextWindow !== undefined)) return undefined
  const same = listed(given).join() === listed(model).join()
  return given === undefined || model === undefined || same ? contextWindow : undefined
}

/** Which variable has the key for a server, and whether it is set; null where none is sent. Never the key. */
export function namedKey(
  server: URL,
  variable: string,
  keys: readonly KeyBinding[],
  environment: NodeJS.ProcessEnv,
): { readonly env: string; readonly present: boolean } | null {
  const { host } = server
  const binding = keys.find((key) => key.host === host)
  if (binding?.env === null) return null
  const env = binding?.env ?? variable
  return { env, present: (environment[env]?.trim() ?? '') !== '' }
}

/** Which key goes where. INVARIANT: no message holds a key, and none goes to a host it is not bound to unsaid. */
class Keys {
  readonly #named: string | undefined
  readonly #bound: readonly KeyBinding[]
  readonly #environment: NodeJS.ProcessEnv
  readonly #say: (line: string) => void
  readonly #said = new Set<string>()

  constructor(
    keyEnv: string | undefined,
    bound: readonly KeyBinding[],
    environment: NodeJS.ProcessEnv,
    say: (line: string) => void,
  ) {
    this.#bound = bound
    this.#environment = environment
    this.#say = say
    this.#named = keyEnv === undefined ? undefined : this.#required(keyEnv, 'named by --key-env')
  }

  /** The key for a server, else that in the variable. Throws `KEY_NOT_BOUND` where the only key there is belongs elsewhere. */
  for(server: URL, variable: string): string | undefined {
    if (this.#named !== undefined) return this.#named
    const { host } = server
    const binding = this.#bound.find((key) => key.host === host)
    if (binding?.env === null) return undefined
    if (binding !== undefined)
      return this.#required(binding.env, `bound to ${host} in the user configuration`)
    const key = this.#value(variable)
    const known = this.#known(variable)
    if (key === undefined || known.includes(host)) return key
    if (locationOf(server) === 'remote')
      throw new WritError(
        'KEY_NOT_BOUND',
        `${variable} is a key for ${known.join(' and ')} and is not sent to ${host}. To send it: --key-env ${variable}, or "keys": [{"env": "${variable}", "host": "${host}"}].`,
      )
    this.#note(`${variable} is sent to ${host}, a server on this machine that it is not bound to.`)
    return key
  }

  /** Hosts that a key is for: its vendor's, and for that of OpenAI the one given in the same environment. */
  #known(variable: string): readonly string[] {
    const named = variable === OPENAI_KEY ? URL.parse(this.#value('OPENAI_BASE_URL') ?? '') : null
    return [...new Set([...keyHosts(variable), ...(named === null ? [] : [named.host])])]
  }

  #value(name: string): string | undefined {
    const value = this.#environment[name]?.trim()
    return value === '' ? undefined : value
  }

  #required(name: string, why: string): string {
    const value = this.#value(name)
    if (value !== undefined) return value
    // The name is not repeated: it may be a key that was pasted in its place.
    throw new WritError('USAGE', `The environment variable ${why} is not set.`)
  }

  #note(line: string): void {
    if (this.#said.has(line)) return
    this.#said.add(line)
    this.#say(line)
  }
}

function sayOnStderr(line: string): void {
  process.stderr.write(onScreen(printable(`writ: ${line}\n`), process.stderr))
}
