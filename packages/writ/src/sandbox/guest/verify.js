import * as $ from './intrinsics.js'

const ASKED =
  'Does the text support the claim? Answer YES or NO and nothing else. Answer NO when the text does not say it.\n\nClaim: '

/**
 * `verify(items, {votes?, where?, claim?, spans?, model?})`: asks, for each item that `where` picks, whether the text it names
 * supports it. Every item comes back with `verified`: true, false, or null where nothing was asked or most answers were neither.
 */
export function verifier({ each, stated, listOf, values, llmQuery }) {
  return async function verify(items, options = {}) {
    const given = await listOf('verify', items)
    const { votes = 1, where = always, claim = toText, spans = spansOf, model } = options
    if (!$.isInteger(votes) || votes < 1) throw new $.$RangeError('verify: votes is a whole number from 1')
    return await stated('verify', given.length * votes, async () => {
      const outcomes = await each(given.length, async (at) => {
        const item = given[at]
        if (item === null || item === undefined || !(await where(item))) return null
        const text = await spans(item)
        if (!$.isArray(text) || text.length === 0) return null
        const prompt = ASKED + (await claim(item))
        const said = await each(votes, () => llmQuery(prompt, { spans: text, model, fresh: votes > 1 }))
        return counted(said)
      })
      for (let at = 0; at < given.length; at += 1)
        if (outcomes[at].ok) outcomes[at].value = judged(given[at], outcomes[at].value)
      return values('verify', outcomes)
    })
  }
}

const always = () => true

function spansOf(item) {
  if ($.isArray(item.spans)) return item.spans
  if (item.span !== undefined) return [item.span]
  return item.doc !== undefined && item.start !== undefined ? [item] : []
}

/** What an item claims: its text, or all of it but where it stands. */
function toText(item) {
  if (typeof item !== 'object') return `${item}`
  if (typeof item.claim === 'string') return item.claim
  return $.stringify(item, (key, value) => (key === 'span' || key === 'spans' ? undefined : value))
}

/** How many of the answers say yes and how many no; one that says neither is none. */
function counted(said) {
  let yes = 0
  let no = 0
  for (let at = 0; at < said.length; at += 1) {
    const { ok, value, error } = said[at]
    if (!ok) throw error
    if ($.regexpTest(/^\W*yes\b/i, value)) yes += 1
    else if ($.regexpTest(/^\W*no\b/i, value)) no += 1
  }
  return { yes, no, of: said.length }
}

function judged(item, votes) {
  if (item === null || item === undefined) return item
  const verified = votes === null ? null : verdictOf(votes)
  const all = {}
  if (typeof item !== 'object') define(all, 'value', item)
  else {
    const keys = $.ownKeys(item)
    for (let at = 0; at < keys.length; at += 1)
      if ($.isEnumerable(item, keys[at])) define(all, keys[at], item[keys[at]])
  }
  define(all, 'verified', verified)
  if (votes !== null) define(all, 'votes', votes)
  return all
}

/** What most answers say; null when that is neither yes nor no. */
function verdictOf({ yes, no, of }) {
  if (yes * 2 > of) return true
  return no * 2 > of ? false : null
}

function define(target, key, value) {
  $.defineProperty(target, key, {
    __proto__: null,
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}
