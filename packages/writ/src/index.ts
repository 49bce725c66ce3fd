export {
  type Answer,
  type Citation,
  isWritError,
  type Label,
  type Limits,
  type RunEvent,
  WritError,
} from '@writ/contract'
export { type BundleSignatures, bundleSignatures, signBundle } from './admin/bundle.ts'
export { type Check, examine } from './admin/doctor.ts'
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
} from './admin/keys.ts'
export { checkLog, publishLog, showLog } from './admin/log.ts'
export { type RenewOptions, renewProofs } from './admin/proofs.ts'
export { initWitness, startWitness, type WitnessOptions } from './admin/witness.ts'
export type { CopyOptions, CopyReport } from './export/copy.ts'
export {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportOptions,
  exportFile,
  sendFileTrace,
} from './export/run.ts'
export type { ViewOptions } from './export/view-access.ts'
export { erasedRuns, lastErasure } from './files/erasures.ts'
export { withEvidence } from './files/evidence-source.ts'
export type {
  CompletionOptions,
  ContextSource,
  IngestOptions,
  SourcePaths,
  WritOptions,
} from './files/options.ts'
export { VERSION } from './files/version.ts'
export type { ReplayReport } from './kernel/index.ts'
export { type AcceptedLoss, acceptLoss, backUp, RETENTION_CLASS, restore } from './ledger/index.ts'
export {
  type DeclaredModel,
  type FoundServer,
  findServers,
  locationOf,
  type ModelObject,
  OLLAMA_URL,
  ollamaUrl,
  parsePrice,
  priceTableSchema,
  probeServer,
  providerOf,
  type Trial,
  tryModel,
} from './models/index.ts'
export { eraseRun, isErasable } from './retention/erase.ts'
export { type ExpiredRun, type Expiry, type ExpiryOptions, eraseExpired } from './retention/expire.ts'
export { type Hold, listHolds, orderHold } from './retention/legal-hold.ts'
export type { LaneDiff, RunDiff } from './runs/diff.ts'
export { findRun, namesRun } from './runs/find-run.ts'
export type { ForkOptions } from './runs/fork.ts'
export type { ResumeOptions } from './runs/resume.ts'
export type {
  DecisionView,
  ForkView,
  FrameView,
  RunOrigin,
  RunView,
  StepDetail,
  StepView,
} from './runs/run-view.ts'
export { createWrit, type Writ } from './runs/writ.ts'
export type { FileReplay, ReplayOptions } from './verify/replay.ts'
export { type VerifyOptions, verifyFile } from './verify/verify-file.ts'
