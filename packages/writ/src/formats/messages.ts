import type { CodeLanguage, DatabaseSelection, Format, ParsedDocument, ParseRefusal } from '@writ/contract'

/** What the child is told: the bytes of a file, then what to do with them. */
export type ToParser =
  | { readonly type: 'bytes'; readonly base64: string }
  | {
      readonly type: 'parse'
      readonly format: Format
      readonly name: string
      readonly select?: DatabaseSelection
    }
  | { readonly type: 'code'; readonly language: CodeLanguage }

/** What the child tells: what it found, each member followed by its bytes, and the end. */
export type FromParser =
  | { readonly type: 'document'; readonly document: ParsedDocument }
  | { readonly type: 'member'; readonly name: string }
  | { readonly type: 'bytes'; readonly base64: string }
  | { readonly type: 'left'; readonly name: string; readonly refusal: ParseRefusal }
  /** The structure of source, packed. */
  | { readonly type: 'code'; readonly base64: string }
  /** Code cannot be read here, whatever it is. */
  | { readonly type: 'no-grammar'; readonly reason: string }
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly refusal: ParseRefusal }
