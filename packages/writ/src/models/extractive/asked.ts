/** What a question wants back. `which` and `count` are about documents, `occurrences` about places in them. */
export type Kind = 'which' | 'count' | 'occurrences' | 'find' | 'compare' | 'summary' | 'answer'

/** A question parted into what it wants back and what it is about. */
export interface Asked {
  readonly kind: Kind
  /** What is said of the documents or passages asked for. */
  readonly aspect: string
  /** Names of documents: what to compare, or where to look. */
  readonly names: readonly string[]
  /** The words at the end that name where to look; empty when there are none. */
  readonly within: string
}

const COLLECTION =
  'licen[cs]es?|documents?|docs?|files?|contracts?|agreements?|papers?|reports?|articles?|texts?|e-?mails?|messages?|records?|pages?|policies|policy|notes?|letters?|chapters?|books?|entries|entry|items?|transcripts?|stor(?:y|ies)|posts?|tickets?|logs?'
const PASSAGE =
  'clauses?|passages?|sections?|paragraphs?|sentences?|provisions?|lines?|parts?|quotes?|definitions?|mentions?|places?|references?'
const TIMES = 'times|occurrences|mentions|instances|lines'
const EVERY = '(?:\\s+(?:of|all|every|any|each|the|these|those|this|our|my|your|different))*'
const EVERY_PASSAGE = '(?:\\s+(?:is|are|of|all|every|any|each|the|these|those|this|an|a))*'

const any = (source: string): RegExp => new RegExp(source, 'i')

const POLITE =
  /^(?:please\s+)?(?:(?:can|could|would) you\s+)?(?:please\s+)?(?:tell me|show me|give me|i want to know|let me know)?\s*/i
/** "Do any of these …", "Are there …" ask which ones. */
const WHETHER_ANY =
  /^(?:(?:do|does|did|are|is|can|will) (?:any|some|all) (?:of )?|(?:are|is) there (?:any |an? )?)/i

const OCCURRENCES = any(
  `\\bhow (?:many times|often)\\b|\\bhow many (?:${TIMES})\\b|\\b(?:number|count) of (?:the )?(?:${TIMES})\\b|^count (?:all |the |every )*(?:${TIMES})\\b`,
)
const COMPARE = /^compare\b|\bdifferences? between\b|\bversus\b|\bvs\.?\s|\bdiffer\b|\bcontrast\b/i
const SUMMARY = /^summari[sz]e\b|^(?:a |an )?(?:summary|overview)\b|^what (?:is|are) .{1,60} about$/i
const COUNT = any(`^(?:how many|count|(?:what is )?the number of)\\b.*?\\b(?:${COLLECTION})\\b`)
const FIND = any(`^(?:find|locate|quote|show|extract|list|where)\\b|\\b(?:${PASSAGE})\\b`)

/** What each form puts before the aspect. */
const OCCURRENCES_OF = any(
  `^(?:(?:count\\s+(?:all |the |every )*)?(?:${TIMES})|(?:count\\s+)?(?:how (?:many times|often)|how many (?:${TIMES})|(?:what is )?(?:the )?(?:number|count) of (?:the )?(?:${TIMES})))\\b(?:\\s+(?:of|is|are|does|do|was|were|that|which|the|word|term|phrase)\\b)*`,
)
const DOCUMENTS_THAT = any(
  `^(?:in\\s+)?(?:which|what|how many|the number of|list|name|identify|find|enumerate|count|show)\\b${EVERY}\\s+(?:[\\w-]+\\s+){0,2}?(?:${COLLECTION})\\b(?:\\s+(?:here|listed|given|in (?:this|the) (?:corpus|set|collection|folder|directory)))?(?:\\s+(?:that|which|who|where|whose|in which|there|do|does|did|are|is|have been|has been|can|will|would)\\b(?!\\s+not))?`,
)
const PASSAGE_ABOUT = any(
  `^(?:find|locate|quote|show|extract|list|what|which|where)\\b${EVERY_PASSAGE}\\s+(?:${PASSAGE})\\b(?:\\s+(?:about|on|regarding|concerning|that|which|of|for|to|says?|stating|describing|covering|dealing with|on the subject of))*`,
)
/** "… in the provided text" names everything there is. */
const IN_EVERYTHING =
  /\s+(?:(?:that\s+)?(?:is |are )?(?:mentioned|stated|given|found|described|contained|named)\s+)?(?:in|within|from|across|according to|throughout)\s+(?:all\s+)?(?:of\s+)?(?:the|this|these|those|our|my)\s+(?:provided\s+|given\s+|above\s+)?(?:texts?|documents?|corpus|context|files?|collection|passages?|data|set)\s*$/i
/** "… of the Apache-2.0 licence", "… in MIT": a name at the end that may be a document's. */
const IN_NAMED = new RegExp(
  `\\s+(?:of|in|under|for|from|by)\\s+(?:the\\s+)?((?:\\p{Lu}|\\d)[\\w.+-]*(?:\\s+(?:\\p{Lu}|\\d)[\\w.+-]*)*)(?:\\s+(?:${COLLECTION}))?$`,
  'u',
)
const SAY_ABOUT = /^what (?:does|do) (.{1,80}?) (?:say|state|provide) (?:about|on|regarding) (.+)$/i
const SUMMARY_OF = /^summari[sz]e (?:the )?(.+)$/i
const ASPECT_OF_COMPARISON =
  /\s+(?:on|in terms of|with respect to|with regard to|regarding|concerning|about|as to|in their|for|differ(?:\s+(?:on|in|about|regarding|over))?)\s+|\s+differ$/i
const BETWEEN_NAMES = /\s*(?:,|\band\b|\bversus\b|\bvs\.?|\bwith\b|\bto\b|&)\s*/i

/** Parts a question by its form alone. */
export function readAsked(text: string): Asked {
  const polite = text.replace(POLITE, '').replace(/[?.!\s]+$/, '')
  const asked = decapitalised(polite).replace(WHETHER_ANY, 'which ')
  const kind = kindOf(asked)
  if (kind === 'compare') return { kind, ...comparison(asked), within: '' }
  const [, said, about] = SAY_ABOUT.exec(asked) ?? []
  if (said !== undefined) return { kind, names: [nameOf(said)], aspect: about ?? '', within: '' }
  const [, summarised] = SUMMARY_OF.exec(asked) ?? []
  if (summarised !== undefined) return { kind, names: [nameOf(summarised)], aspect: '', within: '' }
  const passages = kind === 'answer' || kind === 'find' || kind === 'summary'
  const [within = '', name] = (passages ? IN_NAMED.exec(asked) : null) ?? []
  const rest = asked.slice(0, asked.length - within.length)
  return { kind, names: name === undefined ? [] : [name], aspect: aspectOf(rest), within }
}

/** Whether a word only names what kind of passage is wanted. */
export function isPassageWord(word: string): boolean {
  return any(`^(?:${PASSAGE})$`).test(word)
}

/** The first word is capital for its place, unless it is a name by its other letters. */
function decapitalised(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}

function kindOf(asked: string): Kind {
  if (SUMMARY.test(asked)) return 'summary'
  if (OCCURRENCES.test(asked)) return 'occurrences'
  if (COMPARE.test(asked)) return 'compare'
  if (COUNT.test(asked)) return 'count'
  if (DOCUMENTS_THAT.test(asked)) return 'which'
  return FIND.test(asked) ? 'find' : 'answer'
}

function aspectOf(asked: string): string {
  const body = asked.replace(IN_EVERYTHING, '')
  const form = [OCCURRENCES_OF, DOCUMENTS_THAT, PASSAGE_ABOUT].find((pattern) => pattern.test(body))
  if (form !== undefined) return body.replace(form, '').trim()
  return body.replace(/^(?:find|locate|list|show|extract|quote|what|who|where|when|why|how)\b\s*/i, '')
}

function comparison(asked: string): { names: string[]; aspect: string } {
  const body = asked
    .replace(/^(?:compare|contrast)\s+/i, '')
    .replace(/^.*?\bdifferences?\s+between\s+/i, '')
    .replace(/^how\s+(?:do|does)\s+/i, '')
  const [list = '', ...rest] = body.split(ASPECT_OF_COMPARISON)
  const names = list.split(BETWEEN_NAMES).map(nameOf)
  return { names: names.filter((name) => name !== ''), aspect: rest.join(' ') }
}

function nameOf(text: string): string {
  return text.replace(/^(?:the|both)\s+/i, '').replace(/\s+(?:licen[cs]es?|documents?|files?)$/i, '')
}
