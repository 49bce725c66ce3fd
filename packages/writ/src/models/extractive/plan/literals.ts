import { MARK, type Masked, unmask } from './quoted.ts'

/** How an object is said to be words: quoted, announced ("the word fee"), by being a name, or only by its verb. */
export type Saying = 'quoted' | 'announced' | 'name' | 'word' | 'phrase'

/** Literal strings that a question asks for. */
export interface Literals {
  readonly texts: readonly string[]
  readonly combine: 'all' | 'any'
  /** The weakest way in which one of them is said to be words. */
  readonly saying: Saying
}

const STRENGTH: readonly Saying[] = ['quoted', 'announced', 'name', 'word', 'phrase']
const MOST_LITERALS = 6
const LONGEST_LITERAL = 200
const MOST_PHRASE_WORDS = 3
const MOST_NAME_WORDS = 8
const MOST_ANNOUNCED_WORDS = 6

const ANNOUNCED =
  /^(?:(?:the|an?|that|this|any)\s+)?(?:(?:exact|literal|single|very|whole|actual|two|three)\s+)*(?:words?|terms?|phrases?|expressions?|strings?|names?|abbreviations?|acronyms?|keywords?|tokens?|spellings?)\s+(?!of\b|for\b|like\b|that\b|in\b)/iu
/** "The phrase net and gross" is one, "the words net and gross" are two. */
const WHOLE = /\b(?:phrase|expression|string|name)\s+$/iu
/** What else may follow these is a compound: "the term sheet", "the name server". */
const PLAINLY = /\b(?:words?|phrases?|expressions?)\s+$/iu
const ONLY_MARK = new RegExp(`^(?:the\\s+)?${MARK}$`, 'u')
const LINK = '(?:of|the|de|del|della|der|den|di|da|du|la|le|van|von|y|and|&)'
/** A token that nobody writes by accident: a capital first letter, or a digit or sign within. */
const NAME_TOKEN =
  '(?:\\p{Lu}[\\p{L}\\p{M}\\p{N}.\'’&/+#_-]*|(?=\\S*[\\p{N}_.+#@/$%§:=<>()*^])[^\\s,;?!"]+|[\\p{Lo}]+)'
const NAME = new RegExp(`^${NAME_TOKEN}(?:\\s+(?:${LINK}\\s+)*${NAME_TOKEN})*$`, 'u')
const WORD = /^[\p{Ll}\p{Lo}\p{M}]+(?:[-'’][\p{L}\p{M}]+)*$/u

/** Words that stand for others or join them: no string is asked for with one of them. */
const FUNCTION_WORDS = new Set(
  `a about above after against all an and any anybody anyone anything are as at be because been before being below between both but by can could
  did do does each either every everybody everyone everything everywhere anywhere few for from had has have having he her hers him his how i if
  in into is it its itself just least less like many may me might mine more most much must my neither never no nobody none nor not nothing on one
  ones only onto or other others our ours out over own per same several shall she should so some somebody someone something somewhere such than
  that their theirs them themselves then there these they this those through to too toward towards under unless until up upon us various very was
  ways we were what whatever when where whether which while who whom whose why will with within without would you your yours another`
    .trim()
    .split(/\s+/),
)
/** Words that make a phrase a description, which does not stand in a text as it stands in a question, or a second predicate. */
const DESCRIBING = new Set(
  `kind kinds sort sorts thing things type types different similar specific certain particular unusual usual important significant large larger
  largest small smaller smallest big bigger biggest high higher highest low lower lowest long longer longest short shorter shortest good better
  best bad worse worst new newer newest old older oldest recent early earlier late later strict heavy serious minor major possible potential
  relevant related really unlimited multiple numerous explicit implicit actual typical common rare real main key first last second third next
  previous two three four five ten following stuff example examples lack lacks expire expires terminate terminates require requires allow allows
  permit permits provide provides contain contains include includes apply applies refer refers discuss discusses define defines renew renews begin
  begins survive survives govern governs mention mentions together once twice thrice again often seldom today now`
    .trim()
    .split(/\s+/),
)
/** What stands for a class of things, not for itself: "mention dates" asks for dates. */
const CLASSES = new Set(
  `address addresses amount amounts animal animals author authors city cities character characters color colors colour colours companies company
  country countries currency currencies date dates day days deadline deadlines duplicate duplicates email emails error errors event events
  figure figures fact facts image images issue issues language languages link links list lists location locations man men mistake mistakes month months
  name names number numbers organisation organisations organization organizations people person persons phone picture pictures place places
  price prices problem problems product products reason reasons risk risks state states table tables time times topic topics town towns typo typos
  url urls week weeks woman women year years`
    .trim()
    .split(/\s+/),
)

/** Reads the object of a question as literals; undefined when it may be meant otherwise. */
export function readLiterals(object: string, masked: Masked): Literals | undefined {
  const both = /^both\s+(.+\sand\s.+)$/iu.exec(object)?.[1]
  const either = /^either\s+(.+\sor\s.+)$/iu.exec(object)?.[1]
  const whole = both ?? either ?? object
  const separators = [...whole.matchAll(/,?\s+(and|or|nor)\s+/giu)].map((match) => match[1]?.toLowerCase())
  // "X and Y" may be one name, and "research and development" one phrase: a name is tried first, a phrase never is.
  const single = both === undefined && either === undefined ? readTerm(whole, masked) : undefined
  if (single !== undefined && (separators.length === 0 || single.saying === 'announced'))
    return { texts: [single.text], combine: 'all', saying: single.saying }
  if (separators.length === 0 || new Set(separators.map((word) => word === 'and')).size > 1) return undefined
  const announced = ANNOUNCED.exec(whole)?.[0] ?? ''
  const terms = whole
    .split(/\s*,\s*(?:(?:and|or|nor)\s+)?|\s+(?:and|or|nor)\s+/iu)
    .map((term, index) => readTerm(index > 0 && announced !== '' ? `the word ${term}` : term, masked))
  if (terms.length > MOST_LITERALS || terms.some((term) => term === undefined)) return undefined
  const read = terms.filter((term) => term !== undefined)
  const saying = STRENGTH.findLast((kind) => read.some((term) => term.saying === kind)) ?? 'phrase'
  return {
    texts: [...new Set(read.map((term) => term.text))],
    combine: separators[0] === 'and' ? 'all' : 'any',
    saying,
  }
}

interface Term {
  readonly text: string
  readonly saying: Saying
}

function readTerm(term: string, masked: Masked): Term | undefined {
  const announced = ANNOUNCED.exec(term)?.[0]
  const rest = (announced === undefined ? term : term.slice(announced.length)).trim()
  const plain = ONLY_MARK.test(rest) ? rest.replace(/^the\s+/iu, '') : rest
  const text = unmask(plain, masked.quoted).trim()
  if (text === '' || text.length > LONGEST_LITERAL || !/[^\s]/u.test(text)) return undefined
  if (ONLY_MARK.test(rest)) return { text, saying: 'quoted' }
  if (text !== plain) return undefined // a quotation inside something else
  if (announced !== undefined) return isAnnounced(announced, text) ? { text, saying: 'announced' } : undefined
  return readBare(text)
}

/** Whether what follows an announcement is what it announces and nothing more: "the word fee more than once" is not. */
function isAnnounced(announcement: string, text: string): boolean {
  const words = text.split(/\s+/)
  if (words.length > MOST_ANNOUNCED_WORDS || (!PLAINLY.test(announcement) && !NAME.test(text))) return false
  const joining = WHOLE.test(announcement) ? /^(?:and|or|nor|the|of)$/iu : /^(?:the|of)$/iu
  return (
    words.length === 1 || words.every((word) => joining.test(word) || !FUNCTION_WORDS.has(word.toLowerCase()))
  )
}

/** A name, a word or a short phrase that nothing marks as such. */
function readBare(text: string): Term | undefined {
  const bare = text.replace(/^the\s+(?=\S)/u, '')
  if (NAME.test(bare) && wordCount(bare) <= MOST_NAME_WORDS && !/\b(?:and)\b/u.test(bare))
    return { text: bare, saying: 'name' }
  const words = bare.split(/\s+/)
  const plain = words.map((word) => word.toLowerCase())
  if (words.length > MOST_PHRASE_WORDS || CLASSES.has(plain.at(-1) ?? '')) return undefined
  const shaped = words.every(
    (word, at) => WORD.test(word) || /^\p{Lu}[\p{L}'’-]*$/u.test(word) || (at > 0 && word === 'of'),
  )
  if (!shaped || plain.some((word) => FUNCTION_WORDS.has(word))) return undefined
  if (words.length > 1 && plain.some((word) => DESCRIBING.has(word) || /^\p{L}{3,}ly$/u.test(word)))
    return undefined
  if (plain.at(0) === 'of' || plain.at(-1) === 'of') return undefined
  return { text: bare, saying: words.length === 1 && bare === text ? 'word' : 'phrase' }
}

function wordCount(text: string): number {
  return text.split(/\s+/).length
}
