export { callModel } from './call-model.ts'
export { loadFetch } from './load-fetch.ts'
export { locationOf } from './location.ts'
export {
  type DeclaredModel,
  type ModelObject,
  namesModelObject,
  openModelObject,
} from './model-object.ts'
export { type ModelPlace, placeOf } from './model-place.ts'
export { type ModelTable, modelTableSchema, type StatedModel } from './model-table.ts'
export { parsePrice } from './price.ts'
export { PRICES, priceTableSchema } from './prices.ts'
export { type FoundServer, findServers, probeServer } from './probe-server.ts'
export { type FoundProfile, type ProfileTable, profileOf, profileTableSchema } from './profiles.ts'
export { type ModelChoice, type ResolvedModel, stated } from './provider.ts'
export { keyHosts, providerOf } from './providers/index.ts'
export { OLLAMA_URL, ollamaUrl } from './providers/ollama.ts'
export { resolveModel } from './resolve-model.ts'
export { type Trial, tryModel } from './try-model.ts'
