import { z } from 'zod'

/** A model that a server lists. */
export interface ListedModel {
  readonly id: string
  /** Tokens of context it is served with; null when the server does not say. */
  readonly contextWindow: number | null
}

// What servers list, read from their own endpoints. A list of another shape is no list of theirs.

/** Names are printed and written into a configuration. */
const name = z.string().regex(/^[^\p{Cc}\p{Cf}\s]{1,200}$/u)
const tokens = z.int().positive().nullish().catch(null)

/** Models that turn text into vectors answer no question. */
const EMBEDS = /embed|(^|[-/])(bge|e5|gte|minilm)([-:]|$)/i

const propsShape = z.object({ default_generation_settings: z.object({ n_ctx: tokens }) })

const openShape = z.object({
  data: z.array(z.object({ id: name, owned_by: z.string().nullish(), max_model_len: tokens })),
})

const tagsShape = z.object({ models: z.array(z.object({ name })) })

const loadedShape = z.object({ models: z.array(z.object({ name, context_length: tokens })) })

const studioShape = z.object({
  data: z.array(
    z.object({ id: name, type: z.string(), state: z.string().nullish(), loaded_context_length: tokens }),
  ),
})

/** llama.cpp serves one model, whose window its properties have. */
export function llamaModels(props: unknown, listed: unknown): readonly ListedModel[] | undefined {
  const settings = propsShape.safeParse(props)
  const models = openShape.safeParse(listed)
  if (!settings.success || !models.success) return undefined
  const contextWindow = settings.data.default_generation_settings.n_ctx ?? null
  return usable(models.data.data.map(({ id }) => ({ id, contextWindow })))
}

/** Ollama says of a model that is loaded how much context it was given. */
export function ollamaModels(tags: unknown, loaded: unknown): readonly ListedModel[] | undefined {
  const models = tagsShape.safeParse(tags)
  if (!models.success) return undefined
  const running = loadedShape.safeParse(loaded)
  const windows = new Map(
    running.success ? running.data.models.map((model) => [model.name, model.context_length]) : [],
  )
  return usable(models.data.models.map(({ name: id }) => ({ id, contextWindow: windows.get(id) ?? null })))
}

/** Those that LM Studio has loaded come first: any other takes its time. */
export function lmStudioModels(listed: unknown): readonly ListedModel[] | undefined {
  const models = studioShape.safeParse(listed)
  if (!models.success) return undefined
  const textual = models.data.data.filter(({ type }) => type === 'llm' || type === 'vlm')
  const ready = textual.filter(({ state }) => state === 'loaded')
  const others = textual.filter(({ state }) => state !== 'loaded')
  return usable(
    [...ready, ...others].map(({ id, loaded_context_length }) => ({
      id,
      contextWindow: loaded_context_length ?? null,
    })),
  )
}

/** The list every compatible server has; vLLM says that it made it. */
export function openModels(
  listed: unknown,
): { readonly vllm: boolean; readonly models: readonly ListedModel[] } | undefined {
  const models = openShape.safeParse(listed)
  if (!models.success) return undefined
  const { data } = models.data
  return {
    vllm: data.some(({ owned_by }) => owned_by === 'vllm'),
    models: usable(data.map(({ id, max_model_len }) => ({ id, contextWindow: max_model_len ?? null }))),
  }
}

function usable(models: readonly ListedModel[]): readonly ListedModel[] {
  return models.filter(({ id }) => !EMBEDS.test(id))
}
