import * as $ from './intrinsics.js'

// Caps of one shown value; the cell's output has a cap of its own.
const MAX_DEPTH = 6
const MAX_ITEMS = 100
const MAX_TEXT = 2_000
const MAX_NODES = 5_000
const LINE = 100

const NAME = /^[A-Za-z_$][\w$]*$/
const isName = (key) => $.regexpTest(NAME, key)

/** A value as the model sees it: strings as they are, the rest in a compact, JSON-like form. Runs no getter. */
export function inspect(value) {
  if (typeof value === 'string') return value
  if (value instanceof $.$String) return $.stringOf(value)
  return show(value, { __proto__: null, nodes: 0, open: new $.$Set() }, 0)
}

function show(value, walk, depth) {
  walk.nodes += 1
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
      return $.is(value, -0) ? '-0' : $.numberText(value)
    case 'bigint':
      return `${$.bigintText(value)}n`
    case 'symbol':
      return $.symbolText(value)
    case 'function':
      return functionName(value)
    case 'object':
      return value === null ? 'null' : nested(value, walk, depth)
    default:
      return `${value}`
  }
}

function nested(value, walk, depth) {
  if ($.setHas(walk.open, value)) return '[Circular]'
  if (depth >= MAX_DEPTH || walk.nodes > MAX_NODES)
    return $.isArray(value) ? `[Array(${value.length})]` : '[Object]'
  $.setAdd(walk.open, value)
  const text = object(value, walk, depth)
  $.setDelete(walk.open, value)
  return text
}

function object(value, walk, depth) {
  if ($.isArray(value)) return items(value, value.length, '[', ']', walk, depth)
  if (value instanceof $.$Error) return `[${errorLine(value)}]`
  if (value instanceof $.$Date) return dateText(value)
  if (value instanceof $.$RegExp) return `/${$.regexpSource(value)}/${$.regexpFlags(value)}`
  if (value instanceof $.$Promise) return '[Promise: await it]'
  if (value instanceof $.$String) return quoted($.stringOf(value))
  if (value instanceof $.$Map) return mapText(value, walk, depth)
  if (value instanceof $.$Set) return setText(value, walk, depth)
  if ($.isView(value) && $.typedName(value) !== undefined)
    return items(value, $.typedLength(value), `${$.typedName(value)} [`, ']', walk, depth)
  if (value instanceof $.$ArrayBuffer) return `ArrayBuffer(${$.bufferSize(value)})`
  return properties(value, walk, depth)
}

function items(array, length, open, close, walk, depth) {
  const parts = $.list()
  const shown = $.min(length, MAX_ITEMS)
  for (let at = 0; at < shown; at += 1) parts[at] = shownProperty(array, at, walk, depth)
  return wrapped(parts, length - shown, open, close, depth)
}

function mapText(map, walk, depth) {
  const parts = $.list()
  $.mapEach(map, (item, key) => {
    if (parts.length < MAX_ITEMS)
      parts[parts.length] = `${show(key, walk, depth + 1)} => ${show(item, walk, depth + 1)}`
  })
  return wrapped(parts, $.mapSize(map) - parts.length, `Map(${$.mapSize(map)}) {`, '}', depth)
}

function setText(set, walk, depth) {
  const parts = $.list()
  $.setEach(set, (item) => {
    if (parts.length < MAX_ITEMS) parts[parts.length] = show(item, walk, depth + 1)
  })
  return wrapped(parts, $.setSize(set) - parts.length, `Set(${$.setSize(set)}) {`, '}', depth)
}

function properties(value, walk, depth) {
  const parts = $.list()
  const keys = $.ownKeys(value)
  let hidden = 0
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at]
    if (typeof key !== 'string' || !$.isEnumerable(value, key)) continue
    if (parts.length >= MAX_ITEMS) hidden += 1
    else parts[parts.length] = `${isName(key) ? key : quoted(key)}: ${shownProperty(value, key, walk, depth)}`
  }
  return wrapped(parts, hidden, `${className(value)}{`, '}', depth)
}

function shownProperty(holder, key, walk, depth) {
  const property = $.getOwnPropertyDescriptor(holder, key)
  if (property === undefined) return 'undefined'
  return $.hasOwn(property, 'value') ? show(property.value, walk, depth + 1) : '[Getter]'
}

/** One line when it is short, else one entry per line. */
function wrapped(parts, hidden, open, close, depth) {
  if (hidden > 0) parts[parts.length] = `… ${hidden} more`
  const line = `${open}${$.joined(parts, ', ')}${close}`
  if (line.length <= LINE || parts.length < 2) return line
  let pad = '\n'
  for (let at = 0; at < depth; at += 1) pad += '  '
  return `${open}${pad}  ${$.joined(parts, `,${pad}  `)}${pad}${close}`
}

const quoted = (text) =>
  text.length > MAX_TEXT
    ? `${$.stringify($.slice(text, 0, MAX_TEXT))}… ${text.length - MAX_TEXT} more characters`
    : $.stringify(text)

const dateText = (date) => ($.isFiniteNumber($.dateTime(date)) ? $.dateIso(date) : 'Invalid Date')

/** The text of an own or inherited data property; '' when it is an accessor or no text. */
export function dataText(value, key) {
  for (let holder = value; holder !== null; holder = $.getPrototypeOf(holder)) {
    const property = $.getOwnPropertyDescriptor(holder, key)
    if (property !== undefined) return typeof property.value === 'string' ? property.value : ''
  }
  return ''
}

function errorLine(error) {
  const name = dataText(error, 'name') || 'Error'
  const message = dataText(error, 'message')
  return message === '' ? name : `${name}: ${message}`
}

function functionName(value) {
  const isClass = $.slice($.functionText(value), 0, 5) === 'class'
  return `[${isClass ? 'class' : 'Function'} ${dataText(value, 'name') || '(anonymous)'}]`
}

function className(value) {
  const prototype = $.getPrototypeOf(value)
  if (prototype === null || prototype === $.objectPrototype) return ''
  const property = $.getOwnPropertyDescriptor(prototype, 'constructor')
  const name = typeof property?.value === 'function' ? dataText(property.value, 'name') : ''
  return name === '' || name === 'Object' ? '' : `${name} `
}
