import { errorStack } from './error-stack.js'
import { dataText, inspect } from './inspect.js'
import * as $ from './intrinsics.js'
import { toJson } from './to-json.js'

const MAX_MESSAGE = 8_000
const MAX_STACK = 8_000
const MAX_DATA = 64_000

/**
 * What a cell threw, for the host, which reads the fields one by one: `{name, message, stack, data?}`, texts, `data` JSON
 * of the error's own properties. Not JSON as a whole: a guest that broke JSON for itself must still get its errors.
 */
export function describeError(thrown) {
  const isError = typeof thrown === 'object' && thrown !== null && thrown instanceof $.$Error
  const message = isError ? dataText(thrown, 'message') : thrownText(thrown)
  return {
    __proto__: null,
    name: isError ? dataText(thrown, 'name') || 'Error' : 'Error',
    message: message.length > MAX_MESSAGE ? `${$.slice(message, 0, MAX_MESSAGE)}…` : message,
    stack: isError ? $.slice(stackText(thrown), 0, MAX_STACK) : '',
    data: isError ? ownData(thrown) : undefined,
  }
}

const thrownText = (thrown) =>
  thrown === null
    ? 'the cell threw null, which is also how the engine says that it is out of memory'
    : `the cell threw ${inspect(thrown)}`

/** The engine keeps the stack behind an accessor; an error of the host has its own. */
function stackText(error) {
  return $.hasOwn(error, 'stack') ? dataText(error, 'stack') : errorStack(error)
}

function ownData(error) {
  const data = { __proto__: null }
  const keys = $.ownKeys(error)
  let count = 0
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at]
    if (typeof key !== 'string' || key === 'message' || key === 'stack' || key === 'name') continue
    const property = $.getOwnPropertyDescriptor(error, key)
    if (property === undefined || !property.enumerable || !$.hasOwn(property, 'value')) continue
    data[key] = property.value
    count += 1
  }
  if (count === 0) return undefined
  try {
    const json = toJson(data)
    return json.length > MAX_DATA ? undefined : json
  } catch {
    return undefined
  }
}
