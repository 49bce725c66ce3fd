export {
  type Answer,
  type Citation,
  isWritError,
  type Label,
  type Limits,
  type RunEvent,
  WritError,
} from '@writ/contract'
export type { CopyOptions, CopyReport } from './copy-evidence.ts'
export type { LaneDiff, RunDiff } from './diff-runs.ts'
export type { FileReplay, ReplayOptions } from './do-again.ts'
export { type ExpiredRun, type Expiry, type ExpiryOptions, eraseExpired } from './erase-expired.ts'
export { eraseRun, isErasable } from './erase-run.ts'
export { erasedRuns, lastErasure } from './erasures.ts'
export { withEvidence } from './evidence-source.ts'
export { type Check, examine } from './examine.ts'
export {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportOptions,
  exportFile,
  sendFileTrace,
} from './export-run.ts'
export { findRun, namesRun } from './find-run.ts'
export type { ForkOptions } from './fork-run.ts'
export {
  createKey,
  type ListedKey,
  listKeys,
  type RevokeOptions,
  type Rotation,
  replaceKey,
  revokeKey,
  setThreshold,
  trustKeys,
} from './home-keys.ts'
export { checkLog, publishLog, showLog } from './inspect-log.ts'
export type { ReplayReport } from './kernel/index.ts'
export { type AcceptedLoss, acceptLoss, backUp, RETENTION_CLASS, restore } from './ledger/index.ts'
export {
  type FoundServer,
  findServers,
  locationOf,
  OLLAMA_URL,
  ollamaUrl,
  parsePrice,
  priceTableSchema,
  probeServer,
  type Trial,
  tryModel,
} from './models/index.ts'
export type { CompletionOptions, ContextSource, IngestOptions, SourcePaths, WritOptions } from './options.ts'
export { type Hold, listHolds, orderHold } from './order-hold.ts'
export { type RenewOptions, renewProofs } from './renew-proofs.ts'
export type { ResumeOptions } from './resume-run.ts'
export type {
  DecisionView,
  ForkView,
  FrameView,
  RunOrigin,
  RunView,
  StepDetail,
  StepView,
} from './run-view.ts'
export { initWitness, startWitness, type WitnessOptions } from './run-witness.ts'
export { createWrit, type Writ } from './runtime.ts'
export { type BundleSignatures, bundleSignatures, signBundle } from './sign-bundle.ts'
export { type VerifyOptions, verifyFile } from './verify-file.ts'
export { VERSION } from './version.ts'
export type { ViewOptions } from './view-access.ts'
