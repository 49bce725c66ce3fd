export {
  type Answer,
  type Citation,
  isWritError,
  type Label,
  type Limits,
  type PlanCard,
  type RunEvent,
  WritError,
} from '@writ/contract'
export type { BundleSignatures, Bundles } from './admin/bundle.ts'
export type { Finding } from './admin/doctor.ts'
export type { Keys, LoggedRotation } from './admin/keys.ts'
export type { LedgerCare } from './admin/ledger.ts'
export { auditPublished, type Log, type LogView } from './admin/log.ts'
export type { ProveOptions } from './admin/proofs.ts'
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
export type { AnswerSchema, ValueOf } from './files/answer-schema.ts'
export { withEvidence } from './files/evidence-source.ts'
export {
  type AskedOptions,
  type ChatMessage,
  type ChatOptions,
  type CompletionOptions,
  type ContextOptions,
  type ContextSource,
  DEFAULT_HOME,
  type FollowUpOptions,
  type IngestOptions,
  type RunOptions,
  type SourcePaths,
  type ValidatorSource,
  type WritOptions,
} from './files/options.ts'
export { VERSION } from './files/version.ts'
export type { ReplayReport } from './kernel/index.ts'
export {
  type AcceptedLoss,
  type Hold,
  type ListedKey,
  RETENTION_CLASS,
  type RevokeOptions,
  type Rotation,
  trustPath,
} from './ledger/index.ts'
export {
  type DeclaredModel,
  type FoundServer,
  findServers,
  keyHosts,
  locationOf,
  type ModelObject,
  type ModelTable,
  modelTableSchema,
  OLLAMA_URL,
  ollamaUrl,
  type ProfileTable,
  parsePrice,
  priceTableSchema,
  probeServer,
  profileTableSchema,
  providerOf,
  type StatedModel,
  type Trial,
  tryModel,
} from './models/index.ts'
export type { Erasures } from './retention/erasures.ts'
export type { ExpiredRun, Expiry, ExpiryOptions } from './retention/expire.ts'
export type { Holds } from './retention/legal-hold.ts'
export type { LaneDiff, RunDiff } from './runs/diff.ts'
export type { EvaluationArm } from './runs/evaluation/arm.ts'
export type {
  ArmResult,
  Estimate,
  Evaluation,
  EvaluationEvent,
  EvaluationItem,
  EvaluationPlan,
  Measures,
} from './runs/evaluation/evaluation.ts'
export type { EvaluationOptions } from './runs/evaluation/options.ts'
export { evaluationPage } from './runs/evaluation/page.ts'
export { type EvaluationQuestion, readQuestions } from './runs/evaluation/question.ts'
export {
  type JudgedThreshold,
  THRESHOLD_METRICS,
  type Threshold,
  type ThresholdMetric,
} from './runs/evaluation/threshold.ts'
export { namesRun } from './runs/find-run.ts'
export type { ForkOptions } from './runs/fork.ts'
export type { LanguageModelOptions } from './runs/language-model/language-model.ts'
export type { ListedModel, ModelListOptions, ModelPolicy } from './runs/list-models.ts'
export type { ListedNote, ListedNotes } from './runs/list-notes.ts'
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
export type { RunStream, StreamEvent } from './runs/stream.ts'
export { ownProcess, warmUp } from './runs/warm-up.ts'
export { createWrit, type Writ } from './runs/writ.ts'
export type { ListedScript } from './scripts/index.ts'
export type { FileReplay, ReplayOptions } from './verify/replay.ts'
export { type VerifyOptions, verifyFile } from './verify/verify-file.ts'
