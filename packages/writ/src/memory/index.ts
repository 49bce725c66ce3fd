export { dropPacks } from './drop-packs.ts'
export { openLibrary } from './library.ts'
