import { MARK } from './quoted.ts'

// Sources of patterns that the forms of a question are made of. All are used with the flags `iu`.

/** Nouns for documents as such. */
export const FILE = '(?:documents?|docs?|files?|texts?)'

/** Nouns for what is usually one document each. What may be a part of a document ("chapters", "entries") is none. */
export const DOCUMENT: string = `(?:${FILE}|contracts?|agreements?|licen[cs]es?|books?|novels?|papers?|reports?|memos?|leases?|polic(?:y|ies)|manuals?|transcripts?|e-?mails?|letters?|specifications?)`

/** What stands before such a noun without narrowing it down. */
export const EVERY =
  '(?:(?:of|all|any|every|each|the|these|those|this|our|my|your|different|given|provided|ingested|\\d+)\\s+)*'

/** "in the corpus", "in these contracts": everything there is. */
const EVERYTHING = `(?:here|overall|in total|altogether|anywhere|at all|(?:in|within|of|from|across|throughout|among)\\s+(?:all\\s+)?(?:of\\s+)?(?:the|this|these|those|our|my|all|every)\\s+(?:whole\\s+|entire\\s+|given\\s+|provided\\s+|same\\s+)?(?:corpus|collection|library|set|folder|directory|archive|repository|repo|data|index|${DOCUMENT})|in\\s+all\\s+${DOCUMENT})`
export const IN_EVERYTHING: string = `(?:\\s+${EVERYTHING})?`

/** A name with an extension, or a quoted one. */
export const FILE_NAME: string = `(?:${MARK}|[\\p{L}\\p{N}_.@+()&,'’/-]*[\\p{L}\\p{N}_)]\\.\\p{L}[\\p{L}\\p{N}]{0,7})`

/** The same, pattern for the whole of a text. */
export const matcher = (source: string): RegExp => new RegExp(`^${source}$`, 'iu')
