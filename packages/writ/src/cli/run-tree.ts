import { type Amount, counted, formatLabel, NOTHING, type Outcome, type RunEvent } from '@writ/contract'
import { cutToWidth } from './display-width.ts'
import { printableLine } from './printable.ts'

interface Node {
  readonly lane: string
  readonly goal: string
  readonly model: string
  readonly children: Node[]
  outcome: Outcome | 'running'
  turns: number
  steps: number
  denied: number
  last: string
  label: string
  charged: Amount
}

/** Children shown of one frame; the rest are counted. */
const SHOWN_CHILDREN = 12

/** The recursion tree of a run, grown from its events and drawn as lines. */
export class RunTree {
  readonly #nodes = new Map<string, Node>()
  #root: Node | undefined

  add(event: RunEvent): void {
    if (event.type === 'frame.open') this.#open(event)
    if (!('lane' in event)) return
    const node = this.#nodes.get(event.lane)
    if (node === undefined) return
    if (event.type === 'decision' && event.verdict !== 'allow') node.denied += 1
    if (event.type === 'step') {
      node.steps += 1
      if (event.kind === 'model.call' && event.op === 'turn') node.turns += 1
      node.last = event.detail === '' ? event.op : `${event.op}: ${event.detail}`
    }
    if (event.type === 'frame.close') {
      node.outcome = event.outcome
      node.turns = event.turns
      node.label = formatLabel(event.label)
      node.charged = event.charged
    }
  }

  /** The tree as lines of at most `width` columns. */
  lines(width: number): string[] {
    return this.#root === undefined
      ? []
      : draw(this.#root, '', '').map((line) => cutToWidth(printableLine(line), width))
  }

  #open(event: Extract<RunEvent, { type: 'frame.open' }>): void {
    const node: Node = {
      lane: event.lane,
      goal: event.goal,
      model: event.model,
      children: [],
      outcome: 'running',
      turns: 0,
      steps: 0,
      denied: 0,
      last: '',
      label: '',
      charged: NOTHING,
    }
    this.#nodes.set(event.lane, node)
    const parent = event.parent === null ? undefined : this.#nodes.get(event.parent)
    if (parent === undefined) this.#root = node
    else parent.children.push(node)
  }
}

function draw(node: Node, lead: string, indent: string): string[] {
  const shown = node.children.slice(0, SHOWN_CHILDREN)
  const hidden = node.children.length - shown.length
  const lines = [lead + describe(node)]
  for (const [index, child] of shown.entries()) {
    const last = index === shown.length - 1 && hidden === 0
    lines.push(...draw(child, `${indent}${last ? '└─ ' : '├─ '}`, `${indent}${last ? '   ' : '│  '}`))
  }
  if (hidden > 0) {
    const done = node.children.slice(SHOWN_CHILDREN).filter((child) => child.outcome !== 'running').length
    lines.push(`${indent}└─ … ${counted(hidden, 'more frame')}, ${done} of them done`)
  }
  return lines
}

function describe(node: Node): string {
  const mark = node.outcome === 'running' ? '●' : node.outcome === 'ok' ? '✓' : '✗'
  const facts = [counted(node.turns, 'turn'), counted(node.steps, 'step')]
  if (node.denied > 0) facts.push(`${node.denied} denied`)
  if (node.label !== '') facts.push(node.label)
  if (node.outcome === 'running' && node.last !== '') facts.push(node.last)
  else if (node.outcome !== 'running' && node.outcome !== 'ok') facts.push(node.outcome)
  return `${mark} frame ${node.lane}  ${facts.join(' · ')}  “${oneLine(node.goal)}”`
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
