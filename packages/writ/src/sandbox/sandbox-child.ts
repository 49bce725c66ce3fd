import type { Child } from '../confinement/child.ts'
import type { ToChild } from './messages.ts'

export type { ChildOwner } from '../confinement/child.ts'

/** What holds the VMs of a sandbox, up or coming up. */
export type SandboxChild = Child<ToChild>
