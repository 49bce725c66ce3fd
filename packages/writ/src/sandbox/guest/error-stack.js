import * as $ from './intrinsics.js'

const engineStack = $.getter($.$Error.prototype, 'stack')

/** The stack the engine took of an error; '' when guest code made it something else. */
export function errorStack(error) {
  const stack = engineStack(error)
  return typeof stack === 'string' ? stack : ''
}
