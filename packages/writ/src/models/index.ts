export { callModel } from './call-model.ts'
export { parsePrice } from './price.ts'
export { PRICES, priceTableSchema } from './prices.ts'
export { resolveModel } from './resolve-model.ts'
