import type { GuestError } from '@writ/contract'
import type { Cell, Place } from './cell-source.ts'

/** What the prelude says of a thrown value. */
export interface Thrown {
  readonly name: string
  readonly message: string
  readonly stack: string
  readonly data?: string
}

const MAX_LINE = 200
const MAX_CALLERS = 5

/** The name the engine reports for the code of a cell, counted from 1 over the cells the VM keeps. */
export const cellName = (ordinal: number): string => `cell ${ordinal}`

/** An error of the cell `ordinal` as the model sees it: message, line, column, source line and who called. */
export function cellError(thrown: Thrown, cell: Cell, ordinal: number): GuestError {
  const frames = framesOf(thrown.stack)
  const own = frames.findIndex((frame) => frame.cell === ordinal)
  const frame = frames[own]
  if (frame === undefined)
    return guestError(thrown, frames.slice(0, MAX_CALLERS).map(earlierLine).join('\n'), undefined)
  const place = cell.locate(frame.line, frame.column)
  const inner = frames.slice(0, own).slice(0, MAX_CALLERS).map(earlierLine)
  const callers = frames.slice(own + 1, own + 1 + MAX_CALLERS).map((caller) => callerLine(caller, ordinal))
  return guestError(thrown, [...inner, placeText(place), ...callers].join('\n'), place)
}

/** An error at a place of the cell that did not come from a thrown value. */
export function placedError(name: string, message: string, place: Place): GuestError {
  return guestError({ name, message, stack: '' }, placeText(place), place)
}

function guestError(thrown: Thrown, where: string, place: Place | undefined): GuestError {
  const message = where === '' ? thrown.message : `${thrown.message}\n${where}`
  const data = { ...ownData(thrown.data), ...(place && { line: place.line, column: place.column }) }
  if (Object.keys(data).length === 0) return { name: thrown.name, message }
  return { name: thrown.name, message, dataJson: JSON.stringify(data) }
}

function ownData(json: string | undefined): object {
  const data: unknown = json === undefined ? {} : JSON.parse(json)
  return typeof data === 'object' && data !== null ? data : {}
}

interface Frame {
  readonly callee: string
  readonly cell: number
  readonly line: number
  readonly column: number
}

/** The frames of a stack that lie in cells; those of the engine and the prelude are left out. */
function framesOf(stack: string): Frame[] {
  const frames: Frame[] = []
  for (const match of stack.matchAll(/^ +at (?:(.*) \()?cell (\d+):(\d+):(\d+)\)?$/gm))
    frames.push({
      callee: match[1] ?? '',
      cell: Number(match[2]),
      line: Number(match[3]),
      column: Number(match[4]),
    })
  return frames
}

function placeText({ line, column, text }: Place): string {
  const from = Math.max(0, Math.min(column - 1 - MAX_LINE / 2, text.length - MAX_LINE))
  const part = text.slice(from, from + MAX_LINE)
  return `  at line ${line}, column ${column}:\n    ${part}\n    ${' '.repeat(Math.max(0, column - 1 - from))}^`
}

const callee = ({ callee: name }: Frame): string => (name === '' || name === '<eval>' ? '' : ` (in ${name})`)

const earlierLine = (frame: Frame): string => `  at line ${frame.line} of an earlier cell${callee(frame)}`

const callerLine = (frame: Frame, ordinal: number): string =>
  frame.cell === ordinal ? `  called at line ${frame.line}${callee(frame)}` : earlierLine(frame)
