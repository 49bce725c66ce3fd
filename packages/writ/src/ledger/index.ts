export { type AcceptedLoss, acceptLoss } from './accept-loss.ts'
export { backUp } from './backup.ts'
export { checkShards } from './check-shards.ts'
export { destroyFile } from './destroy-file.ts'
export { eraseContent } from './erase-content.ts'
export { type Hold, listHolds, recordHold, unlessHeld } from './holds.ts'
export {
  createKey,
  type ListedKey,
  listKeys,
  type RevokeOptions,
  revokeKey,
  setThreshold,
  trustKeys,
} from './keys/change-keys.ts'
export { type RotateOptions, type Rotation, rotateKey } from './keys/rotate-key.ts'
export { openSigner } from './keys/signer.ts'
export { loadTrustRoot } from './keys/trust-root.ts'
export { openLedger } from './ledger.ts'
export { restore } from './restore.ts'
export { listRetention, RETENTION_CLASS, recordRetention, retentionOf } from './retention.ts'
export { decrypt } from './run-cipher.ts'
export { trustPath } from './trust-path.ts'
