import { isPassageWord, type Kind, readAsked } from './asked.ts'
import { type Concept, conceptOf } from './concepts/concept.ts'
import { objectOfMention, withoutMention, withoutNegation } from './predicate.ts'
import { isStopWord, phrasePattern, termPattern, wordsOf } from './words.ts'

/** One idea a passage should hold, with how much it counts. */
export interface Idea {
  readonly name: string
  /** The question's own word for it, when there are others. */
  readonly own: string | null
  readonly strong: string
  readonly loose: string | null
  readonly weight: number
}

/** A question taken apart by its words; nothing in it is understood. */
export interface Question {
  readonly text: string
  readonly kind: Kind
  /** The question without its negation and the name of a document: what a passage is tested for. */
  readonly positive: string
  /** True when the documents wanted are those where `positive` does not hold. */
  readonly negated: boolean
  readonly ideas: readonly Idea[]
  /** Set when the question asks only for words: patterns of the terms, and whether one of them is enough. */
  readonly mention: { readonly terms: readonly string[]; readonly any: boolean; readonly said: string } | null
  /** Names of documents: what to compare, or where to look. */
  readonly names: readonly string[]
  /** Whether "not" near a word turns its meaning round. */
  readonly heedsNegation: boolean
}

const WEIGHT = { weak: 1, plain: 2, named: 3 } as const
const MOST_IDEAS = 8
/** Only this much of a question is looked at (characters): what is asked stands at its start. */
const LONGEST_QUESTION = 600

/** Takes a question apart. Equal texts give equal results. */
export function analyse(text: string): Question {
  const plain = text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_QUESTION)
  const { kind, names, aspect, within } = readAsked(plain)
  const { positive, negated } = withoutNegation(aspect)
  const object = kind === 'compare' ? undefined : objectOfMention(positive, kind)
  return {
    text: plain,
    kind,
    positive: (negated ? plain.replace(aspect, () => positive) : plain).replace(within, ''),
    negated,
    ideas: kind === 'summary' ? [] : ideasOf(withoutMention(positive)),
    mention: object === undefined ? null : mentionOf(object),
    names,
    heedsNegation: (kind === 'which' || kind === 'count') && !isAboutRefusing(positive),
  }
}

/** Words like these carry their own "not", so that a "not" beside another word is no contradiction. */
function isAboutRefusing(predicate: string): boolean {
  return /\b(?:not|no|never|without|lack|disclaim\w*|exclud\w*|exclusions?|limit\w*|prohibit\w*|forbid\w*|restrict\w*|den(?:y|ies|ied)|waive\w*|reject\w*|refus\w*|have|has|include\w*|contain\w*|address\w*|cover|covers|deal with|discuss\w*)\b/i.test(
    predicate,
  )
}

function mentionOf(object: string): NonNullable<Question['mention']> {
  const quoted = [...object.matchAll(/["“”'‘]([^"“”]+?)["“”'’](?=[\s,.;:)]|$)/g)].map(
    (match) => match[1] ?? '',
  )
  if (quoted.length > 0) {
    return { terms: quoted.map(phrasePattern), any: / or /i.test(object), said: quoted.join(', ') }
  }
  const any = /\bor\b/i.test(object)
  const terms = object
    .split(/\s*(?:,|\band\b|\bor\b)\s*/i)
    .map((term) =>
      wordsOf(term).filter((word) => !/^(?:the|a|an|any|some|of|word|term|phrase)s?$/i.test(word)),
    )
    .filter((words) => words.length > 0)
  return { terms: terms.map((words) => termPattern(words.join('_'))), any, said: object }
}

/** The ideas of a predicate: quoted phrases, names, concepts of two words, then of one; each once. */
function ideasOf(predicate: string): Idea[] {
  const ideas = new Map<string, Idea>()
  const add = (idea: Idea): void => {
    if (!ideas.has(idea.name) && ideas.size < MOST_IDEAS) ideas.set(idea.name, idea)
  }
  const rest = predicate.replace(/["“]([^"”]{2,})["”]/g, (_, phrase: string) => {
    add({ name: `"${phrase}"`, own: null, strong: phrasePattern(phrase), loose: null, weight: WEIGHT.named })
    return ' . '
  })
  const words = rest.split(/[^\p{L}\p{N}'’._+#-]+/u).flatMap(wordsOf)
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    const pair = conceptOf(`${word}_${words[index + 1] ?? ''}`)
    const name = nameAt(words, index)
    if (pair !== undefined) {
      add(ideaOf(pair, `${word}_${words[index + 1] ?? ''}`))
      index += 1
    } else if (name.length > 1) {
      const phrase = name.join(' ')
      add({ name: phrase, own: null, strong: phrasePattern(phrase), loose: null, weight: WEIGHT.named })
      index += name.length - 1
    } else if (!isStopWord(word) && !isPassageWord(word)) add(wordIdea(word))
  }
  if (/\b(?:if|when|once|after|upon|unless)\b/i.test(predicate)) {
    const condition = conceptOf('if')
    if (condition !== undefined) add({ ...ideaOf(condition, 'if='), own: null })
  }
  return [...ideas.values()]
}

/** A run of capital words: a name of several words. */
function nameAt(words: readonly string[], from: number): string[] {
  const rest = words.slice(from)
  const end = rest.findIndex((word) => !/^\p{Lu}/u.test(word))
  return rest.slice(0, end < 0 ? rest.length : end)
}

function wordIdea(word: string): Idea {
  const named = /\d/.test(word) || /^\p{Lu}/u.test(word)
  const concept = named ? undefined : conceptOf(word)
  if (concept !== undefined) return ideaOf(concept, word)
  const name = word.toLowerCase()
  return {
    name,
    own: null,
    strong: termPattern(word),
    loose: null,
    weight: named ? WEIGHT.named : WEIGHT.plain,
  }
}

function ideaOf({ name, strong, loose, weak }: Concept, own: string): Idea {
  return { name, own: termPattern(own), strong, loose, weight: weak ? WEIGHT.weak : WEIGHT.plain }
}
