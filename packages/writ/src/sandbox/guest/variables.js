import * as $ from './intrinsics.js'

/**
 * The globals: names of the host, which guest code may shadow within a cell and finds restored in the next, and the
 * guest's own variables, which stay. INVARIANT: a host name is a non-configurable accessor, so that neither freezing
 * nor redefining the global object can take it away.
 */
export function globalVariables(global) {
  const hostNames = { __proto__: null }
  let shadows = { __proto__: null }
  const builtins = new $.$Set()

  function provide(name, value) {
    hostNames[name] = value
    $.defineProperty(global, name, {
      __proto__: null,
      get: () => (name in shadows ? shadows[name] : value),
      set: (replacement) => {
        shadows[name] = replacement
      },
      enumerable: false,
      configurable: false,
    })
  }

  /** Everything defined so far belongs to the REPL, not to the guest. */
  function seal() {
    const keys = $.ownKeys(global)
    for (let at = 0; at < keys.length; at += 1) $.setAdd(builtins, keys[at])
  }

  function names() {
    const own = $.list()
    const keys = $.ownKeys(global)
    for (let at = 0; at < keys.length; at += 1) {
      if (typeof keys[at] === 'string' && !$.setHas(builtins, keys[at])) own[own.length] = keys[at]
    }
    return own
  }

  function read(name) {
    if ($.hasOwn(global, name) && (!$.setHas(builtins, name) || name in hostNames)) return global[name]
    throw new $.$ReferenceError(
      `there is no variable "${name}"; your variables are: ${$.joined(names(), ', ') || '(none)'}`,
    )
  }

  /** Gives back the names the cell shadowed, and restores them. */
  function restore() {
    const shadowed = shadows
    shadows = { __proto__: null }
    return shadowed
  }

  return { provide, seal, names, read, restore }
}

/** What SHOW_VARS gives: name, type and size (characters, items, keys or bytes) of each variable. */
export function describeVariables(variables) {
  const rows = []
  const names = variables.names()
  for (let at = 0; at < names.length; at += 1) {
    const value = variables.read(names[at])
    $.defineProperty(rows, at, {
      __proto__: null,
      value: { name: names[at], type: typeName(value), size: sizeOf(value) },
      writable: true,
      enumerable: true,
      configurable: true,
    })
  }
  return rows
}

function typeName(value) {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  const tag = $.classOf(value)
  return $.slice(tag, 8, -1) === 'Object' ? 'object' : $.slice(tag, 8, -1)
}

function sizeOf(value) {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return null
  if ($.isArray(value)) return value.length
  if (value instanceof $.$Map) return $.mapSize(value)
  if (value instanceof $.$Set) return $.setSize(value)
  if ($.isView(value) && $.typedName(value) !== undefined) return $.typedLength(value)
  return $.ownKeys(value).length
}
