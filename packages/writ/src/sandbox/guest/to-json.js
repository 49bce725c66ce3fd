import * as $ from './intrinsics.js'

/**
 * JSON of a guest value, or undefined for undefined, functions and symbols. Inside objects those are dropped, NaN and
 * Infinity are null, as JSON does; a Map is an object when all its keys are strings, else an array of entries; a Set and
 * a typed array are arrays; a BigInt is its decimal text; an Error is its name, message and own properties.
 * Throws TypeError for circular values and for promises.
 */
export const toJson = (value) => $.stringify(value, plain)

function plain(_key, value) {
  if (typeof value === 'bigint') return $.bigintText(value)
  if (typeof value !== 'object' || value === null) return value
  const prototype = $.getPrototypeOf(value)
  if (prototype === $.objectPrototype || prototype === $.arrayPrototype || prototype === null) return value
  if (value instanceof $.$Map) return plainMap(value)
  if (value instanceof $.$Set) return plainSet(value)
  if (value instanceof $.$Error) return plainError(value)
  if (value instanceof $.$Promise) throw new $.$TypeError('a Promise cannot be serialised: await it first')
  if ($.isView(value) && $.typedName(value) !== undefined) return plainTyped(value)
  return value
}

function plainMap(map) {
  let named = true
  $.mapEach(map, (_item, key) => {
    if (typeof key !== 'string') named = false
  })
  const object = { __proto__: null }
  const entries = $.list()
  $.mapEach(map, (item, key) => {
    if (named) object[key] = item
    else {
      const pair = $.list()
      pair[0] = key
      pair[1] = item
      entries[entries.length] = pair
    }
  })
  return named ? object : entries
}

function plainSet(set) {
  const items = $.list()
  $.setEach(set, (item) => {
    items[items.length] = item
  })
  return items
}

function plainTyped(array) {
  const items = $.list()
  const length = $.typedLength(array)
  for (let at = 0; at < length; at += 1) items[at] = array[at]
  return items
}

function plainError(error) {
  const object = { __proto__: null, name: error.name, message: error.message }
  const keys = $.ownKeys(error)
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at]
    if (typeof key === 'string' && $.isEnumerable(error, key)) object[key] = error[key]
  }
  return object
}
