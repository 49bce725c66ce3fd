import type { Heading, HeadingFinder, Line } from './heading-lines.ts'

/** A key of the outermost map of a YAML text: nothing that belongs to a value of it may begin a line. */
const KEY = /^(?:"([^"\\]{1,120})"|'([^']{1,120})'|([\p{L}_$][\p{L}\p{N}_$ ./-]{0,119}?))\s{0,20}:(?:\s|$)/u

/** Finds the outermost keys of a YAML text. */
export class KeyHeadings implements HeadingFinder {
  line({ start, text }: Line): Heading | undefined {
    const [, double, single, plain] = KEY.exec(text ?? '') ?? []
    const title = double ?? single ?? plain
    return title === undefined ? undefined : { title, depth: 1, start }
  }

  end(): undefined {
    return undefined
  }
}
