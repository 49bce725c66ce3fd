import { defined, WritError } from '@writ/contract'
import { locationOf, providerOf, type WritOptions } from '../index.ts'
import type { Config, KeyBinding } from './config.ts'
import { printable } from './printable.ts'

/** Where `openai/…` is reached, the only server the variable is known for. */
const OPENAI_HOST = 'api.openai.com'
const OPENAI_KEY = 'OPENAI_API_KEY'

/** The flags that say where models are reached. */
export interface AccessFlags {
  readonly model?: string
  readonly baseUrl?: string
  readonly keyEnv?: string
}

type Access = Pick<WritOptions, 'apiKey' | 'baseUrl' | 'ollamaHost'>

/** How models are reached: flag over environment over configuration. Keys come from the environment, each for its hosts. */
export function modelAccess(
  flags: AccessFlags,
  config: Pick<Config, 'model' | 'baseUrl' | 'keys'>,
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void = sayOnStderr,
): Access {
  const { OLLAMA_HOST: ollama } = environment
  const server = flags.baseUrl ?? standingServer(flags, config, environment)
  const keys = new Keys(flags.keyEnv, config.keys ?? [], environment, say)
  return {
    ...defined({ baseUrl: server, ollamaHost: ollama }),
    apiKey: (asked) => keys.for(asked),
  }
}

/** The server that stands for models which name none: a model of Ollama, or one given of a provider with a server, names one. */
function standingServer(
  { model: given }: AccessFlags,
  { model: usual, baseUrl }: Pick<Config, 'model' | 'baseUrl'>,
  { OPENAI_BASE_URL: named = '' }: NodeJS.ProcessEnv,
): string | undefined {
  const model = given ?? usual ?? ''
  if (named.trim() !== '' && !model.startsWith('ollama/')) return named.trim()
  return given !== undefined && providerOf(given)?.ownServer === true ? undefined : baseUrl
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

  /** The key for a server. Throws `KEY_NOT_BOUND` where the only key there is belongs elsewhere. */
  for(server: URL): string | undefined {
    if (this.#named !== undefined) return this.#named
    const { host } = server
    const binding = this.#bound.find((key) => key.host === host)
    if (binding?.env === null) return undefined
    if (binding !== undefined)
      return this.#required(binding.env, `bound to ${host} in the user configuration`)
    const key = this.#value(OPENAI_KEY)
    if (key === undefined || this.#known().has(host)) return key
    if (locationOf(server) === 'remote')
      throw new WritError(
        'KEY_NOT_BOUND',
        `${OPENAI_KEY} is a key for ${[...this.#known()].join(' and ')} and is not sent to ${host}. To send it: --key-env ${OPENAI_KEY}, or "keys": [{"env": "${OPENAI_KEY}", "host": "${host}"}].`,
      )
    this.#note(`${OPENAI_KEY} is sent to ${host}, a server on this machine that it is not bound to.`)
    return key
  }

  /** Hosts that the OpenAI key is for: OpenAI's, and the one given in the same environment. */
  #known(): ReadonlySet<string> {
    const named = URL.parse(this.#value('OPENAI_BASE_URL') ?? '')
    return new Set([OPENAI_HOST, ...(named === null ? [] : [named.host])])
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
  process.stderr.write(printable(`writ: ${line}\n`))
}
