import { nativeLooking } from './host-calls.js'
import * as $ from './intrinsics.js'

/**
 * `setTimeout` on a virtual clock: a callback runs, earliest first, only when the cell awaits and no call is in flight,
 * so a time-out never wins against a call and its order is repeatable. Timers end with their cell.
 */
export function timers() {
  let waiting = new $.$Map()
  let next = 1
  let now = 0

  function setTimeout(callback, delay, ...args) {
    if (typeof callback !== 'function') throw new $.$TypeError('setTimeout takes a function')
    const ms = +delay
    const due = now + (ms > 0 ? ms : 0)
    $.mapSet(waiting, next, { __proto__: null, callback, args, due })
    next += 1
    return next - 1
  }

  function clearTimeout(id) {
    $.mapDelete(waiting, id)
  }

  /** Runs the next timer; false when there is none. */
  function tick() {
    let first
    $.mapEach(waiting, (timer, id) => {
      if (first === undefined || timer.due < first.timer.due) first = { __proto__: null, id, timer }
    })
    if (first === undefined) return false
    $.mapDelete(waiting, first.id)
    now = $.max(now, first.timer.due)
    void new $.$Promise((resolve) => resolve($.apply(first.timer.callback, undefined, first.timer.args)))
    return true
  }

  return {
    names: {
      __proto__: null,
      setTimeout: nativeLooking(setTimeout, 'setTimeout'),
      clearTimeout: nativeLooking(clearTimeout, 'clearTimeout'),
    },
    tick,
    clear: () => {
      waiting = new $.$Map()
    },
  }
}
