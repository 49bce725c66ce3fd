import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import { type Answer, defined, type RunEvent, WritError } from '@writ/contract'
import type { ChatOptions, ContextOptions } from '../../files/options.ts'
import { schemaOf, textIn } from './json-format.ts'
import { progressOf } from './progress.ts'
import { messagesOf } from './prompt.ts'
import { refuseTools } from './refuse-tools.ts'
import { citationsOf, finishOf, METADATA, metadataOf, sourcesOf, textMetadata, usageOf } from './result.ts'
import { warningsOf } from './warnings.ts'

/** What every question of a governed model is asked over, and how. */
export type LanguageModelOptions = Omit<ContextOptions, 'signal' | 'suspend' | 'out' | 'elapsedMs'>

/** Asks the last message of a conversation. */
type Ask = (asked: ChatOptions) => Promise<Answer>

/** Parts that a reader may leave unread before progress is no longer told. */
const MOST_UNREAD = 1_000

/** A model of the AI SDK each of whose calls is a governed run. Its text is what the run released, and nothing else. */
export function languageModelOf(ask: Ask, modelId: string, over: LanguageModelOptions): LanguageModelV4 {
  const asking = (
    options: LanguageModelV4CallOptions,
    signal: AbortSignal | undefined,
    onEvent: ((event: RunEvent) => void) | undefined,
  ): ChatOptions => {
    refuseTools(options)
    return {
      ...over,
      ...schemaOf(options.responseFormat),
      messages: messagesOf(options.prompt),
      ...defined({ signal, onEvent: onEvent ?? over.onEvent }),
    }
  }
  // A run that was aborted is recorded as interrupted, if it had begun; whoever aborted a call expects it to reject so.
  const answered = async (asked: ChatOptions): Promise<Answer> => {
    const { signal } = asked
    try {
      const answer = await ask(asked)
      signal?.throwIfAborted()
      return answer
    } catch (error) {
      if (error instanceof WritError && error.code === 'INTERRUPTED') signal?.throwIfAborted()
      throw error
    }
  }
  return {
    specificationVersion: 'v4',
    provider: METADATA,
    modelId,
    supportedUrls: {},
    doGenerate: async (options) => {
      return generated(await answered(asking(options, options.abortSignal, undefined)), options)
    },
    doStream: async (options) => {
      const left = new AbortController()
      const { abortSignal = left.signal } = options
      const signal = AbortSignal.any([abortSignal, left.signal])
      const start = async (controller: Controller): Promise<void> => {
        const progress = new Progress(controller, warningsOf(options))
        const onEvent = (event: RunEvent): void => {
          progress.tell(event)
          over.onEvent?.(event)
        }
        try {
          const answer = await answered(asked(onEvent))
          progress.end()
          for (const part of partsOf(answer, options)) controller.enqueue(part)
        } catch (error) {
          if (left.signal.aborted) return
          controller.enqueue({ type: 'error', error })
        }
        controller.close()
      }
      // What cannot be asked rejects the call, before there is a stream.
      const before = asking(options, signal, undefined)
      const asked = (onEvent: (event: RunEvent) => void): ChatOptions => ({ ...before, onEvent })
      const stream = new ReadableStream<LanguageModelV4StreamPart>(
        {
          start: (controller) => void start(controller),
          cancel: () => left.abort(),
        },
        { highWaterMark: MOST_UNREAD },
      )
      return await Promise.resolve({ stream })
    },
  }
}

type Controller = ReadableStreamDefaultController<LanguageModelV4StreamPart>

/** Tells what happens in a run as reasoning: the one place where the AI SDK has room for it. */
class Progress {
  readonly #controller: Controller
  #open = false

  constructor(controller: Controller, warnings: ReturnType<typeof warningsOf>) {
    this.#controller = controller
    controller.enqueue({ type: 'stream-start', warnings })
  }

  tell(event: RunEvent): void {
    const line = progressOf(event)
    // A reader that does not read is told no more: nothing waits for it, and nothing piles up.
    if (line === undefined || (this.#controller.desiredSize ?? 0) <= 0) return
    if (!this.#open) this.#controller.enqueue({ type: 'reasoning-start', id: PROGRESS })
    this.#open = true
    this.#controller.enqueue({ type: 'reasoning-delta', id: PROGRESS, delta: `${line}\n` })
  }

  end(): void {
    if (this.#open) this.#controller.enqueue({ type: 'reasoning-end', id: PROGRESS })
  }
}

const PROGRESS = 'progress'
const ANSWER = 'answer'

/** The end of a stream: the answer as a text, what it cites, and how the run ended. */
function partsOf(answer: Answer, options: LanguageModelV4CallOptions): readonly LanguageModelV4StreamPart[] {
  const providerMetadata = textMetadata(answer)
  const text = answer.basis === null ? undefined : textIn(answer.value, options.responseFormat)
  const said: readonly LanguageModelV4StreamPart[] =
    text === undefined
      ? []
      : [
          { type: 'text-start', id: ANSWER, providerMetadata },
          { type: 'text-delta', id: ANSWER, delta: text },
          { type: 'text-end', id: ANSWER, citations: citationsOf(answer), providerMetadata },
          ...sourcesOf(answer),
        ]
  const ended = {
    usage: usageOf(answer),
    finishReason: finishOf(answer),
    providerMetadata: metadataOf(answer),
  }
  return [{ type: 'response-metadata', id: answer.run }, ...said, { type: 'finish', ...ended }]
}

function generated(answer: Answer, options: LanguageModelV4CallOptions): LanguageModelV4GenerateResult {
  const content: LanguageModelV4Content[] = []
  if (answer.basis !== null) {
    const text = textIn(answer.value, options.responseFormat)
    const citations = citationsOf(answer)
    content.push(
      { type: 'text', text, citations, providerMetadata: textMetadata(answer) },
      ...sourcesOf(answer),
    )
  }
  return {
    content,
    finishReason: finishOf(answer),
    usage: usageOf(answer),
    providerMetadata: metadataOf(answer),
    response: { id: answer.run },
    warnings: warningsOf(options),
  }
}
