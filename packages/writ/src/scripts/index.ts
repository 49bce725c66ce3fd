export { findScript, shippedScripts } from './find-script.ts'
export type { ScriptFile, ScriptMeta } from './read-script.ts'
export { scriptLimits, scriptRun } from './script-run.ts'
export { type WorstCase, worstCase } from './worst-case.ts'
