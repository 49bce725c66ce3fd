// The built-ins the prelude uses, taken before guest code can replace them.
// INVARIANT: once `boot` has returned, nothing in this folder reaches a built-in through a global name, a prototype or
// an iterator, so a guest that replaces any of them fools only itself.

const slot = (holder, key, kind) => Reflect.get(Object.getOwnPropertyDescriptor(holder, key), kind)
const bind = slot(Function.prototype, 'bind', 'value')
/** Turns a method into a function whose first argument is `this`. */
const uncurryThis = Reflect.apply(bind, bind, [slot(Function.prototype, 'call', 'value')])
const method = (prototype, key) => uncurryThis(slot(prototype, key, 'value'))
export const getter = (prototype, key) => uncurryThis(slot(prototype, key, 'get'))

export const $Date = Date
export const $Error = Error
export const $Map = Map
export const $Promise = Promise
export const $RangeError = RangeError
export const $ReferenceError = ReferenceError
export const $RegExp = RegExp
export const $Set = Set
export const $String = String
export const $TypeError = TypeError
export const $Uint8Array = Uint8Array
export const $ArrayBuffer = ArrayBuffer

export const { parse, stringify } = JSON
export const { isArray } = Array
export const isView = slot(ArrayBuffer, 'isView', 'value')
export const { isFinite: isFiniteNumber, isInteger } = Number
export const { ceil, max, min } = Math
export const {
  defineProperty,
  freeze,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  is,
  preventExtensions,
  setPrototypeOf,
} = Object
export const { apply, ownKeys } = Reflect
export const objectPrototype = Object.prototype
export const arrayPrototype = Array.prototype
export const numberPrototype = Number.prototype
export const bigintPrototype = BigInt.prototype

export const boundTo = method(Function.prototype, 'bind')
export const hasOwn = method(Object.prototype, 'hasOwnProperty')
export const classOf = method(Object.prototype, 'toString')
export const isEnumerable = method(Object.prototype, 'propertyIsEnumerable')

export const mapGet = method(Map.prototype, 'get')
export const mapSet = method(Map.prototype, 'set')
export const mapHas = method(Map.prototype, 'has')
export const mapDelete = method(Map.prototype, 'delete')
export const mapEach = method(Map.prototype, 'forEach')
export const mapSize = getter(Map.prototype, 'size')
export const setAdd = method(Set.prototype, 'add')
export const setHas = method(Set.prototype, 'has')
export const setDelete = method(Set.prototype, 'delete')
export const setEach = method(Set.prototype, 'forEach')
export const setSize = getter(Set.prototype, 'size')

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype)
export const typedLength = getter(typedArrayPrototype, 'length')
export const typedName = getter(typedArrayPrototype, Symbol.toStringTag)
export const typedSlice = method(typedArrayPrototype, 'slice')
export const typedSubarray = method(typedArrayPrototype, 'subarray')
export const bufferSize = getter(ArrayBuffer.prototype, 'byteLength')
export const bufferSlice = method(ArrayBuffer.prototype, 'slice')
export const viewBuffer = getter(typedArrayPrototype, 'buffer')
export const viewOffset = getter(typedArrayPrototype, 'byteOffset')
export const viewBytes = getter(typedArrayPrototype, 'byteLength')

export const dateTime = method(Date.prototype, 'getTime')
export const dateIso = method(Date.prototype, 'toISOString')
export const regexpSource = getter(RegExp.prototype, 'source')
export const regexpFlags = getter(RegExp.prototype, 'flags')
export const regexpTest = method(RegExp.prototype, 'test')
export const stringOf = method(String.prototype, 'toString')
export const slice = method(String.prototype, 'slice')
export const indexOf = method(String.prototype, 'indexOf')
export const charCodeAt = method(String.prototype, 'charCodeAt')
export const trim = method(String.prototype, 'trim')
export const { fromCharCode } = String
export const toFixed = method(Number.prototype, 'toFixed')
export const numberText = method(Number.prototype, 'toString')
export const numberOf = method(Number.prototype, 'valueOf')
export const bigintText = method(BigInt.prototype, 'toString')
export const symbolText = method(Symbol.prototype, 'toString')
export const functionText = method(Function.prototype, 'toString')

/** An array nothing is inherited by: `list[list.length] = x` runs no guest setter. */
export const list = () => setPrototypeOf([], null)

/** Joins the texts of a list. */
export function joined(texts, separator) {
  let all = ''
  for (let at = 0; at < texts.length; at += 1) all += at === 0 ? texts[at] : separator + texts[at]
  return all
}

/** Defines a property that guest code can replace like any built-in. */
export function define(target, key, value) {
  defineProperty(target, key, {
    __proto__: null,
    value,
    writable: true,
    configurable: true,
    enumerable: false,
  })
}
