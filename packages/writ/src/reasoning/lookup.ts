/** What a question looks up: the names it holds, and its other telling words. */
export interface Lookup {
  /** Quoted, written with a digit, or written as a name. Never empty. */
  readonly names: readonly string[]
  readonly words: readonly string[]
}

/** Longer questions ask for more than one thing. */
const MOST_CHARS = 200

/** How a question begins that one place can answer. */
const OPENING =
  /^(?:who|whom|whose|when|where|what(?: is| was| does| did|['’]s)|(?:(?:at|by|for|from|in|on|to|under|until|with) (?:what|which|whom)|which) (?:address|city|clause|country|court|date|day|law|month|page|section|state|version|year)|(?:by|from|to|with) whom)\s/iu

/** Words of questions that no one place answers: they want everything, a number, an order, or that something is missing. */
const OF_THE_WHOLE = new Set(
  (
    'all and any average best between biggest both change changed changes common compare compared count current currently ' +
    'differ difference differences different differs each earliest else ever every everyone everything except fewest first ' +
    'frequent greatest highest how largest last latest least less list longest lowest main many more most much ' +
    'never newest next no nobody none nor not now often oldest only or other others overall previous recent ' +
    'recently same shortest smallest still sum summary total today together why without worst'
  ).split(' '),
)

/** Words that say nothing of what is looked up. */
const STOP = new Set(
  (
    'a an at as about be been being by can could did do does for from had has have he her his i if in into is it its ' +
    'me mean means my of on our out say says said shall she should so than that the their them then there these they this those ' +
    'to under until up us was we were what when where which who whom whose will with within would you your ' +
    'document documents file files text'
  ).split(' '),
)

const WORD = /[\p{L}\p{N}][\p{L}\p{N}_.'’-]*[\p{L}\p{N}_]|[\p{L}\p{N}]/gu
const QUOTED = /["“„«]([^"“”„«»]{2,100})["”“»]|`([^`]{2,100})`/gu
const NAMED = /\p{N}|_|^\p{Lu}|\p{Ll}\p{Lu}/u

/** What a question looks up by name; undefined for one that may need more than the places where that is named. */
export function lookupOf(question: string): Lookup | undefined {
  const asked = question.trim().replace(/[?.!\s]+$/u, '')
  const opening = OPENING.exec(`${asked} `)?.[0].length
  if (opening === undefined || asked.length > MOST_CHARS || /[\n?;:]/u.test(asked)) return undefined
  const quoted = [...asked.matchAll(QUOTED)].map(([, one, other]) => (one ?? other ?? '').trim())
  const plain = wordsOf(asked.replaceAll(QUOTED, ' ').slice(opening - 1))
  if (/\bnumber of\b/iu.test(asked) || plain.some((word) => OF_THE_WHOLE.has(word.toLowerCase())))
    return undefined
  const telling = plain.filter((word) => !STOP.has(word.toLowerCase()))
  const names = [...quoted, ...telling.filter((word) => NAMED.test(word))].filter((name) => name !== '')
  if (names.length === 0) return undefined
  return { names, words: telling.filter((word) => !NAMED.test(word)) }
}

function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(WORD)].map(([word]) => word.replace(/['’]s$/u, ''))
}

/** Whether a text holds every name and every word of a lookup, words in whatever form. */
export function holdsLookup(text: string, { names, words }: Lookup): boolean {
  const plain = plainOf(text)
  return (
    names.every((name) => holdsWord(plain, plainOf(name))) &&
    words.every((word) => holdsWord(plain, stemOf(plainOf(word))))
  )
}

function plainOf(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/gu, ' ')
}

/** Whether a word of the text begins so. */
function holdsWord(text: string, start: string): boolean {
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1))
    if (!/[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, at - 2), at))) return true
  return false
}

/** The beginning that the forms of an English word share. */
function stemOf(word: string): string {
  const stem = word.replace(/(?:ies|ied|ing|ed|es|s|y|e)$/u, '')
  return stem.length < 3 ? word : stem
}
