import { MAX_TITLE_CHARS } from './limits.ts'

/** The title of a document: its first heading, else its first line with a word in it, else its id. */
export function titleOf(id: string, heading: string | undefined, beginning: string): string {
  const line = heading || firstLine(beginning) || id
  const letters = Array.from(line)
  return letters.length <= MAX_TITLE_CHARS ? line : `${letters.slice(0, MAX_TITLE_CHARS - 1).join('')}…`
}

function firstLine(beginning: string): string | undefined {
  for (const line of beginning.split('\n', 200)) {
    if (/[\p{L}\p{N}]/u.test(line)) return line.replace(/^\uFEFF/, '').trim()
  }
  return undefined
}

/** The words of a document's file name, also those that only a capital or a digit sets apart (`AcmeLease2020.txt`). */
export function nameWords(id: string): string {
  const name = id.slice(id.lastIndexOf('/') + 1).replace(/(?<=.)\.\p{L}[\p{L}\p{N}]{0,9}$/u, '')
  const parts = name.replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/gu, ' ')
  return parts === name ? name : `${name} ${parts}`
}
