import { type Literals, readLiterals, type Saying } from './literals.ts'
import { DOCUMENT } from './nouns.ts'
import type { ExactPart, QuestionPlan } from './question-plan.ts'
import { MARK, type Masked } from './quoted.ts'
import { readScope } from './scope.ts'

const ALWAYS: readonly Saying[] = ['quoted', 'announced']
const NAMES: readonly Saying[] = [...ALWAYS, 'name']
const WORDS: readonly Saying[] = [...NAMES, 'word']
const PHRASES: readonly Saying[] = [...WORDS, 'phrase']

interface Form {
  readonly pattern: RegExp
  /** How plainly the object has to be words. */
  readonly takes: readonly Saying[]
  readonly kind: 'count' | 'mention'
  readonly unit: QuestionPlan['unit']
}

function form(
  source: string,
  takes: readonly Saying[],
  kind: Form['kind'] = 'count',
  unit: Form['unit'] = 'occurrences',
): Form {
  return { pattern: new RegExp(`^${source}$`, 'iu'), takes, kind, unit }
}

const TIMES = '(?:count\\s+)?how\\s+many\\s+times'
const OFTEN = `(?:${TIMES}|how\\s+often)`
const COUNT =
  '(?:how\\s+many|count(?:\\s+(?:all|the|every))*|(?:what\\s+is\\s+)?(?:the\\s+)?(?:total\\s+)?number\\s+of(?:\\s+(?:all|the))*)'
const LIST = '(?:list|find|show|locate|give|get|print|return)(?:\\s+me)?(?:\\s+(?:all|every|each|the|any))*'
const BE = '(?:is|are|was|were)'
const DO = '(?:does|do)'
const OBJECT = '(?<object>\\S.*?)'
/** Where to look, after the verb. */
const TAIL = '(?<tail>\\s+\\S.*)?'
/** An object with nothing after it that would tell where it ends. */
const OPEN = '(?<open>\\S.*)'

/** The forms that ask for the occurrences of literals: how many there are, or where. */
const FORMS: readonly Form[] = [
  form(`${OFTEN}\\s+${BE}\\s+${OBJECT}\\s+mentioned${TAIL}`, PHRASES),
  form(`${OFTEN}\\s+${OBJECT}\\s+${BE}\\s+mentioned${TAIL}`, PHRASES),
  form(`${OFTEN}\\s+${BE}\\s+${OBJECT}\\s+(?:named|found|referenced)${TAIL}`, NAMES),
  form(`${OFTEN}\\s+${BE}\\s+${OBJECT}\\s+(?:used|written|said|cited|quoted|present)${TAIL}`, ALWAYS),
  form(`${TIMES}\\s+${DO}\\s+${OBJECT}\\s+(?:appear|get\\s+mentioned)${TAIL}`, WORDS),
  form(`${TIMES}\\s+does\\s+${OBJECT}\\s+occur${TAIL}`, WORDS),
  form(`${TIMES}\\s+${OBJECT}\\s+(?:appears|occurs)${TAIL}`, WORDS),
  form(`${OFTEN}\\s+${DO}\\s+${OBJECT}\\s+(?:appear|occur|come\\s+up|show\\s+up|turn\\s+up)${TAIL}`, NAMES),
  form(`${OFTEN}\\s+${DO}\\s+(?<place>\\S.*?)\\s+mention\\s+${OBJECT}`, PHRASES),
  form(`${OFTEN}\\s+${DO}\\s+(?<place>\\S.*?)\\s+(?:contain|say|use)\\s+${OBJECT}`, ALWAYS),
  form(`${COUNT}\\s+times\\s+${OBJECT}\\s+(?:${BE}\\s+mentioned|appears?|occurs?)${TAIL}`, WORDS),
  form(`${COUNT}\\s+(?:mentions?|occurrences?)\\s+of\\s+${OPEN}`, PHRASES),
  form(`${COUNT}\\s+(?:instances?|appearances?)\\s+of\\s+${OPEN}`, ALWAYS),
  form(`${COUNT}\\s+(?<object>${MARK})(?:s|['’]s)?(?:\\s+(?:are|is)\\s+there)?${TAIL}`, ALWAYS),
  form(
    `${COUNT}\\s+lines\\s+(?:that\\s+)?(?:mention|contain|have|include|hold)\\s+${OPEN}`,
    WORDS,
    'count',
    'lines',
  ),
  form(`where\\s+${BE}\\s+${OBJECT}\\s+mentioned${TAIL}`, PHRASES, 'mention'),
  form(`where\\s+${DO}\\s+${OBJECT}\\s+(?:appear|occur)${TAIL}`, NAMES, 'mention'),
  form(`(?:${LIST}\\s+)?(?:mentions?|occurrences?)\\s+of\\s+${OPEN}`, PHRASES, 'mention'),
  form(`(?:grep(?:\\s+for)?|search(?:\\s+for)?|find|locate|look\\s+for)\\s+${OPEN}`, ALWAYS, 'mention'),
]

/** Reads questions about the occurrences of literals. */
export function readOccurrences(masked: Masked): ExactPart | undefined {
  for (const { pattern, takes, kind, unit } of FORMS) {
    const groups = pattern.exec(masked.text)?.groups
    if (groups === undefined) continue
    for (const { object, tail } of readings(groups)) {
      const literals = readLiterals(object, masked)
      const within = readScope(tail, masked)
      if (literals !== undefined && within !== undefined && takes.includes(literals.saying))
        return partOf(kind, unit, literals, within)
    }
  }
  return undefined
}

/** The ways to part what a form captured into an object and where to look, the longest object first. */
function readings(groups: Readonly<Record<string, string | undefined>>): { object: string; tail: string }[] {
  const { object = '', tail = '', place, open } = groups
  if (place !== undefined) return [{ object, tail: placeOf(place) }]
  if (open === undefined) return [{ object, tail }]
  const said = open.replace(/\s+(?:are|is)\s+there(?=\s|$)/iu, '')
  const breaks = [...said.matchAll(/\s+(?:in|within|inside|throughout|of|from|across)\s+/giu)]
  return [
    { object: said, tail: '' },
    ...breaks.reverse().map(({ index }) => ({ object: said.slice(0, index), tail: said.slice(index) })),
  ]
}

/** "How many times do these contracts mention X" is about all of them. */
function placeOf(place: string): string {
  const everything = new RegExp(`^(?:(?:all|of|the|these|those|this|our|my)\\s+)+${DOCUMENT}$`, 'iu')
  return everything.test(place) ? '' : ` in ${place}`
}

function partOf(
  kind: Form['kind'],
  unit: Form['unit'],
  literals: Literals,
  within: readonly string[],
): ExactPart {
  return { kind, unit, literals: literals.texts, combine: literals.combine, within }
}
