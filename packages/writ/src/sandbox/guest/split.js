import * as $ from './intrinsics.js'

/**
 * `split(corpus, {docs} | {bytes} | {outline: true})`: parts that together are the whole, each once. `docs` gives lists of so
 * many documents; `bytes` and `outline` give spans. It asks no model.
 */
export function splitter({ put, docs, outline }) {
  return async function split(corpus, how = {}) {
    const pieces = await piecesOf(await corpus, docs)
    if (how.docs !== undefined) return groups(pieces, size('docs', how.docs), put)
    if (how.bytes !== undefined) return bySize(pieces, size('bytes', how.bytes), put)
    if (how.outline === true) return await byOutline(pieces, outline, put)
    throw new $.$TypeError('split: say how: {docs: n}, {bytes: n} or {outline: true}')
  }
}

function size(name, value) {
  if ($.isInteger(value) && value > 0) return value
  throw new $.$RangeError(`split: ${name} is a whole number from 1`)
}

/** What is split: documents and spans of a list, or the whole corpus for anything else, such as `context`. */
async function piecesOf(corpus, docs) {
  const listed = await docs()
  if (!$.isArray(corpus)) return listed
  const known = new $.$Map()
  for (let at = 0; at < listed.length; at += 1) $.mapSet(known, listed[at].id, listed[at])
  const pieces = $.list()
  for (let at = 0; at < corpus.length; at += 1) {
    const given = corpus[at]
    const id = typeof given === 'string' ? given : (given?.id ?? given?.doc)
    const info = $.mapGet(known, id)
    if (info === undefined) throw new $.$TypeError(`split: item ${at} names no document that docs() lists`)
    pieces[at] = typeof given === 'string' || given.start === undefined ? info : given
  }
  return pieces
}

const spanOf = (piece) =>
  piece.doc === undefined
    ? { doc: piece.id, start: 0, end: piece.bytes }
    : { doc: piece.doc, start: piece.start, end: piece.end }

function groups(pieces, most, put) {
  const all = []
  for (let from = 0; from < pieces.length; from += most) {
    const group = []
    for (let at = from; at < $.min(from + most, pieces.length); at += 1) put(group, at - from, pieces[at])
    put(all, all.length, group)
  }
  return all
}

function bySize(pieces, most, put) {
  const all = []
  for (let at = 0; at < pieces.length; at += 1) {
    const { doc, start, end } = spanOf(pieces[at])
    for (let from = start; from < end; from += most)
      put(all, all.length, { doc, start: from, end: $.min(from + most, end) })
  }
  return all
}

/** A span begins wherever an entry of the outline does. What lies before the first entry is one, too. */
async function byOutline(pieces, outline, put) {
  const all = []
  for (let at = 0; at < pieces.length; at += 1) {
    const { doc, start, end } = spanOf(pieces[at])
    const entries = await outline(doc)
    let from = start
    for (let entry = 0; entry < entries.length; entry += 1) {
      const next = entries[entry].start
      if (next <= from || next >= end) continue
      put(all, all.length, { doc, start: from, end: next })
      from = next
    }
    if (from < end) put(all, all.length, { doc, start: from, end })
  }
  return all
}
