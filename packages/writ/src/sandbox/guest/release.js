import { nativeLooking } from './host-calls.js'
import * as $ from './intrinsics.js'
import { toJson } from './to-json.js'

const MAX_ANSWER = 64 * 1024 * 1024

/** FINAL and its like: `send(json)` hands the answer out and says whether it fits. The first release of a cell counts. */
export function releases(send, variables) {
  let released = false
  let content

  function release(value, how) {
    if (released) return
    const json = answerJson(value, how)
    if (json.length > MAX_ANSWER || !send(json))
      throw new $.$RangeError(`${how}: the answer is larger than ${MAX_ANSWER} bytes of JSON`)
    released = true
  }

  const answer = $.freeze({
    get content() {
      return content
    },
    set content(value) {
      content = value
    },
    get ready() {
      return released
    },
    set ready(value) {
      if (value) release(content, 'answer.ready')
    },
  })

  function finalVar(name) {
    if (typeof name !== 'string')
      throw new $.$TypeError(
        'FINAL_VAR takes the name of a variable in quotes; FINAL(value) releases a value',
      )
    const value = variables.read($.trim(name))
    release(value === answer ? content : value, `FINAL_VAR("${name}")`)
  }

  /** A replacement of `answer` itself counts as setting its fields; false when it has none of them. */
  function adopt(replaced) {
    if (typeof replaced !== 'object' || replaced === null || !$.hasOwn(replaced, 'content')) return false
    content = replaced.content
    if (replaced.ready === true) release(content, 'answer.ready')
    return true
  }

  const FINAL = nativeLooking((value) => release(value, 'FINAL'), 'FINAL')
  return {
    names: { __proto__: null, FINAL, SUBMIT: FINAL, FINAL_VAR: nativeLooking(finalVar, 'FINAL_VAR'), answer },
    adopt,
    startCell: () => {
      released = false
    },
    drafted: () => content !== undefined,
    draft: () => (content === undefined ? undefined : answerJson(content, 'answer.content')),
  }
}

function answerJson(value, how) {
  if (value === undefined)
    throw new $.$TypeError(`${how}: the answer is undefined; give a value, or assign one first`)
  if (typeof value === 'object' && value !== null && typeof value.then === 'function')
    throw new $.$TypeError(`${how}: the answer is a promise; await it first`)
  const json = toJson(value)
  if (json === undefined) throw new $.$TypeError(`${how}: a ${typeof value} is no answer`)
  return json
}
