import { errorStack } from './error-stack.js'
import * as $ from './intrinsics.js'
import { toJson } from './to-json.js'

// What one VM may have in flight: the host holds every argument until it has answered.
const MAX_CALLS_IN_FLIGHT = 10_000
const MAX_CHARS_IN_FLIGHT = 64 * 1024 * 1024

/**
 * Calls out of the VM and their answers. `send(name, argsJson)` starts a call, false when the host takes no more; the host
 * counts calls as this does, from the id the cell was started with, and answers with `settle`.
 */
export function hostCalls(send) {
  const pending = new $.$Map()
  let charsInFlight = 0
  let nextId = 0
  /**
   * What the running code is part of: `{within}` of a combinator, or undefined. An answer is delivered when nothing else runs, and
   * what it lets run is part of what asked. Code that waits for anything but an answer may lose it, and is then part of nothing.
   */
  let current

  function start(name, args, resolve, reject) {
    if (isOver(current)) throw over(name)
    const json = toJson($.setPrototypeOf(args, null)) // a list inherits no toJSON
    if ($.mapSize(pending) >= MAX_CALLS_IN_FLIGHT || charsInFlight + json.length > MAX_CHARS_IN_FLIGHT)
      throw new $.$RangeError(`${name}: too many calls in flight: await some of them first`)
    const stack = errorStack(new $.$Error())
    if (!send(name, json)) throw new $.$Error(`${name}: the cell is being stopped`)
    charsInFlight += json.length
    $.mapSet(pending, nextId, {
      __proto__: null,
      name,
      resolve,
      reject,
      chars: json.length,
      stack,
      part: current,
    })
    nextId += 1
  }

  /** The guest's function of a host name: always a promise. */
  function hostFunction(name) {
    const call = (...args) => new $.$Promise((resolve, reject) => start(name, args, resolve, reject))
    return nativeLooking(call, name)
  }

  /** Delivers an answer: `json` is the value, or `{name, message, dataJson?}` of an error. Unknown ids are ignored. */
  function settle(id, ok, json) {
    const entry = $.mapGet(pending, id)
    if (entry === undefined) return
    $.mapDelete(pending, id)
    charsInFlight -= entry.chars
    current = entry.part
    try {
      const value = $.parse(json)
      if (ok) entry.resolve(listed(entry.name, value))
      else entry.reject(hostError(value, entry.stack))
    } catch (error) {
      entry.reject(error) // the value does not fit the VM's memory
    }
  }

  /** Runs code as a part of something. */
  function within(part, work) {
    const outer = current
    current = part
    try {
      return work()
    } finally {
      current = outer
    }
  }

  /** The ids of the calls that are under way for a part, or for what is within it. */
  function underWay(part) {
    const ids = $.list()
    $.mapEach(pending, (entry, id) => {
      for (let of = entry.part; of !== undefined; of = of.within) if (of === part) ids[ids.length] = id
    })
    return ids
  }

  return {
    hostFunction,
    settle,
    within,
    underWay,
    part: () => current,
    pending: () => $.mapSize(pending),
    /** Code runs that no answer let run. */
    leave: () => {
      current = undefined
    },
    startCell: (firstId) => {
      nextId = firstId
      current = undefined
    },
  }
}

/** A list of documents or passages that were chosen by their dates says beside its items how many have none. */
function listed(name, value) {
  if (name !== 'docs' && name !== 'search') return value
  // What the host gives has members of its own; one that a prototype has is the guest's.
  if (typeof value !== 'object' || value === null || !$.hasOwn(value, 'undated')) return value
  $.define(value.found, 'undated', value.undated)
  return value.found
}

function isOver(part) {
  for (let of = part; of !== undefined; of = of.within) if (of.over) return true
  return false
}

/** The error of what nobody waits for any more. */
export function over(name) {
  const error = new $.$Error(`${name}: what it was for has all it needs`)
  $.define(error, 'name', 'Cancelled')
  error.code = 'CANCELLED'
  return error
}

/** A function whose source text guest code cannot read. */
export function nativeLooking(implementation, name) {
  const native = $.boundTo(implementation, undefined)
  $.define(native, 'name', name)
  return $.freeze(native)
}

/** An error of the host, with the stack of the call that caused it. */
function hostError(facts, stack) {
  const error = new $.$Error(facts.message)
  $.define(error, 'name', facts.name)
  $.define(error, 'stack', stack)
  if (facts.dataJson === undefined) return error
  const data = $.parse(facts.dataJson)
  const keys = typeof data === 'object' && data !== null ? $.ownKeys(data) : $.list()
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at]
    if (key === 'name' || key === 'message' || key === 'stack') continue
    $.defineProperty(error, key, {
      __proto__: null,
      value: data[key],
      writable: true,
      configurable: true,
      enumerable: true,
    })
  }
  return error
}
