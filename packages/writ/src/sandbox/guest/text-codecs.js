import * as $ from './intrinsics.js'

const REPLACEMENT = 0xfffd

/** UTF-8 of a text; a lone surrogate becomes U+FFFD. */
export class TextEncoder {
  get encoding() {
    return 'utf-8'
  }

  encode(text = '') {
    const source = `${text}`
    const bytes = new $.$Uint8Array(utf8Length(source))
    let to = 0
    for (let at = 0; at < source.length; at += 1) {
      const point = pointAt(source, at)
      if (point > 0xffff) at += 1
      to = writePoint(bytes, to, point)
    }
    return bytes
  }
}

/** Text of UTF-8 bytes; malformed bytes become U+FFFD, or a TypeError with `fatal`. */
export class TextDecoder {
  #fatal
  #keepMark

  constructor(label = 'utf-8', options) {
    if (`${label}` !== 'utf-8' && `${label}` !== 'utf8' && `${label}` !== 'UTF-8')
      throw new $.$RangeError(`TextDecoder knows utf-8 only, not ${label}`)
    this.#fatal = options?.fatal === true
    this.#keepMark = options?.ignoreBOM === true
  }

  get encoding() {
    return 'utf-8'
  }

  decode(input = new $.$Uint8Array(0)) {
    const bytes = bytesOf(input)
    const length = $.typedLength(bytes)
    let text = ''
    let at = 0
    if (!this.#keepMark && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at = 3
    while (at < length) {
      const { point, size } = readPoint(bytes, at, length)
      if (point < 0 && this.#fatal) throw new $.$TypeError('the bytes are not valid UTF-8')
      text += point < 0 ? '\ufffd' : characters(point)
      at += size
    }
    return text
  }
}

function bytesOf(input) {
  if (input instanceof $.$ArrayBuffer) return new $.$Uint8Array(input)
  if ($.isView(input) && $.typedName(input) !== undefined)
    return new $.$Uint8Array($.viewBuffer(input), $.viewOffset(input), $.viewBytes(input))
  throw new $.$TypeError('TextDecoder.decode takes an ArrayBuffer or a typed array')
}

function pointAt(text, at) {
  const unit = $.charCodeAt(text, at)
  if (unit < 0xd800 || unit > 0xdfff) return unit
  const low = at + 1 < text.length ? $.charCodeAt(text, at + 1) : 0
  if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) return REPLACEMENT
  return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
}

function utf8Length(text) {
  let length = 0
  for (let at = 0; at < text.length; at += 1) {
    const point = pointAt(text, at)
    if (point > 0xffff) at += 1
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return length
}

function writePoint(bytes, start, point) {
  if (point < 0x80) {
    bytes[start] = point
    return start + 1
  }
  const extra = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3
  bytes[start] = ((0xff00 >> (extra + 1)) & 0xff) | (point >> (6 * extra))
  for (let left = extra - 1, at = start + 1; left >= 0; left -= 1, at += 1)
    bytes[at] = 0x80 | ((point >> (6 * left)) & 0x3f)
  return start + extra + 1
}

/** The code point at `at` (-1 when malformed) and the bytes it takes. */
function readPoint(bytes, at, length) {
  const first = bytes[at]
  if (first < 0x80) return { point: first, size: 1 }
  const extra = extraBytes(first)
  if (extra === 0) return { point: -1, size: 1 }
  let point = first & (0x3f >> extra)
  for (let step = 1; step <= extra; step += 1) {
    const next = at + step < length ? bytes[at + step] : 0
    if (next < 0x80 || next > 0xbf || !secondFits(first, next, step)) return { point: -1, size: step }
    point = (point << 6) | (next & 0x3f)
  }
  return { point, size: extra + 1 }
}

function extraBytes(first) {
  if (first >= 0xc2 && first <= 0xdf) return 1
  if (first >= 0xe0 && first <= 0xef) return 2
  return first >= 0xf0 && first <= 0xf4 ? 3 : 0
}

// Refuses overlong forms, surrogates and points above U+10FFFF at the second byte, as the encoding standard does.
function secondFits(first, next, step) {
  if (step > 1) return true
  if (first === 0xe0) return next >= 0xa0
  if (first === 0xed) return next <= 0x9f
  if (first === 0xf0) return next >= 0x90
  return first !== 0xf4 || next <= 0x8f
}

function characters(point) {
  if (point < 0x10000) return $.fromCharCode(point)
  const offset = point - 0x10000
  return $.fromCharCode(0xd800 + (offset >> 10), 0xdc00 + (offset & 0x3ff))
}
