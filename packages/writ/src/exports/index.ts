export { evidenceSource } from './evidence-source.ts'
export { jsonLines } from './json-lines.ts'
export { ledgerSource } from './ledger-source.ts'
export type { RunSource } from './run-source.ts'
