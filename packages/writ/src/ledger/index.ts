export { openLedger } from './ledger.ts'
export { openSigner } from './signer.ts'
export { loadTrustRoot } from './trust-root.ts'
