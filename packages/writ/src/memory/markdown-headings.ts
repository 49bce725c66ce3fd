import type { Heading, HeadingFinder, Line } from './heading-lines.ts'

interface Paragraph {
  readonly start: number
  readonly text: string
}

/** ATX and setext headings of Markdown (CommonMark 0.31), outside fenced code and front matter. */
export class MarkdownHeadings implements HeadingFinder {
  #fence: string | undefined
  #frontMatter = false
  #first = true
  /** The paragraph that ends at the line before: it becomes a heading when it is underlined. */
  #paragraph: Paragraph | undefined

  line(line: Line): Heading | undefined {
    const first = this.#first
    this.#first = false
    const { start, text } = line
    if (text === undefined) {
      this.#paragraph = undefined
      return undefined
    }
    if (this.#inFrontMatter(text, first) || this.#inFence(text)) return undefined
    return atxHeading(text, start, () => this.#endParagraph()) ?? this.#setextHeading(text, start)
  }

  end(): undefined {
    return undefined
  }

  #inFrontMatter(text: string, first: boolean): boolean {
    if (first && text.trimEnd() === '---') this.#frontMatter = true
    else if (this.#frontMatter && /^(?:---|\.\.\.)\s*$/.test(text)) {
      this.#frontMatter = false
      return true
    }
    return this.#frontMatter
  }

  #inFence(text: string): boolean {
    const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(text)
    const [mark, rest] = [fence?.[1] ?? '', fence?.[2] ?? '']
    if (this.#fence === undefined) {
      if (mark === '' || (mark.startsWith('`') && rest.includes('`'))) return false
      this.#fence = mark
      this.#endParagraph()
    } else if (mark.startsWith(this.#fence) && rest.trim() === '') this.#fence = undefined
    return true
  }

  #setextHeading(text: string, start: number): Heading | undefined {
    const underline = /^ {0,3}(=+|-+)[ \t]*$/.exec(text)?.[1]
    const paragraph = this.#paragraph
    if (underline !== undefined && paragraph !== undefined) {
      this.#endParagraph()
      return { title: paragraph.text, depth: underline.startsWith('=') ? 1 : 2, start: paragraph.start }
    }
    const indentedCode = paragraph === undefined && /^(?: {4}|\t)/.test(text)
    const opensBlock = /^ {0,3}(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]|[-*_=]{3,}[ \t]*$)/.test(text)
    if (text.trim() === '' || opensBlock || indentedCode) this.#endParagraph()
    else if (paragraph === undefined) this.#paragraph = { start, text: text.trim() }
    else this.#paragraph = { start: paragraph.start, text: `${paragraph.text} ${text.trim()}`.slice(0, 400) }
    return undefined
  }

  #endParagraph(): void {
    this.#paragraph = undefined
  }
}

function atxHeading(text: string, start: number, found: () => void): Heading | undefined {
  const marks = /^ {0,3}(#{1,6})(?=[ \t]|$)/.exec(text)
  if (marks === null) return undefined
  found()
  const title = text
    .slice(marks[0].length)
    .trim()
    .replace(/(?:^|[ \t])#+$/, '')
    .trim()
  return { title, depth: marks[1]?.length ?? 1, start }
}
