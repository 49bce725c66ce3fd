import { WritError } from '@writ/contract'
import { type FoundServer, providerOf } from '../index.ts'
import { printableLine } from './printable.ts'
import type { Asker, Option } from './setup-prompts.ts'

/** The variable with the key for OpenAI, the one vendor that is offered where nobody named a model. */
const OPENAI_KEY = 'OPENAI_API_KEY'

/** A model to try and to write down. */
export interface Choice {
  /** As the configuration names it. */
  readonly model: string
  readonly baseUrl?: string
  /** The variable with the key for its server; null when it gets none. */
  readonly keyEnv: string | null
  /** The name its server lists it by, and that server, when it was found. */
  readonly listed?: { readonly server: FoundServer; readonly id: string }
}

/** What flags say about the choice. */
export interface ChoiceFlags {
  readonly model?: string
  readonly baseUrl?: string
  readonly keyEnv?: string
  readonly yes?: boolean
}

/** What was found on this machine. */
export interface Found {
  readonly servers: readonly FoundServer[]
  /** Whether the environment has a key for OpenAI. */
  readonly openaiKey: boolean
  /** Where Ollama is reached when nobody says. */
  readonly ollama: string
}

/** The choice that flags make, without a question. Throws `USAGE`, `UNKNOWN_MODEL`, `NO_MODEL_FOUND`. */
export function chooseByFlags(flags: ChoiceFlags, found: Found): Choice {
  const { model, baseUrl } = flags
  const keyEnv = flags.keyEnv ?? null
  if (model === undefined) return firstFound(flags, found)
  if (model.startsWith('builtin/')) return { model, keyEnv: null }
  if (baseUrl !== undefined) {
    const id = model.replace(/^ollama\//, '')
    const server = found.servers.find(({ models }) => models.some((one) => one.id === id))
    return server === undefined
      ? { model, baseUrl, keyEnv }
      : { model, baseUrl: server.baseUrl, keyEnv, listed: { server, id } }
  }
  const usual = providerOf(model)?.key?.env
  if (usual !== undefined) return { model, keyEnv: keyEnv ?? usual }
  const id = model.replace(/^ollama\//, '')
  const server = found.servers.find(
    ({ kind, models }) => models.some((one) => one.id === id) && (id === model || kind === 'Ollama'),
  )
  if (server !== undefined) return { ...served(server, id, found), keyEnv }
  throw new WritError('UNKNOWN_MODEL', `No server that was found lists "${model}". ${told(found)}`)
}

/** The first model of the first server, if somebody said that it may be. */
function firstFound({ yes = false, baseUrl, keyEnv }: ChoiceFlags, found: Found): Choice {
  const server = found.servers.find(({ models }) => models.length > 0)
  const [first] = server?.models ?? []
  if (server === undefined || first === undefined) {
    const where = baseUrl === undefined ? '' : ` at ${baseUrl}`
    throw new WritError('NO_MODEL_FOUND', `No server that lists models was found${where}. ${told(found)}`)
  }
  if (yes) return { ...served(server, first.id, found), keyEnv: keyEnv ?? null }
  throw new WritError(
    'USAGE',
    `Nobody is at the terminal to choose: give --model <id>, or --yes for "${first.id}". ${told(found)}`,
  )
}

/** The choice somebody makes. */
export async function chooseByAsking(asker: Asker, found: Found): Promise<Choice> {
  const usable = found.servers.filter(({ models }) => models.length > 0)
  if (usable.length === 0 && !found.openaiKey)
    throw new WritError('NO_MODEL_FOUND', `No server that lists models was found. ${told(found)}`)
  const where = await asker.choose<FoundServer | 'openai'>('Which model should answer?', [
    ...usable.map((server) => ({
      value: server,
      label: `${server.kind} at ${new URL(server.baseUrl).host}`,
      hint: server.models.length === 1 ? '1 model' : `${server.models.length} models`,
    })),
    ...(found.openaiKey
      ? [{ value: 'openai' as const, label: 'OpenAI', hint: `${OPENAI_KEY} is set; documents go there` }]
      : []),
  ])
  if (where === 'openai') {
    const name = await asker.text('Which model of OpenAI? (a name such as gpt-5)')
    return { model: `openai/${name.replace(/^openai\//, '')}`, keyEnv: OPENAI_KEY }
  }
  return { ...served(where, await modelOf(asker, where), found), keyEnv: null }
}

async function modelOf(asker: Asker, { models }: FoundServer): Promise<string> {
  const [only] = models
  if (models.length === 1 && only !== undefined) return only.id
  const options = models.map(({ id, contextWindow }): Option<string> => {
    return { value: id, label: id, ...(contextWindow === null ? {} : { hint: `${contextWindow} tokens` }) }
  })
  return await asker.choose('Which of its models?', options)
}

/** A model by the name a configuration has for it; Ollama where it always is needs no URL. */
function served(server: FoundServer, id: string, { ollama }: Found): Omit<Choice, 'keyEnv'> {
  const model = server.kind === 'Ollama' ? `ollama/${id}` : id
  const usual = server.kind === 'Ollama' && server.baseUrl === ollama
  return { model, ...(usual ? {} : { baseUrl: server.baseUrl }), listed: { server, id } }
}

function told({ servers, openaiKey }: Found): string {
  const lines = servers.map(({ kind, baseUrl, models }) => {
    const names = models.slice(0, 5).map(({ id }) => id)
    const more = models.length > names.length ? ` and ${models.length - names.length} more` : ''
    return `${kind} at ${baseUrl} with ${names.length === 0 ? 'no model' : `${names.join(', ')}${more}`}`
  })
  if (openaiKey) lines.push(`${OPENAI_KEY} for --model openai/<model>`)
  return printableLine(
    lines.length === 0
      ? 'Without one, --model builtin/extractive answers what code can decide.'
      : `Found: ${lines.join('; ')}.`,
  )
}
