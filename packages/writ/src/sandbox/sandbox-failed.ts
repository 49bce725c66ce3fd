import { WritError } from '@writ/contract'

/** The error of a sandbox that could not be started, or whose host side broke. */
export const sandboxFailed = (message: string): WritError => new WritError('SANDBOX_FAILED', message)
