import { defined, WritError } from '@writ/contract'
import type { RunOptions, WritOptions } from '../../files/options.ts'
import { scriptNamed } from '../../files/script-named.ts'
import type { Asked } from './question.ts'

/** A way of answering that an evaluation measures: a strategy, a script or a model. What it leaves out is that of the Writ. */
export interface EvaluationArm
  extends Pick<
      WritOptions,
      'model' | 'subModel' | 'verifierModel' | 'baseUrl' | 'apiKey' | 'ollamaHost' | 'price' | 'contextWindow'
    >,
    Pick<RunOptions, 'strategy' | 'input'> {
  /** Names it in the report; its strategy and model by default. */
  readonly name?: string
}

/** An arm with its name. */
export interface NamedArm extends EvaluationArm {
  readonly name: string
}

const LONGEST_NAME = 200

/** The arms of an evaluation, each with a name of its own. Throws `USAGE`. */
export function namedArms(arms: readonly EvaluationArm[]): readonly NamedArm[] {
  if (arms.length === 0) throw new WritError('USAGE', 'An evaluation needs at least one arm.')
  const named = arms.map((arm) => ({ ...arm, name: arm.name ?? nameOf(arm) }))
  const [twice] = named.filter(({ name }, at) => named.findIndex((other) => other.name === name) !== at)
  if (twice !== undefined) throw new WritError('USAGE', `Two arms are named "${twice.name}".`)
  const [bad] = named.filter(({ name }) => name.trim() === '' || name.length > LONGEST_NAME)
  if (bad !== undefined) throw new WritError('USAGE', `An arm has a name of 1 to ${LONGEST_NAME} characters.`)
  return named
}

function nameOf({ strategy, model }: EvaluationArm): string {
  const by = model === undefined ? [] : [typeof model === 'string' ? model : 'model-object']
  return strategy === undefined ? (by[0] ?? 'auto') : [strategy, ...by].join(' ')
}

/** The Writ that an arm is measured with. What is said of one model, such as its price, is not said of one an arm names. */
export function optionsOf(options: WritOptions, arm: EvaluationArm): WritOptions {
  const { model, subModel, verifierModel, baseUrl, apiKey, ollamaHost, price, contextWindow } = arm
  const given = defined({
    model,
    subModel,
    verifierModel,
    baseUrl,
    apiKey,
    ollamaHost,
    price,
    contextWindow,
  })
  if (model === undefined) return { ...options, ...given }
  const {
    subModel: _sub,
    verifierModel: _verifier,
    price: _price,
    contextWindow: _window,
    ...others
  } = options
  return { ...others, ...given }
}

/** How an arm asks a question. An input is for scripts only, and a script says itself what shape its answer has. */
export function runOptionsOf(
  { strategy, input: usual }: EvaluationArm,
  { input = usual }: Asked,
  schema: RunOptions['schema'],
): Pick<RunOptions, 'strategy' | 'input' | 'schema'> {
  return scriptNamed(strategy ?? 'auto') === undefined
    ? defined({ strategy, schema })
    : defined({ strategy, input })
}
