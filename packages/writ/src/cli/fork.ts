import { defined, WritError } from '@writ/contract'
import { type ForkOptions, parsePrice } from '../index.ts'
import { type Config, loadConfig } from './config.ts'
import type { DeliverFlags } from './deliver.ts'
import { deliverAttended } from './deliver-attended.ts'
import { inHome } from './in-home.ts'
import { modelAccess } from './model-access.ts'
import type { ModelNames } from './model-names.ts'

export interface ForkFlags extends DeliverFlags {
  readonly at: string
  readonly prompt?: string
  readonly model?: ModelNames
  readonly subModel?: ModelNames
  readonly verifierModel?: ModelNames
  readonly baseUrl?: string
  readonly price?: string
  readonly contextWindow?: number
  readonly pythonPackages?: string
  readonly out?: string
}

/** Asks again from a step of a run on, as a run of its own. Prints the answer and resolves with its exit code. */
export async function fork(name: string, flags: ForkFlags): Promise<number> {
  const config = loadConfig(process.cwd(), process.env)
  const options = optionsOf(flags, config)
  const { pythonPackages = config.pythonPackages } = flags
  const { baseUrl: _, ...access } = modelAccess(flags, config, process.env)
  return await inHome(
    flags,
    async (writ) => {
      const run = await writ.find(name)
      return await deliverAttended(writ, flags, (attendance) => writ.fork(run, { ...options, ...attendance }))
    },
    { ...access, ...defined({ pythonPackages }) },
  )
}

function optionsOf(
  { at, price, prompt, model, subModel, verifierModel, baseUrl, contextWindow, out }: ForkFlags,
  { prices, models }: Config,
): ForkOptions {
  return {
    at: placeOf(at),
    ...defined({ prompt, model, subModel, verifierModel, baseUrl }),
    ...(price === undefined ? {} : { price: parsePrice(price) }),
    ...defined({ prices, models, contextWindow, out }),
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
