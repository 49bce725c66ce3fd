export { serveWitness, type WitnessServer } from './serve-witness.ts'
export { type WatchedLog, Witness } from './witness.ts'
export { createCosigner, openCosigner } from './witness-key.ts'
