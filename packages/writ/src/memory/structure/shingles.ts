/** Words of one shingle. A text of fewer words is one shingle. */
const WIDTH = 5

/** Lowest shingles of a text that are kept: a sketch by which texts are compared before they are read. */
const SKETCH = 256

/** Shingles of a text as numbers of 53 bits, ascending, each once. */
export function shinglesOf(text: string): Float64Array {
  const words: [number, number][] = []
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu))
    words.push([hash(word, 0x811c9dc5), hash(word, 0x9747b28c)])
  const count = words.length === 0 ? 0 : Math.max(1, words.length - WIDTH + 1)
  const all = new Float64Array(count)
  for (let at = 0; at < count; at += 1) {
    let [low, high] = [0x3c6ef372, 0x1b873593]
    for (const [a, b] of words.slice(at, at + WIDTH)) {
      low = mixed(low, a)
      high = mixed(high, b)
    }
    all[at] = (low >>> 0) * 2 ** 21 + (high >>> 11)
  }
  all.sort()
  return all.filter((value, at) => at === 0 || value !== all[at - 1])
}

export function sketchOf(shingles: Float64Array): Float64Array {
  return shingles.slice(0, SKETCH)
}

/** The Jaccard index of two sets of shingles: what both have by what either has. Of two empty ones, 0. */
export function jaccard(one: Float64Array, other: Float64Array): number {
  const both = inBoth(one, other, Number.MAX_SAFE_INTEGER)
  const either = one.length + other.length - both.shared
  return either === 0 ? 0 : both.shared / either
}

/** An estimate of the Jaccard index from two sketches: of the lowest of both together, how many are in each. */
export function estimate(one: Float64Array, other: Float64Array): number {
  const { shared, seen } = inBoth(one, other, SKETCH)
  return seen === 0 ? 0 : shared / seen
}

/** More than an estimate is ever off: five standard deviations at the worst index. */
export const MARGIN: number = 5 * Math.sqrt(0.25 / SKETCH)

function inBoth(one: Float64Array, other: Float64Array, most: number): { shared: number; seen: number } {
  let [a, b, shared, seen] = [0, 0, 0, 0]
  while ((a < one.length || b < other.length) && seen < most) {
    const [left = Number.POSITIVE_INFINITY, right = Number.POSITIVE_INFINITY] = [one[a], other[b]]
    if (left === right) shared += 1
    if (left <= right) a += 1
    if (right <= left) b += 1
    seen += 1
  }
  return { shared, seen }
}

function hash(word: string, seed: number): number {
  let value = seed
  for (let at = 0; at < word.length; at += 1) value = Math.imul(value ^ word.charCodeAt(at), 0x01000193)
  return mixed(value, word.length)
}

/** The last steps of MurmurHash3, so that every bit of either changes about half of those of the result. */
function mixed(value: number, next: number): number {
  let sum = Math.imul(value, 0x5bd1e995) ^ next
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b)
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35)
  return sum ^ (sum >>> 16)
}
