import { counted, type RunEvent, seconds } from '@writ/contract'
import type { EvaluationEvent, EvaluationItem } from '../../index.ts'
import { cutToWidth } from '../display-width.ts'
import { printableLine } from '../printable.ts'
import type { WatchFlags } from '../watch.ts'

/** Shows an evaluation while it goes on. */
export interface Progress {
  readonly onEvent: (event: EvaluationEvent) => void
  notice(text: string): void
  /** Clears what is under way from the terminal, until something else is. */
  clear(): void
  stop(): void
}

/** Milliseconds between two drawings of the line that tells what is under way. */
const EVERY_MS = 250
const CLEAR_LINE = '\r\u001b[K'

/** The progress that flags ask for: a line for each run that ended, and on a terminal what is under way. */
export function chooseProgress(flags: WatchFlags): Progress {
  if (flags.jsonl === true)
    return { ...SILENT, onEvent: (event) => void process.stdout.write(`${JSON.stringify(event)}\n`) }
  if (flags.quiet === true || flags.json === true) return SILENT
  return process.stderr.isTTY ? liveProgress(process.stderr) : lineProgress(process.stderr)
}

const SILENT: Progress = { onEvent: nothing, notice: nothing, clear: nothing, stop: nothing }

function lineProgress(out: NodeJS.WritableStream): Progress {
  const lines = new ProgressLines()
  return {
    ...SILENT,
    onEvent: (event) => {
      for (const line of lines.of(event)) out.write(`${printableLine(line)}\n`)
    },
  }
}

function liveProgress(out: NodeJS.WriteStream): Progress {
  const lines = new ProgressLines()
  let under = ''
  let [steps, asked, drawn] = [0, 0, 0]
  const draw = (doing: string): void => {
    drawn = performance.now()
    under = doing
    out.write(CLEAR_LINE + cutToWidth(printableLine(doing), (out.columns || 80) - 1))
  }
  const clear = (): void => {
    if (under !== '') out.write(CLEAR_LINE)
    under = ''
  }
  const say = (line: string): void => {
    clear()
    out.write(`${printableLine(line)}\n`)
  }
  let item = ''
  const told = (event: RunEvent): void => {
    if (event.type === 'step') steps += 1
    if (event.type === 'step' && event.kind === 'model.call') asked += 1
    if (performance.now() - drawn < EVERY_MS) return
    if (event.type === 'ingest') draw(`reading: ${counted(event.documents, 'document')}`)
    else if (item !== '') draw(`${item}  ${counted(steps, 'step')}, ${counted(asked, 'model call')}`)
  }
  return {
    onEvent: (event) => {
      for (const line of lines.of(event)) say(line)
      if (event.type === 'item.run') told(event.event)
      if (event.type !== 'item.open') return
      ;[steps, asked] = [0, 0]
      item = `${place(event.n, lines.runs)}  ${event.arm} · ${event.question} …`
      draw(item)
    },
    notice: say,
    clear,
    stop: clear,
  }
}

/** What is said of an evaluation as it goes on. Of runs that a cap left no room for, the first is told and no other. */
class ProgressLines {
  runs = 0
  #capped = false

  of(event: EvaluationEvent): readonly string[] {
    if (event.type === 'evaluation.open') {
      this.runs = event.runs
      return [`evaluation ${event.evaluation} · ${counted(event.runs, 'run')}`]
    }
    if (event.type !== 'item.close') return []
    const { n, item } = event
    const unasked = item.outcome === 'capped' && item.run === null
    if (unasked && this.#capped) return []
    this.#capped ||= unasked
    return [`${place(n, this.runs)}  ${itemLine(item)}`]
  }
}

function itemLine({ arm, question, outcome, score, wallMs, calls, takenOver, run }: EvaluationItem): string {
  if (outcome === 'capped' && run === null)
    return `${arm} · ${question}: not asked: the cap leaves no room; others like it are not listed`
  const came = outcome === 'answered' ? (score === null ? 'no gold' : score.toFixed(2)) : outcome
  const asked =
    run === null ? '' : ` · ${seconds(wallMs)} · ${counted(calls, 'call')}${takenOver ? ' · taken over' : ''}`
  return `${arm} · ${question}: ${came}${asked}`
}

function place(n: number, runs: number): string {
  return `${String(n + 1).padStart(String(runs).length)}/${runs}`
}

function nothing(): void {
  // Nobody watches.
}
