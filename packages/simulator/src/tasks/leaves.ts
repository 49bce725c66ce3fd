import { Random } from '../random.ts'
import type { Script } from '../reply.ts'
import type { SimRequest } from '../request.ts'
import { contentOf } from '../roots.ts'
import { LABELS, type QuestionLabel } from './labels.ts'

export interface LeafOptions {
  readonly seed: string
  /** Share of items that get a wrong label; 0 by default. */
  readonly errorRate?: number
  /** Share of items that are left out of a reply; 0 by default. */
  readonly rowLoss?: number
}

/** What a label is taken for when it is wrong: most often one of these two. */
const CONFUSED: readonly QuestionLabel[] = ['entity', 'description and abstract concept']
const CONFUSED_SHARE = 0.8

/**
 * Labels the lines `number| question` of a prompt from what is known. What goes wrong follows from the seed, the text of
 * the item and the attempt, so that it is the same whatever the order, the concurrency and the engine. The attempt is what
 * the prompt says (`attempt=`), and one more each time that an equal request comes again under another key.
 */
export function labelLeaf(gold: ReadonlyMap<string, QuestionLabel>, options: LeafOptions): Script {
  const { seed, errorRate = 0, rowLoss = 0 } = options
  const repeats = new Repeats()
  return (request) => {
    const said = Number(/\battempt=(\d+)/.exec(request.prompt)?.[1] ?? 0)
    const attempt = said + repeats.of(request)
    const labelled = [...request.prompt.matchAll(/^(\d+)\| (.+)$/gm)].flatMap(([, n = '', text = '']) => {
      const label = gold.get(text)
      if (label === undefined) throw new Error(`nobody knows the label of "${text}"`)
      const random = new Random(`${seed}\n${attempt}\n${text}`)
      if (random.unit() < rowLoss) return []
      return [`${n}| ${random.unit() < errorRate ? wrongLabel(label, random) : label}`]
    })
    return labelled.length === 0 ? 'No line has a label.' : labelled.join('\n')
  }
}

function wrongLabel(label: QuestionLabel, random: Random): QuestionLabel {
  const likely = random.unit() < CONFUSED_SHARE ? CONFUSED : LABELS
  return random.pick(likely.filter((other) => other !== label))
}

/** How often a request came under other keys before. The same key is the same attempt, sent again. */
class Repeats {
  readonly #keys = new Map<string, (string | null)[]>()

  of(request: SimRequest): number {
    const content = contentOf(request)
    const keys = this.#keys.get(content) ?? []
    this.#keys.set(content, keys)
    const known = request.key === null ? -1 : keys.indexOf(request.key)
    if (known >= 0) return known
    keys.push(request.key)
    return keys.length - 1
  }
}
