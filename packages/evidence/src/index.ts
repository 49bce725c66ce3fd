export * from './add-checkpoint.ts'
export * from './audit-log.ts'
export * from './bundle-hash.ts'
export { type ByteSource, bytesSource, chunksOf } from './byte-source.ts'
export { canonicalBytes, canonicalJson, parseCanonical } from './canonical.ts'
export { ChargeFacts } from './charge-facts.ts'
export * from './checkpoint.ts'
export { commandHash } from './command-hash.ts'
export * from './commitment.ts'
export * from './cosignature.ts'
export { ed25519Verifies, hkdfSha256, hmacSha256, sha256, sha256Hex } from './crypto.ts'
export { type Disclosure, type DisclosuresFile, disclose, disclosurePath } from './disclosures.ts'
export * from './dsse.ts'
export { base64, bytesEqual, fromBase64, fromHex, hex } from './encoding.ts'
export { emptiedEvidence, emptyDisclosures } from './erased-evidence.ts'
export { type Contents, readEvidence } from './evidence-contents.ts'
export * from './evidence-file.ts'
export {
  isProof,
  MANIFEST,
  packName,
  RUN_CLOSE,
  RUN_CLOSE_PROOF,
  RUN_HEAD_PROOF,
  RUN_KEY,
  RUN_OPEN,
  RUN_OPEN_PROOF,
} from './evidence-layout.ts'
export * from './export-file.ts'
export { type FileContent, type FileDigest, type MadeFile, sourceDigest } from './file-content.ts'
export {
  type FrameFacts,
  foldRun,
  type OpenCommand,
  type RecordOf,
  type RecordPlace,
  type RecordVisitor,
  RunFold,
  type RunFrame,
  type RunShare,
  type RunVisitor,
} from './fold-run.ts'
export { allModels, everyModel, hasVerifierAt, modelListsAt, modelsAt } from './fork.ts'
export * from './merkle.ts'
export * from './merkle-proof.ts'
export * from './note.ts'
export type { PackedPayload, PayloadIndex } from './payload-index.ts'
export * from './payload-packs.ts'
export * from './quorum.ts'
export { type AnyRecord, decodeRecord, encodeRecord } from './record.ts'
export type { RecordBatch } from './record-batches.ts'
export { MAX_RECORD_DEPTH } from './record-text.ts'
export { type RecordsFile, recordsFile } from './records-file.ts'
export { namedKeys } from './signatures.ts'
export { type SignerUnderTest, signerFaults } from './signer-conformance.ts'
export {
  parseStatement,
  type SignedStatement,
  type Statement,
  type StatementKind,
  signByOperator,
  signStatement,
} from './statement.ts'
export * from './statement-bundle.ts'
export * from './statement-erasure.ts'
export * from './statement-export.ts'
export * from './statement-key-rotation.ts'
export * from './statement-kinds.ts'
export * from './statement-replay.ts'
export {
  type Closing,
  RUN_HEAD_KIND,
  type RunClose,
  type RunHead,
  type RunOpen,
  signRunClose,
  signRunOpen,
} from './statement-run.ts'
export * from './tiles.ts'
export * from './tlog-proof.ts'
export * from './tree-nodes.ts'
export { isValidAt, type KeyRing, openTrustRoot, witnessThreshold } from './trust-root.ts'
export * from './verdict.ts'
export { VERDICT_CODES, type VerdictCode } from './verdict-codes.ts'
export * from './verifier-key.ts'
export { type Judge, type VerifyOptions, verifyEvidence } from './verify.ts'
