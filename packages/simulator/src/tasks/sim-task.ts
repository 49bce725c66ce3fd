import type { Script } from '../reply.ts'

/** A task whose right answer is known, and how a scripted model goes about it. */
export interface SimTask {
  /** What its marker says: `SIMTASK:<id>`. */
  readonly id: string
  /** What tells it from others of its family, such as its size. */
  readonly name: string
  readonly question: string
  readonly context: readonly SimText[]
  /** The turns of the root. */
  readonly root: Script
  /** From 0 to 1. */
  readonly score: (answer: string) => number
  /** Pairs that a right answer holds; undefined where it holds none. */
  readonly size?: number
}

export interface SimText {
  readonly id: string
  readonly text: string
}

/** What is asked of an engine. */
export function queryOf({ id, question }: SimTask): string {
  return `SIMTASK:${id} ${question}`
}

/** Plays roots by their tasks, and sub-calls by theirs. A request without a known marker is an error of the bench. */
export function playing(tasks: readonly SimTask[], leaves: Readonly<Record<string, Script>>): Script {
  const scripts = new Map(Object.entries(leaves))
  for (const task of tasks) scripts.set(task.id, task.root)
  return (request) => {
    const script = scripts.get(request.task ?? '')
    if (script === undefined) throw new Error(`no task is marked "${request.task ?? ''}"`)
    return script(request)
  }
}
