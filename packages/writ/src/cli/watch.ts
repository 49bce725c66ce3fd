import type { RunEvent } from '@writ/contract'
import { printableLine } from './printable.ts'
import { RunTree } from './run-tree.ts'

/** Shows a run while it goes on, and stops showing it. */
export interface Watch {
  onEvent(event: RunEvent): void
  stop(): void
}

/** A terminal, or what stands for one; 80 by 24 when it does not know its size. */
type Screen = NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number }

/** Times a second the live tree is drawn again. */
const FRAMES_PER_SECOND = 10

/** Watches nothing. */
export const quietWatch: Watch = { onEvent: () => undefined, stop: () => undefined }

/** One JSON object a line on stdout. */
export function jsonLinesWatch(out: NodeJS.WritableStream): Watch {
  return { onEvent: (event) => void out.write(`${JSON.stringify(event)}\n`), stop: () => undefined }
}

/** A live tree on a terminal: drawn in place, left standing at the end. */
export function treeWatch(out: Screen): Watch {
  const tree = new RunTree()
  let drawn = 0
  let head = ''
  const draw = (): void => {
    const width = out.columns || 80
    const rows = Math.max(4, (out.rows || 24) - 2)
    const lines = tree.lines(width - 1)
    const visible = [
      cutTo(printableLine(head), width - 1),
      ...(lines.length > rows ? [...lines.slice(0, rows - 1), '…'] : lines),
    ]
    const up = drawn > 0 ? `\u001b[${drawn}A` : ''
    out.write(`${up}\u001b[0J${visible.join('\n')}\n`)
    drawn = visible.length
  }
  const timer = setInterval(draw, 1000 / FRAMES_PER_SECOND)
  timer.unref()
  return {
    onEvent: (event) => {
      head = headline(event) ?? head
      tree.add(event)
    },
    stop: () => {
      clearInterval(timer)
      draw()
    },
  }
}

/** Plain lines, for logs and pipes: a line for what opens, closes or is refused, not for every step. */
export function lineWatch(out: NodeJS.WritableStream): Watch {
  return {
    onEvent: (event) => {
      const line = describe(event)
      if (line !== null) out.write(`${printableLine(line)}\n`)
    },
    stop: () => undefined,
  }
}

function describe(event: RunEvent): string | null {
  switch (event.type) {
    case 'run.open':
      return headline(event) ?? null
    case 'frame.open':
      return `frame ${event.lane} opens: ${cutTo(event.goal.replace(/\s+/g, ' '), 100)}`
    case 'frame.close':
      return `frame ${event.lane} closes: ${event.outcome} after ${event.turns} turns, ${event.charged.calls} calls`
    case 'decision':
      return event.verdict === 'allow'
        ? null
        : `frame ${event.lane}: ${event.action} on ${event.resource} ${event.verdict} by ${event.policies.join(', ') || event.reason}`
    case 'step':
      return event.outcome === 'ok'
        ? null
        : `frame ${event.lane}: ${event.op} ended ${event.outcome}: ${event.detail}`
    default:
      return null
  }
}

function headline(event: RunEvent): string | undefined {
  if (event.type === 'ingest')
    return `reading: ${event.documents.toLocaleString('en-US')} documents, ${event.bytes.toLocaleString('en-US')} bytes`
  if (event.type !== 'run.open') return undefined
  const size = `${event.documents.toLocaleString('en-US')} documents, ${event.bytes.toLocaleString('en-US')} bytes`
  return `run ${event.run} · ${size} · ${event.model} · ${event.strategy} (${event.strategyReason}) · policy ${event.policy}`
}

function cutTo(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

/** The watch that flags ask for; a live tree where a person looks at a terminal. */
export function chooseWatch(flags: {
  readonly json?: boolean
  readonly jsonl?: boolean
  readonly quiet?: boolean
}): Watch {
  if (flags.jsonl === true) return jsonLinesWatch(process.stdout)
  if (flags.quiet === true || flags.json === true) return quietWatch
  return process.stderr.isTTY ? treeWatch(process.stderr) : lineWatch(process.stderr)
}
