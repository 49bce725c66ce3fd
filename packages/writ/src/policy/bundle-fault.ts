import { WritError } from '@writ/contract'
import type { Position } from './source-file.ts'

/** What is wrong with a bundle and where; plain data, because it crosses from the engine's thread. */
export interface Fault {
  readonly file: string
  readonly at: Position | null
  readonly message: string
}

/** Thrown while a bundle is loaded; `badPolicy` turns it into the coded error people see. */
export class BundleFault extends Error {
  readonly fault: Fault

  constructor(file: string, message: string, at: Position | null = null, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.fault = { file, at, message }
  }
}

/** The `BAD_POLICY` error of a fault; `data` has `file`, and `line` and `column` where they are known. */
export function badPolicy(bundle: string, cause: BundleFault): WritError {
  const { file, at, message } = cause.fault
  const place = at === null ? file : `${file}:${at.line}:${at.column}`
  return new WritError('BAD_POLICY', `policy bundle ${bundle}: ${place}: ${message}`, {
    data: { bundle, file, ...at },
    cause,
  })
}
