export { KEY_FILE, maskedFeed } from './masked-feed.ts'
export { maskedDocument, maskedText } from './masked-text.ts'
export { judgeName, type NameVerdict } from './names.ts'
