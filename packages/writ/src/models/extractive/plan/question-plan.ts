import type { CodeQuestion } from './code/code-question.ts'

/** What kind of answer a question asks for. */
export type QuestionKind =
  | 'count'
  | 'mention'
  | 'lack'
  | 'files'
  | 'documents'
  | 'size'
  | 'headings'
  | 'duplicates'
  | 'near-duplicates'
  | 'passages'

/** Why a question needs more than its words. */
export type Reason =
  | 'another language'
  | 'what was said before'
  | 'a yes or no'
  | 'negation'
  | 'modality'
  | 'a comparison'
  | 'a superlative'
  | 'a summary'
  | 'a reason or a manner'
  | 'meaning'

/**
 * What the built-in model does with a question: JSON, made from the question alone. `exact` is decided by code and can be
 * checked with grep; `passages` finds text whose words fit and judges nothing.
 */
export type QuestionPlan = {
  readonly basis: 'exact' | 'passages'
  readonly kind: QuestionKind
  /** Strings looked for, verbatim. One with a capital letter counts as written, any other in any case. */
  readonly literals: readonly string[]
  /** Whether a document has to hold all literals or any of them. */
  readonly combine: 'all' | 'any'
  /** What is counted. */
  readonly unit: 'documents' | 'occurrences' | 'lines' | 'headings'
  /** Names of the documents it is about; none for all of them. */
  readonly within: readonly string[]
  /** Where file questions look. */
  readonly place: 'name' | 'title'
  /** Ending of the file names that count; null for all. */
  readonly suffix: string | null
  /** The word that was taken for documents, where it may mean something else; null for none. */
  readonly noun: string | null
  /** `most` puts the document with most occurrences first; `largest`, `smallest` and `total` are about size in bytes. */
  readonly order: 'name' | 'most' | 'largest' | 'smallest' | 'total'
  /** How many documents are wanted; null for all. */
  readonly most: number | null
  /** Words that passages are searched for, and pairs of letters of scripts without spaces. */
  readonly words: readonly string[]
  readonly pairs: readonly string[]
  /** Whether its form asks for a figure that tables may tell. Only what tables there are says whether they do. */
  readonly figure: boolean
  /** What its form asks of source, if there is any. Only that source says whether it is answered. */
  readonly code: CodeQuestion | null
  /** Why it is not exact; null when it is. */
  readonly because: Reason | null
}

/** The part of a plan that a form of question decides. */
export type ExactPart = Partial<QuestionPlan> & Pick<QuestionPlan, 'kind'>
