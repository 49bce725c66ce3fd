export { findScript, type ListedScript, listScripts } from './find-script.ts'
export { readScript, type ScriptFile } from './read-script.ts'
export { scriptLimits, scriptRun } from './script-run.ts'
export { type WorstCase, worstCase } from './worst-case.ts'
