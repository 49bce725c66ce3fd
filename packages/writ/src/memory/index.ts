export { dropPacks } from './drop-packs.ts'
export { openLibrary } from './library.ts'
export { requireCorpus, requireGlobs, requirePaths } from './require-context.ts'
export { spareWorker } from './spare-worker.ts'
