/** Words of English that carry no subject matter of their own. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above across after again against all along also although am among an and another any anybody anyone anything are around as at
  away be because been before being below between both but by came can cannot come could did do does doing done down during each either
  else ever every everybody everyone everything few for from further get gets give given gives go goes had has have having he hence her
  here hers herself him himself his how however i if in indeed instead into is it its itself just last least less let like made make makes
  making many may me might mine more most much must my myself namely nearly need needs next none nor now of off often on once one ones only
  onto or other others otherwise our ours out over own per perhaps please quite rather really same say says see seem several shall she
  should since so some somebody someone something somewhere still such take takes tell than that the their theirs them themselves then
  there thereby therefore these they thing things this those though through thus to together too toward towards under unless until up upon
  us various very via was we well were what whatever when whenever where wherever whether which while who whole whom whose why will with
  within would yes yet you your yours yourself anything does doesn't don't didn't isn't aren't wasn't not no never without`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

/** Forms no rule reaches. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  Object.entries({
    begin: 'began|begun',
    bring: 'brought',
    buy: 'bought',
    choose: 'chose|chosen',
    fall: 'fell',
    feel: 'felt',
    find: 'found',
    forbid: 'forbade|forbidden',
    forgive: 'forgave',
    give: 'gave',
    grow: 'grew|grown',
    hold: 'held',
    keep: 'kept',
    lend: 'lent',
    lose: 'lost|loss|losses',
    make: 'made',
    mean: 'meant',
    meet: 'met',
    pay: 'paid',
    rise: 'rose|risen',
    sell: 'sold',
    send: 'sent',
    show: 'shown',
    speak: 'spoke|spoken',
    spend: 'spent',
    steal: 'stole|stolen',
    take: 'took|taken',
    teach: 'taught',
    write: 'wrote|written',
  }),
)

/** Up to four words in between. */
const GAP = '(?:\\S+\\s+){0,4}'
const LONG_TAIL = '\\w*'
const TAIL = '(?:e[ds]?|d|s|ing|[eo]rs?|ly?|y|(?:at)?ions?|al|ments?|able)?\\b'
const TAIL_AFTER_E = '(?:e[ds]?|ing|[eo]rs?|(?:at)?ions?|al|abl[ey])\\b'
const SHORT_TAIL = '(?:s|es|ed|ing)?\\b'

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word.toLowerCase())
}

/** The words of a text: runs of letters and digits, with hyphens, apostrophes and dots only inside. */
export function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+(?:[-'’._][\p{L}\p{N}]+)*[+#]*/gu) ?? []
}

/**
 * A linear-time pattern (good for Rust and JavaScript alike, case ignored) for a term in all its usual forms: number,
 * tense, common derivations, British and American spelling. Several words, joined by `_` or spaces, may stand on two
 * lines and only the last one varies, `*` leaves room for a few words; a trailing `=` takes the term as it is.
 */
export function termPattern(term: string): string {
  const exact = term.endsWith('=')
  const words = (exact ? term.slice(0, -1) : term)
    .toLowerCase()
    .split(/[_\s]+/)
    .filter((word) => word !== '')
  const last = words.at(-1) ?? ''
  const before = words.slice(0, -1).map((word) => (word === '*' ? GAP : `\\b${spelling(word)}\\s+`))
  return `${before.join('')}${exact ? `\\b${escaped(last)}\\b` : wordPattern(last)}`
}

/** A pattern for exactly these words, however they are spaced. */
export function phrasePattern(phrase: string): string {
  const words = phrase.trim().split(/\s+/)
  const joined = words.map(escaped).join('\\s+')
  return `${/^\w/.test(phrase.trim()) ? '\\b' : ''}${joined}${/\w$/.test(phrase.trim()) ? '\\b' : ''}`
}

function wordPattern(word: string): string {
  const plain = word.replace(/['’]s?$/, '')
  if (!/^[a-z]+(-[a-z]+)*$/.test(plain)) return phrasePattern(plain)
  const pieces = plain.split('-')
  const last = pieces.pop() ?? ''
  const head = pieces.map((piece) => `${spelling(piece)}[\\s-]*`).join('')
  const irregular = head === '' ? IRREGULAR.get(last) : undefined
  const regular = `${head}${inflected(last)}`
  return irregular === undefined ? `\\b${regular}` : `\\b(?:${regular}|(?:${irregular})\\b)`
}

function inflected(word: string): string {
  if (word.length <= 3) return `${spelling(word)}${word.endsWith('e') ? '(?:s|d|r|rs)?\\b' : SHORT_TAIL}`
  const root = rootOf(word)
  if (root.endsWith('y') && !/[aeiou]y$/.test(root)) {
    return `${spelling(root.slice(0, -1))}(?:y|ies|ied|ying|ication|ications)\\b`
  }
  const dropsE = root.endsWith('e')
  const stem = dropsE ? root.slice(0, -1) : root
  if (/^licen[cs]$/.test(stem)) return 'licen[cs](?:e[ds]?|ing|able)\\b' // not the licensee or the licensor
  if (stem.length >= 6) return `${spelling(stem)}${LONG_TAIL}`
  if (dropsE) return `${spelling(stem)}${TAIL_AFTER_E}`
  const doubled = /[^aeiou][aeiou][bdgklmnprt]$/.test(stem) ? `(?:${stem.slice(-1)})?` : ''
  return `${spelling(stem)}${doubled}${TAIL}`
}

/** The dictionary form as far as spelling tells. */
export function rootOf(word: string): string {
  const singular = withoutPlural(word)
  if (/.{2}[^e]ing$/.test(singular) && /[aeiouy].*ing$/.test(singular))
    return undoubled(singular.slice(0, -3))
  if (/.{2}[^e]ed$/.test(singular) && /[aeiouy].*ed$/.test(singular)) return undoubled(singular.slice(0, -2))
  if (/.{5}[st]ion$/.test(singular)) return singular.slice(0, -3)
  if (/.{6}ment$/.test(singular)) return singular.slice(0, -4)
  return singular
}

function withoutPlural(word: string): string {
  if (/.{2}ies$/.test(word)) return `${word.slice(0, -3)}y`
  if (/(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2)
  return /[^siu]s$/.test(word) ? word.slice(0, -1) : word
}

function undoubled(stem: string): string {
  return /([bdgmnprt])\1$|.{4}ll$/.test(stem) ? stem.slice(0, -1) : stem
}

function spelling(stem: string): string {
  return escaped(stem)
    .replace(/^licen[cs]/, 'licen[cs]')
    .replace(/^(def|off|pret)en[cs]/, '$1en[cs]')
    .replace(/^(.{4,})i[sz]$/, '$1i[sz]')
    .replace(/^((?:.*)(?:col|behavi|fav|hon|lab|neighb|harb|flav|hum|rum|vig))ou?r/, '$1ou?r')
    .replace(/^judge?ment/, 'judge?ment')
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
