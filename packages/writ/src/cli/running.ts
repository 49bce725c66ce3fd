/** Wraps a command so that its exit code is kept. */
export type Running = <A extends unknown[]>(
  command: (...args: A) => Promise<number>,
) => (...args: A) => Promise<void>
