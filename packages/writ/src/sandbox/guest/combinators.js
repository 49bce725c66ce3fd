import { nativeLooking } from './host-calls.js'
import * as $ from './intrinsics.js'
import { splitter } from './split.js'
import { verifier } from './verify.js'

// Ways to do one thing to many items. Each tells the host before it begins how many model calls it makes at most; the
// host counts them and refuses what goes beyond. Order, counts and what failed never depend on which call came back first.

/** Items worked on at once: more would only wait for the model. */
const AT_ONCE = 32

const MOST_CALLS = 1_000_000

/** Calls that only the prelude makes: they begin and end what a combinator may ask for. */
const OPEN = 'combinator_open'
const CLOSE = 'combinator_close'
const NEEDED = [OPEN, CLOSE, 'docs', 'outline', 'llm_query']

export const isPreludeCall = (name) => name === OPEN || name === CLOSE

/** The combinators by name; none for a VM whose host does not answer what they need. `names` are those it answers. */
export function combinators(hostFunction, names) {
  for (let at = 0; at < NEEDED.length; at += 1) if (!$.setHas(names, NEEDED[at])) return { __proto__: null }
  const open = hostFunction(OPEN)
  const close = hostFunction(CLOSE)

  /** Combinators whose work has begun and has not ended. */
  let under = 0

  /** Does work that makes at most so many calls. */
  async function stated(name, most, work) {
    if (!$.isInteger(most) || most < 0 || most > MOST_CALLS)
      throw new $.$RangeError(`${name}: it would make ${most} calls; at most ${MOST_CALLS} can be stated`)
    const id = await open(name, most, under > 0)
    under += 1
    try {
      return await work()
    } finally {
      under -= 1
      await close(id)
    }
  }

  async function map(items, work, options = {}) {
    const given = await listOf('map', items)
    const { calls = 1, settle = false } = options
    checkWork('map', work, calls)
    const outcomes = await stated('map', given.length * calls, () =>
      each(given.length, (at) => work(given[at], at)),
    )
    checkCount('map', items, given.length, outcomes)
    return settle ? settled(outcomes) : values('map', outcomes)
  }

  async function filter(items, test, options = {}) {
    const given = await listOf('filter', items)
    const { calls = 1 } = options
    checkWork('filter', test, calls)
    const outcomes = await stated('filter', given.length * calls, () =>
      each(given.length, (at) => test(given[at], at)),
    )
    checkCount('filter', items, given.length, outcomes)
    const kept = values('filter', outcomes)
    const left = []
    for (let at = 0; at < given.length; at += 1) if (kept[at]) put(left, left.length, given[at])
    return left
  }

  /** Merges neighbours, level by level, until one is left: whatever is associative comes out the same as in a row. */
  async function reduce(items, merge, options = {}) {
    let level = await listOf('reduce', items)
    const { calls = 1, width = 2 } = options
    checkWork('reduce', merge, calls)
    if (!$.isInteger(width) || width < 2) throw new $.$RangeError('reduce: width is a whole number from 2')
    if (level.length === 0) throw new $.$TypeError('reduce: there is nothing to merge')
    return await stated('reduce', mergesOf(level.length, width) * calls, async () => {
      while (level.length > 1) {
        const groups = grouped(level, width)
        const outcomes = await each(groups.length, (at) =>
          groups[at].length === 1 ? groups[at][0] : $.apply(merge, undefined, groups[at]),
        )
        level = values('reduce', outcomes)
      }
      return level[0]
    })
  }

  /** Asks the same several times and gives what most answers say, compared as JSON; the first of equals wins. */
  async function vote(count, ask, options = {}) {
    const { calls = 1 } = options
    checkWork('vote', ask, calls)
    if (!$.isInteger(count) || count < 1) throw new $.$RangeError('vote: the count is a whole number from 1')
    const outcomes = await stated('vote', count * calls, () => each(count, (at) => ask(at)))
    return elected(outcomes)
  }

  const verify = verifier({ each, stated, listOf, put, llmQuery: hostFunction('llm_query') })
  const split = splitter({ put, docs: hostFunction('docs'), outline: hostFunction('outline') })
  const named = { __proto__: null, split, map, filter, reduce, vote, verify }
  const keys = $.ownKeys(named)
  for (let at = 0; at < keys.length; at += 1) named[keys[at]] = nativeLooking(named[keys[at]], keys[at])
  return named
}

/** Does the work of every index, so many at once, and gives what came of each in order. */
async function each(length, work) {
  const outcomes = $.list()
  let next = 0
  async function go() {
    while (next < length) {
      const at = next
      next += 1
      try {
        outcomes[at] = { __proto__: null, ok: true, value: await work(at) }
      } catch (error) {
        outcomes[at] = { __proto__: null, ok: false, error }
      }
    }
  }
  const going = $.list()
  for (let at = 0; at < $.min(AT_ONCE, length); at += 1) going[at] = go()
  for (let at = 0; at < going.length; at += 1) await going[at]
  return outcomes
}

/** A copy of a list that was given, which its owner may change meanwhile. */
async function listOf(name, given) {
  const items = await given
  if (!$.isArray(items)) throw new $.$TypeError(`${name}: the first argument is a list`)
  const copy = $.list()
  for (let at = 0; at < items.length; at += 1) copy[at] = items[at]
  return copy
}

function checkWork(name, work, calls) {
  if (typeof work !== 'function') throw new $.$TypeError(`${name}: the second argument is a function`)
  if (!$.isInteger(calls) || calls < 0)
    throw new $.$RangeError(`${name}: calls is the most model calls of one item, a whole number from 0`)
}

/** As many came out as went in. */
function checkCount(name, items, length, outcomes) {
  let ended = 0
  for (let at = 0; at < length; at += 1) if (outcomes[at] !== undefined) ended += 1
  const now = $.isArray(items) ? items.length : length
  if (ended === length && now === length) return
  throw new $.$RangeError(`${name}: ${length} items went in, ${ended} came out, and the list has ${now} now`)
}

/** The values in order, or an error that keeps them when one is missing. */
function values(name, outcomes) {
  const all = []
  let failed = 0
  let first
  for (let at = 0; at < outcomes.length; at += 1) {
    const { ok, value, error } = outcomes[at]
    if (!ok && failed === 0) first = error
    if (!ok) failed += 1
    put(all, at, value)
  }
  if (failed === 0) return all
  const said = first instanceof $.$Error ? `${first.name}: ${first.message}` : `${first}`
  const error = new $.$Error(
    `${name}: ${failed} of ${outcomes.length} items failed (first: ${said}); \`results\` keeps the others.`,
  )
  $.define(error, 'name', 'BatchError')
  error.code = 'BATCH_FAILED'
  error.results = settled(outcomes)
  throw error
}

function settled(outcomes) {
  const all = []
  for (let at = 0; at < outcomes.length; at += 1) {
    const { ok, value, error } = outcomes[at]
    put(all, at, ok ? { ok, value } : { ok, error })
  }
  return all
}

/** Merges of so many items when each takes at most `width` of them. */
function mergesOf(length, width) {
  let merges = 0
  for (let left = length; left > 1; ) {
    const groups = $.ceil(left / width)
    merges += left % width === 1 ? groups - 1 : groups
    left = groups
  }
  return merges
}

function grouped(items, width) {
  const groups = $.list()
  for (let from = 0; from < items.length; from += width) {
    const group = []
    for (let at = from; at < $.min(from + width, items.length); at += 1) put(group, at - from, items[at])
    groups[groups.length] = group
  }
  return groups
}

function elected(outcomes) {
  const counts = new $.$Map()
  let best
  let asked = 0
  let failure
  for (let at = 0; at < outcomes.length; at += 1) {
    const { ok, value, error } = outcomes[at]
    if (!ok) {
      failure = error
      continue
    }
    asked += 1
    const text = value === undefined ? 'undefined' : $.stringify(value)
    const found = $.mapGet(counts, text) ?? { __proto__: null, value, votes: 0, text }
    found.votes += 1
    $.mapSet(counts, text, found)
  }
  if (asked === 0) throw failure
  $.mapEach(counts, (found) => {
    if (best === undefined || found.votes > best.votes) best = found
  })
  return { value: best.value, votes: best.votes, of: asked, agreed: best.votes * 2 > asked }
}

/** Puts an item into a list of the guest, whatever it has made of its lists. */
function put(items, at, value) {
  $.defineProperty(items, at, {
    __proto__: null,
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}
