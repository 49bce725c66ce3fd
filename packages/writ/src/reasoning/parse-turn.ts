import { type TextFinal, textFinal } from './text-final.ts'

/** A fenced block of a model's turn. */
export interface Block {
  readonly language: 'javascript' | 'typescript' | 'other'
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
}

const JAVASCRIPT = new Set(['repl', 'js', 'javascript'])
const TYPESCRIPT = new Set(['ts', 'typescript'])
const OTHER = new Set(['python', 'py'])

/**
 * Reads a model's turn: fenced blocks in order, and the text form of a release, which counts outside of every fence.
 * Fences without a REPL language are prose.
 */
export function parseTurn(text: string): Turn {
  const blocks: Block[] = []
  const prose: string[] = []
  let fence: { mark: string; tag: string; lines: string[] } | undefined
  for (const line of text.split(/\r?\n/)) {
    const ticks = fenceOf(line)
    if (fence === undefined && ticks !== undefined) {
      fence = { ...ticks, lines: [] }
    } else if (fence !== undefined && ticks?.tag === '' && ticks.mark.length >= fence.mark.length) {
      const block = toBlock(fence.tag, fence.lines)
      if (block !== undefined) blocks.push(block)
      fence = undefined
    } else (fence?.lines ?? prose).push(line)
  }
  const unclosed = fence !== undefined && toBlock(fence.tag, []) !== undefined
  return { blocks, unclosed, final: textFinal(prose) }
}

/** The marks and the first word of a line that opens or closes a fence. */
function fenceOf(line: string): { mark: string; tag: string } | undefined {
  const [, mark, rest = ''] = /^ {0,3}(`{3,})(.*)$/.exec(line) ?? []
  if (mark === undefined || rest.includes('`')) return undefined
  return { mark, tag: rest.trim().split(/\s/, 1)[0]?.toLowerCase() ?? '' }
}

function toBlock(tag: string, lines: readonly string[]): Block | undefined {
  const code = lines.join('\n')
  if (JAVASCRIPT.has(tag)) return { language: 'javascript', tag, code }
  if (TYPESCRIPT.has(tag)) return { language: 'typescript', tag, code }
  if (OTHER.has(tag)) return { language: 'other', tag, code }
  return undefined
}
