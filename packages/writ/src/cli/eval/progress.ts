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
  let runs = 0
  return {
    ...SILENT,
    onEvent: (event) => {
      if (event.type === 'evaluation.open') runs = event.runs
      for (const line of linesOf(event, runs)) out.write(`${printableLine(line)}\n`)
    },
  }
}

function liveProgress(out: NodeJS.WriteStream): Progress {
  let runs = 0
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
      if (event.type === 'evaluation.open') runs = event.runs
      for (const line of linesOf(event, runs)) say(line)
      if (event.type === 'item.run') told(event.event)
      if (event.type !== 'item.open') return
      ;[steps, asked] = [0, 0]
      item = `${place(event.n, runs)}  ${event.arm} · ${event.question} …`
      draw(item)
    },
    notice: say,
    clear,
    stop: clear,
  }
}

function linesOf(event: EvaluationEvent, runs: number): readonly string[] {
  if (event.type === 'evaluation.open') return [`evaluation ${event.evaluation} · ${counted(runs, 'run')}`]
  return event.type === 'item.close' ? [`${place(event.n, runs)}  ${itemLine(event.item)}`] : []
}

function itemLine({ arm, question, outcome, score, wallMs, calls, takenOver, run }: EvaluationItem): string {
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
