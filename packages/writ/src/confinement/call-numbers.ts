/** Numbers of a system call by machine; null where there is no such call. */
export type CallNumbers = readonly [x64: number | null, arm64: number | null]

/** Which of two numbers is that of a machine. */
export type OnMachine = <N extends number | null>(numbers: readonly [x64: N, arm64: N]) => N

/** The numbers of these calls on a machine, of those it has. */
export function numbersOf(calls: Readonly<Record<string, CallNumbers>>, on: OnMachine): readonly number[] {
  return Object.values(calls)
    .map((numbers) => on(numbers))
    .filter((number) => number !== null)
}
