import * as $ from './intrinsics.js'

/** A deep copy as the HTML standard makes it: shared and circular references stay so. Throws DataCloneError. */
export function structuredClone(value) {
  return copy(value, new $.$Map())
}

function copy(value, seen) {
  if (typeof value === 'function' || typeof value === 'symbol')
    throw refusal(`a ${typeof value} cannot be cloned`)
  if (typeof value !== 'object' || value === null) return value
  if ($.mapHas(seen, value)) return $.mapGet(seen, value)
  if (value instanceof $.$Promise) throw refusal('a Promise cannot be cloned: await it first')
  if ($.isArray(value)) return fill([], value, seen)
  if (value instanceof $.$Map) return copyMap(value, seen)
  if (value instanceof $.$Set) return copySet(value, seen)
  if (value instanceof $.$Error) return copyError(value, seen)
  const leaf = copyLeaf(value)
  if (leaf === undefined) return fill({}, value, seen)
  $.mapSet(seen, value, leaf)
  return leaf
}

function copyLeaf(value) {
  if (value instanceof $.$Date) return new $.$Date($.dateTime(value))
  if (value instanceof $.$RegExp) return new $.$RegExp($.regexpSource(value), $.regexpFlags(value))
  if (value instanceof $.$String) return new $.$String($.stringOf(value))
  if (value instanceof $.$ArrayBuffer) return $.bufferSlice(value, 0)
  return $.isView(value) && $.typedName(value) !== undefined ? $.typedSlice(value) : undefined
}

function fill(target, source, seen) {
  $.mapSet(seen, source, target)
  const keys = $.ownKeys(source)
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at]
    if (typeof key !== 'string' || !$.isEnumerable(source, key)) continue
    $.defineProperty(target, key, {
      __proto__: null,
      value: copy(source[key], seen),
      writable: true,
      enumerable: true,
      configurable: true,
    })
  }
  return target
}

function copyMap(map, seen) {
  const target = new $.$Map()
  $.mapSet(seen, map, target)
  $.mapEach(map, (item, key) => {
    $.mapSet(target, copy(key, seen), copy(item, seen))
  })
  return target
}

function copySet(set, seen) {
  const target = new $.$Set()
  $.mapSet(seen, set, target)
  $.setEach(set, (item) => {
    $.setAdd(target, copy(item, seen))
  })
  return target
}

function copyError(error, seen) {
  const target = new $.$Error(error.message)
  $.mapSet(seen, error, target)
  $.define(target, 'name', error.name)
  $.define(target, 'stack', error.stack)
  return target
}

function refusal(message) {
  const error = new $.$Error(message)
  $.define(error, 'name', 'DataCloneError')
  return error
}
