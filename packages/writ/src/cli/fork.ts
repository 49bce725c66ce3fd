import { WritError } from '@writ/contract'
import { createWrit, type ForkOptions, parsePrice } from '../index.ts'
import { type Config, loadConfig } from './config.ts'
import { exitCodeOf } from './exit-code.ts'
import { homeOf } from './home.ts'
import { onInterrupt } from './interrupt.ts'
import { modelAccess } from './model-access.ts'
import { printAnswer } from './print-answer.ts'
import { printableLine } from './printable.ts'
import type { ResumeFlags } from './resume.ts'
import { describeFork } from './show.ts'
import { chooseWatch } from './watch.ts'

export interface ForkFlags extends ResumeFlags {
  readonly at: string
  readonly prompt?: string
  readonly model?: string
  readonly subModel?: string
  readonly baseUrl?: string
  readonly price?: string
  readonly contextWindow?: number
  readonly out?: string
}

/** Asks again from a step of a run on, as a run of its own. Prints the answer and resolves with its exit code. */
export async function fork(run: string, flags: ForkFlags): Promise<number> {
  const config = loadConfig(process.cwd(), process.env)
  const options = optionsOf(flags, config)
  const { baseUrl: _, ...access } = modelAccess(flags, config, process.env)
  const watch = chooseWatch(flags)
  const interrupt = onInterrupt()
  const writ = await createWrit({ ...homeOf(flags), ...access })
  try {
    const answer = await writ.fork(run, {
      ...options,
      suspend: interrupt.signal,
      onEvent: (event) => watch.onEvent(event),
    })
    watch.stop()
    if (flags.json === true) process.stdout.write(`${JSON.stringify(answer)}\n`)
    else if (flags.jsonl !== true) {
      const { fork: shared } = await writ.show(answer.run)
      const line = shared === null ? '' : `${printableLine(describeFork(shared))}\n`
      process.stdout.write(`${printAnswer(answer)}${line}`)
    }
    return exitCodeOf(answer.status)
  } finally {
    watch.stop()
    interrupt.stop()
    await writ.close()
  }
}

function optionsOf(
  { at, price, prompt, model, subModel, baseUrl, contextWindow, out }: ForkFlags,
  { prices }: Config,
): ForkOptions {
  return {
    at: placeOf(at),
    ...(prompt === undefined ? {} : { prompt }),
    ...(model === undefined ? {} : { model }),
    ...(subModel === undefined ? {} : { subModel }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(price === undefined ? {} : { price: parsePrice(price) }),
    ...(prices === undefined ? {} : { prices }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(out === undefined ? {} : { out }),
  }
}

/** `lane/n`, as `writ show` and `writ diff` number steps. */
function placeOf(text: string): ForkOptions['at'] {
  const match = /^(0(?:\.[1-9]\d{0,14})*)\/(\d{1,9})$/.exec(text)
  if (match === null)
    throw new WritError('USAGE', `--at takes a frame and a step of it, such as 0/7 or 0.2/3, not "${text}".`)
  const [, lane = '', n = ''] = match
  return { lane, n: Number(n) }
}
