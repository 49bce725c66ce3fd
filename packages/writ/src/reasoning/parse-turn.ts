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

export type TextFinal =
  | { readonly form: 'value'; readonly text: string }
  | { readonly form: 'variable'; readonly name: string }

const JAVASCRIPT = new Set(['repl', 'js', 'javascript'])
const TYPESCRIPT = new Set(['ts', 'typescript'])
const OTHER = new Set(['python', 'py'])

/**
 * Reads a model's turn: fenced blocks in order, and the text form of a release. Fences without a REPL language are
 * prose. Published traces misuse `FINAL` in one turn of six, so the text form counts only at the start of a line, with
 * balanced parentheses.
 */
export function parseTurn(text: string): Turn {
  const blocks: Block[] = []
  const prose: string[] = []
  let fence: { mark: string; tag: string; lines: string[] } | undefined
  for (const line of text.split('\n')) {
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

/** Unbalanced calls looked past: each costs a walk through the rest of the turn. */
const MOST_CALLS_TRIED = 16

function textFinal(lines: readonly string[]): TextFinal | undefined {
  let tried = 0
  for (const [index, line] of lines.entries()) {
    const call = /^(FINAL|FINAL_VAR)\(/.exec(line)
    if (call?.[1] === undefined) continue
    tried += 1
    if (tried > MOST_CALLS_TRIED) return undefined
    const inner = balanced([line.slice(call[0].length), ...lines.slice(index + 1)].join('\n'))
    if (inner === undefined) continue
    const value = unquote(inner.trim())
    return call[1] === 'FINAL' ? { form: 'value', text: value } : { form: 'variable', name: value }
  }
  return undefined
}

/** The text up to the parenthesis that closes the call, if there is one. */
function balanced(text: string): string | undefined {
  let depth = 1
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '(') depth += 1
    if (text[index] === ')') depth -= 1
    if (depth === 0) return text.slice(0, index)
  }
  return undefined
}

function unquote(text: string): string {
  const [first] = text
  const quoted = text.length >= 2 && (first === '"' || first === "'" || first === '`') && text.endsWith(first)
  return quoted ? text.slice(1, -1) : text
}
