import type { Confinement } from '@writ/contract'
import type { findBubblewrap } from '../confinement/bubblewrap.ts'
import { type Started, startConfined } from '../confinement/start-confined.ts'
import { childProgram } from './child-command.ts'
import type { ToChild } from './messages.ts'

/** What stands between guest code and the machine, from the inside out. */
const REDUCED = ['quickjs-wasi', 'worker-thread', 'node --permission']
const LAYERS = Object.freeze({
  reduced: Object.freeze(REDUCED),
  full: Object.freeze([...REDUCED, 'seccomp', 'bubblewrap']),
})

/** A child for VMs, and how children of this process are confined. */
export interface StartedChild extends Started<ToChild> {
  readonly layers: Confinement['layers']
}

/** Starts a child for VMs behind the strongest wall there is. */
export async function startChild(bubblewrap?: ReturnType<typeof findBubblewrap>): Promise<StartedChild> {
  const started = await startConfined<ToChild>(childProgram(), bubblewrap)
  return { ...started, layers: LAYERS[started.level] }
}
