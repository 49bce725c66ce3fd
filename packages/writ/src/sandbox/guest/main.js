import { combinators, isPreludeCall } from './combinators.js'
import { describeError } from './describe-error.js'
import { hostCalls, nativeLooking } from './host-calls.js'
import { inspect } from './inspect.js'
import * as $ from './intrinsics.js'
import { groupNumbers } from './numbers.js'
import { releases } from './release.js'
import { structuredClone } from './structured-clone.js'
import { TextDecoder, TextEncoder } from './text-codecs.js'
import { timers } from './timers.js'
import { describeVariables, globalVariables } from './variables.js'

/**
 * Makes a bare engine into the REPL. `configJson` is `{functions, provided, context}`; the host functions are `emit(stream, head,
 * omitted, tail)`, `call(name, argsJson)` → taken, `release(json)` → fits. Gives what the host drives the REPL with.
 * INVARIANT: what this returns is never reachable from guest code.
 */
export function boot(configJson, emit, call, release) {
  const config = $.parse(configJson)
  for (const name of ['Atomics', 'SharedArrayBuffer', 'WeakRef', 'FinalizationRegistry', 'performance'])
    delete globalThis[name]
  groupNumbers()
  for (const [name, value] of [
    ['TextEncoder', TextEncoder],
    ['TextDecoder', TextDecoder],
    ['structuredClone', nativeLooking(structuredClone, 'structuredClone')],
  ])
    $.define(globalThis, name, value)

  const variables = globalVariables(globalThis)
  const calls = hostCalls(call)
  const answers = releases(release, variables)
  const clock = timers()
  const output = outputs(emit)
  const names = new $.$Set()
  for (const { name, aliases } of config.functions) {
    $.setAdd(names, name)
    if (isPreludeCall(name)) continue
    for (const said of [name, ...aliases]) variables.provide(said, calls.hostFunction(name))
  }
  const own = {
    ...answers.names,
    ...combinators(calls, names),
    SHOW_VARS: nativeLooking(() => describeVariables(variables), 'SHOW_VARS'),
    print: nativeLooking(output.print, 'print'),
    context: contextOf(config.context),
  }
  for (const { name, aliases } of config.provided)
    if (own[name] !== undefined) for (const said of [name, ...aliases]) variables.provide(said, own[name])
  for (const name of $.ownKeys(clock.names)) variables.provide(name, clock.names[name])
  variables.provide('console', consoleOf(output.print))
  variables.seal()

  return $.freeze({
    __proto__: null,
    startCell: (kept, firstId) => {
      answers.startCell()
      calls.startCell(firstId)
      output.keep(kept)
    },
    settle: calls.settle,
    pending: calls.pending,
    tick: () => {
      calls.leave()
      return clock.tick()
    },
    endCell: () => endCell(variables, clock, answers),
    show: output.show,
    describeError,
    drafted: answers.drafted,
    draft: answers.draft,
  })
}

/** Restores the host's names; gives those the cell had put values of its own on, joined by commas. */
function endCell(variables, clock, answers) {
  clock.clear()
  const shadowed = variables.restore()
  const adopted = 'answer' in shadowed && answers.adopt(shadowed.answer)
  const names = $.list()
  const keys = $.ownKeys(shadowed)
  for (let at = 0; at < keys.length; at += 1)
    if (!adopted || keys[at] !== 'answer') names[names.length] = keys[at]
  return $.joined(names, ', ')
}

/** What the model will see: of a long text only the two ends leave the VM, `kept` characters each. */
function outputs(emit) {
  let kept = 0

  function send(stream, text) {
    if (text.length <= 2 * kept) emit(stream, text, 0, '')
    else emit(stream, $.slice(text, 0, kept), text.length - 2 * kept, $.slice(text, text.length - kept))
  }

  function print(...values) {
    let line = ''
    for (let at = 0; at < values.length; at += 1) {
      const text = inspect(values[at])
      if (at > 0) line += ' '
      if (text.length > 2 * kept) {
        // Joining a long text to others would copy it.
        send('printed', line)
        send('printed', text)
        line = ''
      } else line += text
    }
    send('printed', `${line}\n`)
  }

  return {
    print,
    show: (value) => {
      if (value !== undefined) send('shown', inspect(value))
    },
    keep: (characters) => {
      kept = characters
    },
  }
}

function consoleOf(print) {
  const console = {}
  for (const name of ['log', 'info', 'warn', 'error', 'debug']) console[name] = nativeLooking(print, name)
  return $.freeze(console)
}

function contextOf(context) {
  if (context.type !== 'text')
    return $.freeze({ docs: context.docs ?? 0, length: context.bytes ?? 0, type: context.type })
  const text = new $.$String(context.text)
  $.defineProperty(text, 'docs', { __proto__: null, value: context.docs, enumerable: true })
  $.defineProperty(text, 'type', { __proto__: null, value: 'text', enumerable: true })
  return $.preventExtensions(text) // freezing would walk every character, which cannot change anyway
}
