import { type Script, toReply } from './reply.ts'
import type { SimRequest } from './request.ts'
import { FOUR_CHARS, type Tokenizer } from './tokens.ts'

/**
 * Says of each honest reply how much of its prompt a provider would have had in its cache: the longest beginning that an
 * earlier request to the same model had, too.
 */
export function withPromptCache(script: Script, tokenizer: Tokenizer = FOUR_CHARS): Script {
  const known = new Map<string, string[]>()
  return (request) => {
    const prompt = request.messages.map(({ content }) => content).join('')
    const before = known.get(request.model) ?? []
    const cached = before.reduce((longest, other) => Math.max(longest, shared(prompt, other)), 0)
    known.set(request.model, [...before, prompt])
    const reply = toReply(script(request))
    if (reply.kind !== 'text' || (reply.usage !== undefined && reply.usage !== 'honest')) return reply
    const details = {
      cached_tokens: Math.min(tokenizer.count(prompt.slice(0, cached)), tokenizer.count(prompt)),
    }
    return {
      ...reply,
      usage: { raw: { ...honest(request, prompt, reply.text, tokenizer), prompt_tokens_details: details } },
    }
  }
}

function honest({ maxTokens }: SimRequest, prompt: string, text: string, tokenizer: Tokenizer): object {
  const output = tokenizer.count(maxTokens === null ? text : tokenizer.cut(text, maxTokens))
  const input = tokenizer.count(prompt)
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

/** How many characters two texts begin with in common. */
function shared(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let at = 0
  while (at < most && a[at] === b[at]) at += 1
  return at
}
