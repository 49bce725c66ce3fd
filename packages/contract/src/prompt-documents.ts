import { unusedTag } from './unused-tag.ts'

/** A document, or a part of one, whose text a prompt holds. */
export interface PromptDocument {
  readonly id: string
  /** Byte range, for a part. */
  readonly span?: { readonly start: number; readonly end: number }
  readonly text: string
}

/** A prompt taken apart: what stood before its documents, and the documents. */
export interface PromptParts {
  readonly head: string
  readonly documents: readonly PromptDocument[]
}

const NAME = 'document-'
const CLOSING = new RegExp(`\\n</(${NAME}\\d+)>$`)
const OPENING = /^ id=("(?:[^"\\]|\\.)*")(?: start="(\d+)" end="(\d+)")?>\n/

/**
 * Puts documents after the head of a prompt, each between tags that bear a number which occurs in none of the texts: no
 * text can close its own tag or open another. The same texts get the same number, so a replay builds the same prompt.
 */
export function withDocuments(head: string, documents: readonly PromptDocument[]): string {
  if (documents.length === 0) return head
  const openings = documents.map(({ id, span }) => {
    const range = span === undefined ? '' : ` start="${span.start}" end="${span.end}"`
    return ` id=${JSON.stringify(id)}${range}>`
  })
  const tag = unusedTag(NAME, [head, ...openings, ...documents.map(({ text }) => text)])
  const parts = documents.map(({ text }, index) => `<${tag}${openings[index]}\n${text}\n</${tag}>`)
  return [head, statement(tag), ...parts].join('\n\n')
}

/** The head and the documents of a prompt that `withDocuments` made; undefined for one without documents. */
export function parseDocuments(prompt: string): PromptParts | undefined {
  // The last line is the host's, whatever stands above it.
  const [, tag] = CLOSING.exec(prompt) ?? []
  if (tag === undefined) return undefined
  const [before = '', ...pieces] = prompt.split(`\n\n<${tag}`)
  const stated = `\n\n${statement(tag)}`
  if (!before.endsWith(stated)) return undefined
  const documents = pieces.map((piece) => documentOf(piece, `\n</${tag}>`))
  return { head: before.slice(0, -stated.length), documents }
}

function documentOf(piece: string, closing: string): PromptDocument {
  const [opening = '', id = '""', start, end] = OPENING.exec(piece) ?? []
  const span =
    start === undefined || end === undefined ? {} : { span: { start: Number(start), end: Number(end) } }
  return { id: JSON.parse(id), ...span, text: piece.slice(opening.length, -closing.length) }
}

/** What the model is told. The tags stand in the middle of a line here, so that no document begins at them. */
function statement(tag: string): string {
  return `Each document stands between <${tag}> and </${tag}>; other tags inside it are part of its text.`
}
