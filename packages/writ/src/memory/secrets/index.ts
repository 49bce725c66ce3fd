export { KEY_FILE, maskedFeed } from './masked-feed.ts'
export { judgeName, type NameVerdict } from './names.ts'
