import { readLiterals, type Saying } from './literals.ts'
import { DOCUMENT, EVERY, IN_EVERYTHING } from './nouns.ts'
import { type Predicate, readPredicate } from './predicate.ts'
import type { ExactPart } from './question-plan.ts'
import type { Masked } from './quoted.ts'

const DOCS = `${EVERY}${DOCUMENT}${IN_EVERYTHING}`
const COUNT = '(?:how\\s+many|count|(?:what\\s+is\\s+)?(?:the\\s+)?number\\s+of)'
const LIST = '(?:list|name|show|find|identify|give|enumerate|get|print|return)(?:\\s+me)?'
const THAT = '(?:\\s+(?:that|which))?'
const OF_THESE = 'which\\s+(?:ones\\s+)?of\\s+(?:these|those|them)'

const WHICH = new RegExp(`^(?:(?:which|what|${LIST})\\s+${DOCS}|${OF_THESE})${THAT}\\s+(\\S.*)$`, 'iu')
const HOW_MANY = new RegExp(`^${COUNT}\\s+(?:${DOCS}|of\\s+(?:these|those|them))${THAT}\\s+(\\S.*)$`, 'iu')
/** "In which documents is X mentioned", "which documents does X appear in". */
const VERBED_OBJECT = `(?:(?:is|are|was|were)\\s+(\\S.*?)\\s+(not\\s+)?(mentioned|named|referenced|found|contained|used|said|quoted)|(?:does|do|did)\\s+(\\S.*?)\\s+(not\\s+)?(appear|occur|come\\s+up|show\\s+up|turn\\s+up))`
const INVERTED = [
  new RegExp(`^in\\s+(which|what|how\\s+many)\\s+${DOCS}\\s+${VERBED_OBJECT}$`, 'iu'),
  new RegExp(`^(which|what|how\\s+many)\\s+${DOCS}\\s+${VERBED_OBJECT}\\s+in$`, 'iu'),
]

/** "Does any contract mention X", "is X mentioned in any contract": whether there is one follows from which there are. */
const ANY = `any\\s+(?:one\\s+)?${DOCS}`
const WHETHER = new RegExp(`^(?:do|does|did)\\s+${ANY}\\s+(\\S.*)$`, 'iu')
const WHETHER_INVERTED = new RegExp(`^(?:is|are|was|were)\\s+(\\S.*?)\\s+(mentioned)\\s+in\\s+${ANY}$`, 'iu')
/** Whoever asks for a yes or no has to say the words themselves: what else is mentioned may be meant by others. */
const THEMSELVES: readonly Saying[] = ['quoted', 'announced', 'name']

/** How plainly the object of a verb has to be words; of any other verb it has to be quoted or announced. */
const VERBED: Readonly<Record<string, readonly Saying[]>> = {
  mentioned: ['quoted', 'announced', 'name', 'word', 'phrase'],
  appear: ['quoted', 'announced', 'name', 'word'],
  occur: ['quoted', 'announced', 'name'],
  named: ['quoted', 'announced', 'name'],
  referenced: ['quoted', 'announced', 'name'],
  found: ['quoted', 'announced', 'name'],
  contained: ['quoted', 'announced', 'name'],
}

/** Reads questions that ask which documents hold or lack literals, or how many do. */
export function readDocumentsWith(masked: Masked): ExactPart | undefined {
  const { text } = masked
  const counted = HOW_MANY.exec(text)?.[1]
  const said = counted ?? WHICH.exec(text)?.[1]
  const predicate = said === undefined ? undefined : readPredicate(said, masked)
  if (predicate !== undefined) return partOf(predicate, counted !== undefined)
  const asked = readWhether(masked)
  if (asked !== undefined) return partOf(asked, false)
  for (const form of INVERTED) {
    const [, head = '', passive, notPassive, participle, active, notActive, verb] = form.exec(text) ?? []
    const object = passive ?? active
    if (object === undefined) continue
    const negated = (notPassive ?? notActive) !== undefined
    const read = readVerbed(object, participle ?? verb ?? '', negated, masked)
    if (read !== undefined) return partOf(read, /many/iu.test(head))
  }
  return undefined
}

function readWhether(masked: Masked): Predicate | undefined {
  const said = WHETHER.exec(masked.text)?.[1]
  const [, object, verb] = WHETHER_INVERTED.exec(masked.text) ?? []
  const read =
    said !== undefined
      ? readPredicate(said, masked)
      : object !== undefined && verb !== undefined
        ? readVerbed(object, verb, false, masked)
        : undefined
  if (read === undefined || read.negated || read.most) return undefined
  return THEMSELVES.includes(read.literals.saying) ? read : undefined
}

function readVerbed(object: string, verb: string, negated: boolean, masked: Masked): Predicate | undefined {
  const literals = readLiterals(object, masked)
  const takes = VERBED[verb.toLowerCase()] ?? ['quoted', 'announced']
  if (literals === undefined || !takes.includes(literals.saying)) return undefined
  if (negated && literals.texts.length > 1 && literals.combine === 'all') return undefined
  return { negated, literals, most: false }
}

function partOf({ negated, literals, most }: Predicate, counted: boolean): ExactPart {
  return {
    kind: negated ? 'lack' : counted ? 'count' : 'mention',
    unit: 'documents',
    literals: literals.texts,
    combine: literals.combine,
    order: most ? 'most' : 'name',
  }
}
