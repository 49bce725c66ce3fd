// Limits that the system keeps for a program, whatever else is around it.

/** What a child may have at most. What it computes with is counted as data; nobody has more than fits twice. */
export const MOST_DATA_KB: number = 16 * 1024 * 1024
export const MOST_FILES = 256

export interface Program {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]]
  /** All that it can see of the file system, at the paths these have outside. */
  readonly files: readonly string[]
  /** Kilobytes of memory that it may compute with. */
  readonly dataKb: number
  /** Kilobytes of its stack, where the system allows as much; what the system gives otherwise. */
  readonly stackKb?: number
}

/** A command as one that inherits the limits of the program; a limit that is lower already stays. */
export function limited(
  { dataKb, stackKb }: Pick<Program, 'dataKb' | 'stackKb'>,
  command: readonly string[],
  first = '',
): readonly [string, ...string[]] {
  const stack = stackKb === undefined ? '' : `ulimit -S -s ${stackKb} || :; `
  const limits = `ulimit -c 0; ulimit -f 0; ulimit -n ${MOST_FILES}; ulimit -d ${dataKb}; ${stack}`
  return ['/bin/sh', '-c', `${first}${limits}exec "$@"`, 'writ', ...command]
}
