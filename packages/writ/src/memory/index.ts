export { dropPacks } from './drop-packs.ts'
export { openLibrary } from './library.ts'
export { requireCorpus, requirePaths } from './require-context.ts'
