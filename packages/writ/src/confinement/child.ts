/** Whoever owns a child. */
export interface ChildOwner {
  onMessage(value: unknown): void
  /** The child is gone, or wrote what is no message. */
  onGone(reason: string): void
}

/** A child process that is up or coming up, and is sent messages of one type. */
export interface Child<Message> {
  /** Why it is gone; undefined while it is not. */
  readonly gone: string | undefined
  /** Hands the child to whoever uses it, who is told at once when it is gone already. It keeps this process alive now. */
  own(owner: ChildOwner): void
  /** Lets this process end while the child is up. */
  unref(): void
  send(message: Message): void
  /** Kills the child; its owner is not told. */
  kill(): void
  /** Kills the child, and waits until nothing of it is left. */
  close(): Promise<void>
}
