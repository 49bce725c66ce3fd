import type { ToChild } from './messages.ts'

/** Whoever owns a child. */
export interface ChildOwner {
  onMessage(value: unknown): void
  /** The child is gone, or wrote what is no message. */
  onGone(reason: string): void
}

/** What holds the VMs of a sandbox, up or coming up. */
export interface SandboxChild {
  /** Why it is gone; undefined while it is not. */
  readonly gone: string | undefined
  /** Hands the child to whoever uses it, who is told at once when it is gone already. It keeps this process alive now. */
  own(owner: ChildOwner): void
  /** Lets this process end while the child is up. */
  unref(): void
  send(message: ToChild): void
  /** Kills the child; its owner is not told. */
  kill(): void
  /** Kills the child, and waits until nothing of it is left. */
  close(): Promise<void>
}
