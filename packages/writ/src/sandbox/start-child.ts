import type { Confinement } from '@writ/contract'
import { type Confiners, type Started, startConfined } from '../confinement/start-confined.ts'
import { childProgram } from './child-command.ts'
import type { ToChild } from './messages.ts'

/** What stands between guest code and the machine, from the inside out. */
const GUEST = ['quickjs-wasi', 'worker-thread']
const REDUCED = [...GUEST, 'node --permission']
const LAYERS = Object.freeze({
  reduced: Object.freeze(REDUCED),
  filtered: Object.freeze([...GUEST, 'deno permissions', 'seccomp']),
  full: Object.freeze([...REDUCED, 'seccomp', 'bubblewrap']),
})

/** A child for VMs, and how children of this process are confined. */
export interface StartedChild extends Started<ToChild> {
  readonly layers: Confinement['layers']
}

/** Starts a child for VMs behind the strongest wall there is. */
export async function startChild(confiners?: Confiners): Promise<StartedChild> {
  const started = await startConfined<ToChild>(childProgram(), confiners)
  return { ...started, layers: LAYERS[started.level] }
}
