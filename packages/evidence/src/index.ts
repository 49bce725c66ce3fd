export * from './bundle-hash.ts'
export { canonicalBytes, canonicalJson, MAX_RECORD_DEPTH, parseCanonical } from './canonical.ts'
export * from './checkpoint.ts'
export * from './commitment.ts'
export { ed25519Verifies, hmacSha256, sha256, sha256Hex } from './crypto.ts'
export { type Disclosure, disclose, disclosurePath } from './disclosures.ts'
export * from './dsse.ts'
export { base64, fromBase64, fromHex, hex } from './encoding.ts'
export { type Contents, readEvidence } from './evidence-contents.ts'
export * from './evidence-file.ts'
export * from './merkle.ts'
export * from './merkle-proof.ts'
export * from './note.ts'
export { type AnyRecord, decodeRecord, encodeRecord, joinRecords, splitRecords } from './record.ts'
export {
  type Closing,
  type RunClose,
  type RunOpen,
  type SignedStatement,
  type Statement,
  signRunClose,
  signRunOpen,
} from './statement.ts'
export { readTar, writeTar } from './tar.ts'
export { isValidAt, type KeyRing, openTrustRoot } from './trust-root.ts'
export * from './verdict.ts'
export { VERDICT_CODES, type VerdictCode } from './verdict-codes.ts'
export { type VerifyOptions, verifyEvidence } from './verify.ts'
