import type {
  JSONObject,
  LanguageModelV4Citation,
  LanguageModelV4FinishReason,
  LanguageModelV4Source,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import { type Answer, formatLabel, type Status } from '@writ/contract'

/** Name under which the AI SDK keeps what is known of a run. */
export const METADATA = 'writ'

/** How a run that ended so is told to the AI SDK. What was refused is content that a filter kept back. */
const FINISH: Readonly<Record<Status, LanguageModelV4FinishReason['unified']>> = {
  complete: 'stop',
  incomplete: 'length',
  denied: 'content-filter',
  failed: 'error',
  pending: 'other',
}

/** How a run ended. */
export function finishOf({ status }: Answer): LanguageModelV4FinishReason {
  return { unified: FINISH[status], raw: status }
}

/** What a run used, over all the calls of its tree. */
export function usageOf({ usage }: Answer): LanguageModelV4Usage {
  const { inputTokens, outputTokens, cachedInputTokens } = usage
  return {
    inputTokens: {
      total: inputTokens,
      noCache: undefined,
      cacheRead: cachedInputTokens,
      cacheWrite: undefined,
    },
    outputTokens: { total: outputTokens, text: undefined, reasoning: undefined },
    raw: { ...usage },
  }
}

/** What is known of a run, where its evidence lies, and what its answer rests on. */
export function metadataOf(answer: Answer): SharedV4ProviderMetadata {
  const { run, status, basis, evidence, reason, label, support, citations, denials } = answer
  const known: JSONObject = {
    run,
    status,
    basis,
    evidence,
    reason,
    label: formatLabel(label),
    support: { ...support, unsupportedPaths: [...support.unsupportedPaths] },
    citations: citations.map((citation) => ({ ...citation })),
    refusals: denials.reduce((sum, { count }) => sum + count, 0),
  }
  return { [METADATA]: known }
}

/** What a text of the answer says of itself, so that it comes back with the next question. */
export function textMetadata({ run }: Answer): SharedV4ProviderMetadata {
  return { [METADATA]: { run } }
}

/** The documents that the answer cites, each once. */
export function sourcesOf({ citations }: Answer): LanguageModelV4Source[] {
  return [...new Set(citations.map(({ doc }) => doc))].map(sourceOf)
}

/** The quotes that the answer rests on. */
export function citationsOf({ citations }: Answer): LanguageModelV4Citation[] {
  return citations.map(({ doc, quote }) => ({ source: sourceOf(doc), citedText: quote }))
}

function sourceOf(doc: string): LanguageModelV4Source {
  return {
    type: 'source',
    sourceType: 'document',
    id: doc,
    mediaType: 'text/plain',
    title: doc,
    filename: doc,
  }
}
