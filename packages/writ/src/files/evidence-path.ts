import { join } from 'node:path'

/** Where a home keeps the evidence files of its runs. */
export function evidenceDirectory(home: string): string {
  return join(home, 'runs')
}

/** Where a home keeps the evidence file of a run, unless the run was told to write it elsewhere. */
export function evidencePath(home: string, run: string): string {
  return join(evidenceDirectory(home), `${run}.writ`)
}
