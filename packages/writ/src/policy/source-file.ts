/** A text file of a bundle, by its name inside the bundle (`policies/10-guards.cedar`). */
export interface SourceFile {
  readonly name: string
  readonly text: string
}

/** Where something starts in a file: line and column from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** The position of a byte offset (UTF-8, as Cedar counts) in a text. */
export function positionAt(text: string, byteOffset: number): Position {
  const before = Buffer.from(text, 'utf8').subarray(0, byteOffset).toString('utf8')
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: before.length - lineStart + 1 }
}
