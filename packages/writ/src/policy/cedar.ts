import { createRequire } from 'node:module'
import { optimiseLate } from '../threads/optimise-late.ts'

/** Optimising Cedar's 4 MB takes longer than everything that most runs ask it. */
const OPTIMISED_AFTER = 1_000_000_000

const stop = optimiseLate(OPTIMISED_AFTER)
const require = createRequire(import.meta.url)

/** Cedar itself. It compiles its code while it is loaded. */
export const cedar: typeof import('@cedar-policy/cedar-wasm/nodejs') = require('@cedar-policy/cedar-wasm/nodejs')

stop()
