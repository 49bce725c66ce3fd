import { nativeLooking, over } from './host-calls.js'
import * as $ from './intrinsics.js'
import { splitter } from './split.js'
import { verifier } from './verify.js'

// Ways to do one thing to many items. Each tells the host before it begins how many model calls it makes at most; the
// host counts them and refuses what goes beyond. Order, counts and what failed never depend on which call came back first.

/** Items worked on at once: more would only wait for the model. */
const AT_ONCE = 32

const MOST_CALLS = 1_000_000

/** Calls that only the prelude makes: they begin and end what a combinator may ask for, and end what it no longer needs. */
const OPEN = 'combinator_open'
const STOP = 'combinator_stop'
const CLOSE = 'combinator_close'
const NEEDED = [OPEN, STOP, CLOSE, 'docs', 'outline', 'llm_query']

export const isPreludeCall = (name) => name === OPEN || name === STOP || name === CLOSE

/** The combinators by name; none for a VM whose host does not answer what they need. `names` are those it answers. */
export function combinators(calls, names) {
  const { hostFunction } = calls
  for (let at = 0; at < NEEDED.length; at += 1) if (!$.setHas(names, NEEDED[at])) return { __proto__: null }
  const open = hostFunction(OPEN)
  const stop = hostFunction(STOP)
  const close = hostFunction(CLOSE)

  /** Combinators whose work has begun and has not ended. */
  let under = 0

  /** Does work that makes at most so many calls, as a part of its own. */
  async function stated(name, most, work) {
    if (!$.isInteger(most) || most < 0 || most > MOST_CALLS)
      throw new $.$RangeError(`${name}: it would make ${most} calls; at most ${MOST_CALLS} can be stated`)
    const around = calls.part()
    const id = await open(name, most, under > 0)
    const part = { __proto__: null, id, within: around, over: false }
    under += 1
    try {
      return await calls.within(part, work)
    } finally {
      under -= 1
      await calls.within(around, () => close(id))
    }
  }

  /** Ends what is under way for a part: nobody waits for it any more, and it may ask for nothing else. */
  async function end(part) {
    part.over = true
    const underWay = calls.underWay(part)
    if (underWay.length > 0) await calls.within(part.within, () => stop(part.id, underWay))
  }

  /**
   * Does the work of every index, so many at once, and gives what came of each in order. `isEnough` says of a value whether
   * the rest is needed: if not, nothing more begins, what is under way ends, and what is left has no outcome.
   */
  async function each(length, work, isEnough) {
    const part = calls.part()
    const outcomes = $.list()
    let next = 0
    /** @type {Promise<void> | undefined} */
    let ending
    async function go() {
      while (next < length && ending === undefined) {
        const at = next
        next += 1
        const outcome = await outcomeOf(() => calls.within(part, () => work(at)))
        if (ending !== undefined) return
        outcomes[at] = outcome
        if (isEnough === undefined || !outcome.ok) continue
        const enough = await outcomeOf(() => calls.within(part, () => isEnough(outcome.value, at)))
        if (!enough.ok) outcomes[at] = enough
        else if (enough.value && ending === undefined) ending = end(part)
      }
    }
    const going = $.list()
    for (let at = 0; at < $.min(AT_ONCE, length); at += 1) going[at] = go()
    for (let at = 0; at < going.length; at += 1) await going[at]
    await ending
    return outcomes
  }

  async function map(items, work, options = {}) {
    const given = await listOf('map', items)
    const { calls: most = 1, settle = false, until } = options
    checkWork('map', work, most)
    if (until !== undefined && typeof until !== 'function')
      throw new $.$TypeError('map: until is a function that says of a value whether it is enough')
    const outcomes = await stated('map', given.length * most, () =>
      each(given.length, (at) => work(given[at], at), until),
    )
    if (until !== undefined) fillIn(outcomes, given.length, settle)
    checkCount('map', items, given.length, outcomes)
    return settle ? settled(outcomes) : values('map', outcomes)
  }

  async function filter(items, test, options = {}) {
    const given = await listOf('filter', items)
    const { calls: most = 1 } = options
    checkWork('filter', test, most)
    const outcomes = await stated('filter', given.length * most, () =>
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
    const { calls: most = 1, width = 2 } = options
    checkWork('reduce', merge, most)
    if (!$.isInteger(width) || width < 2) throw new $.$RangeError('reduce: width is a whole number from 2')
    if (level.length === 0) throw new $.$TypeError('reduce: there is nothing to merge')
    return await stated('reduce', mergesOf(level.length, width) * most, async () => {
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

  /**
   * Asks the same several times and gives what most answers say, compared as JSON; the first of equals wins. With `enough`, no
   * more are asked at once than so many equal answers take, and none when they have come or cannot come any more.
   */
  async function vote(count, ask, options = {}) {
    const { calls: most = 1, enough } = options
    checkWork('vote', ask, most)
    if (!$.isInteger(count) || count < 1) throw new $.$RangeError('vote: the count is a whole number from 1')
    if (enough !== undefined && (!$.isInteger(enough) || enough < 1 || enough > count))
      throw new $.$RangeError('vote: enough is a whole number from 1 to the count')
    const outcomes = await stated('vote', count * most, () =>
      enough === undefined ? each(count, (at) => ask(at)) : polled(count, enough, ask),
    )
    return elected(outcomes, enough)
  }

  async function polled(count, enough, ask) {
    const part = calls.part()
    const outcomes = $.list()
    for (;;) {
      const asked = outcomes.length
      const missing = enough - mostAlike(outcomes)
      if (missing <= 0 || missing > count - asked) return outcomes
      const more = await calls.within(part, () => each(missing, (at) => ask(asked + at)))
      for (let at = 0; at < missing; at += 1) outcomes[asked + at] = more[at]
    }
  }

  const verify = verifier({ each, stated, listOf, values, llmQuery: hostFunction('llm_query') })
  const split = splitter({ put, docs: hostFunction('docs'), outline: hostFunction('outline') })
  const named = { __proto__: null, split, map, filter, reduce, vote, verify }
  const keys = $.ownKeys(named)
  for (let at = 0; at < keys.length; at += 1) named[keys[at]] = nativeLooking(named[keys[at]], keys[at])
  return named
}

async function outcomeOf(work) {
  try {
    return { __proto__: null, ok: true, value: await work() }
  } catch (error) {
    return { __proto__: null, ok: false, error }
  }
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

/** What came out, how often it did, and how many came to anything. */
function tally(outcomes) {
  const counts = new $.$Map()
  let best
  let came = 0
  let failure
  for (let at = 0; at < outcomes.length; at += 1) {
    const { ok, value, error } = outcomes[at]
    if (!ok) {
      failure = error
      continue
    }
    came += 1
    const text = value === undefined ? 'undefined' : $.stringify(value)
    const found = $.mapGet(counts, text) ?? { __proto__: null, value, votes: 0 }
    found.votes += 1
    $.mapSet(counts, text, found)
  }
  $.mapEach(counts, (found) => {
    if (best === undefined || found.votes > best.votes) best = found
  })
  return { best, came, failure }
}

function mostAlike(outcomes) {
  const { best } = tally(outcomes)
  return best === undefined ? 0 : best.votes
}

function elected(outcomes, enough) {
  const { best, came, failure } = tally(outcomes)
  if (best === undefined) throw failure
  const { value, votes } = best
  // What failed agrees with nothing: one answer of five that were asked is no agreement.
  const agreed = enough === undefined ? votes * 2 > outcomes.length : votes >= enough
  return { value, votes, of: came, agreed }
}

/** What was not needed any more came to nothing: undefined, or an error where outcomes are asked for. */
function fillIn(outcomes, length, settle) {
  for (let at = 0; at < length; at += 1)
    if (outcomes[at] === undefined)
      outcomes[at] = settle
        ? { __proto__: null, ok: false, error: over('map') }
        : { __proto__: null, ok: true, value: undefined }
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
