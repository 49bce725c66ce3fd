import { Random } from './random.ts'
import type { Reply, Script } from './reply.ts'
import { toReply } from './reply.ts'
import { promptChars } from './request.ts'
import { contentOf } from './roots.ts'
import { CHARS_PER_TOKEN } from './tokens.ts'

export interface LatencyOptions {
  readonly seed: string
  /** How many times faster than a provider; 20 by default. */
  readonly timeScale?: number
}

// What public providers were seen to take, as `docs/reference/simulator.md` tells it.
const FIRST_TOKEN_S = 0.6
const FIRST_TOKEN_SPREAD = 0.5
const PROMPT_TOKENS_PER_S = 8_000
const OUTPUT_TOKENS_PER_S = 80
const OUTPUT_SPREAD = 0.25
const STRAGGLER = { share: 0.01, times: 10 }

/** Holds each text reply back as long as a provider might. The draw follows from the seed and what is asked. */
export function withLatency({ seed, timeScale = 20 }: LatencyOptions, script: Script): Script {
  return (request) => {
    const reply: Reply = toReply(script(request))
    if (reply.kind !== 'text') return reply
    const random = new Random(`${seed}\nlatency\n${contentOf(request)}`)
    const first = FIRST_TOKEN_S * Math.exp(FIRST_TOKEN_SPREAD * random.normal())
    const prompt = promptChars(request) / CHARS_PER_TOKEN / PROMPT_TOKENS_PER_S
    const speed = OUTPUT_TOKENS_PER_S * Math.exp(OUTPUT_SPREAD * random.normal())
    const output = reply.text.length / CHARS_PER_TOKEN / speed
    const times = random.unit() < STRAGGLER.share ? STRAGGLER.times : 1
    const seconds = (first + prompt + output) * times
    return { ...reply, delayMs: (reply.delayMs ?? 0) + (seconds * 1000) / timeScale }
  }
}
