// What the module for browsers gives.
export {
  type ByteSource,
  bytesSource,
  type Verdict,
  type VerdictReport,
  type VerifyOptions,
  verifyEvidence,
} from '@writ/evidence'
export { blobSource } from './blob-source.ts'
