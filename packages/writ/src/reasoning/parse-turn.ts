import type { CellLanguage, ReplLanguage } from '@writ/contract'
import { type TextFinal, textFinal } from './text-final.ts'

/** A fenced block of a model's turn. */
export interface Block {
  readonly language: CellLanguage | 'other'
  /** The fence's own word. */
  readonly tag: string
  readonly code: string
}

/** What a model's turn asks for. */
export interface Turn {
  readonly blocks: readonly Block[]
  /** A fence was opened and not closed: nothing of it is run. */
  readonly unclosed: boolean
  /** A release written as text at the start of a line outside any fence. */
  readonly final: TextFinal | undefined
  /** Whether anything stands outside of every fence. */
  readonly said: boolean
}

/** What the marks of fences mean: the REPL, or a language by its names. */
const MARKS: Readonly<Record<string, CellLanguage | 'repl'>> = {
  repl: 'repl',
  js: 'javascript',
  javascript: 'javascript',
  ts: 'typescript',
  typescript: 'typescript',
  python: 'python',
  py: 'python',
}

/**
 * Reads a model's turn: fenced blocks in order, and the text form of a release, which counts outside of every fence.
 * Fences without a REPL language are prose.
 */
export function parseTurn(text: string, repl: ReplLanguage = 'javascript'): Turn {
  const blocks: Block[] = []
  const prose: string[] = []
  let fence: { mark: string; tag: string; lines: string[] } | undefined
  for (const line of text.split(/\r?\n/)) {
    const ticks = fenceOf(line)
    if (fence === undefined && ticks !== undefined) {
      fence = { ...ticks, lines: [] }
    } else if (fence !== undefined && ticks?.tag === '' && ticks.mark.length >= fence.mark.length) {
      const block = toBlock(fence.tag, fence.lines, repl)
      if (block !== undefined) blocks.push(block)
      fence = undefined
    } else (fence?.lines ?? prose).push(line)
  }
  const unclosed = fence !== undefined && toBlock(fence.tag, [], repl) !== undefined
  const said = prose.some((line) => line.trim() !== '')
  return { blocks, unclosed, final: textFinal(prose), said }
}

/** The marks and the first word of a line that opens or closes a fence. */
function fenceOf(line: string): { mark: string; tag: string } | undefined {
  const [, mark, rest = ''] = /^ {0,3}(`{3,})(.*)$/.exec(line) ?? []
  if (mark === undefined || rest.includes('`')) return undefined
  return { mark, tag: rest.trim().split(/\s/, 1)[0]?.toLowerCase() ?? '' }
}

function toBlock(tag: string, lines: readonly string[], repl: ReplLanguage): Block | undefined {
  const meant = Object.hasOwn(MARKS, tag) ? MARKS[tag] : undefined
  if (meant === undefined) return undefined
  const language = meant === 'repl' ? repl : meant
  const runs = (language === 'python') === (repl === 'python')
  return { language: runs ? language : 'other', tag, code: lines.join('\n') }
}
