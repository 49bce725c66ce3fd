export { type LogReading, openTransparencyLog, readTransparencyLog } from './open-transparency-log.ts'
export { openWitnesses } from './open-witnesses.ts'
export { publishTiles } from './publish-tiles.ts'
export { openPublished } from './published-log.ts'
