import { readFileSync } from 'node:fs'
import { parseHTML } from 'linkedom'
import type { Machine } from '../machine.ts'
import type { Measure } from '../measure.ts'
import { drawFigure } from './draw-figure.ts'
import { FIGURES } from './figures.ts'

const STYLE = readFileSync(new URL('page.css', import.meta.url), 'utf8')
/** The page asks for nothing, whatever a measure says. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'"
const SCRIPTED = 'scripted model'

/** One file with every figure and every measure of the suites that ran. */
export function reportPage(suites: ReadonlyMap<string, readonly Measure[]>, machine: Machine): string {
  const { document } = parseHTML('<!doctype html><html lang="en"><head></head><body></body></html>')
  const page = new Page(document)
  document.head.append(
    page.element('meta', { charset: 'utf-8' }),
    page.element('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    page.element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    page.element('title', {}, 'Writ benchmarks'),
    page.element('style', {}, STYLE),
  )
  document.body.append(...page.head(suites, machine))
  for (const [suite, measures] of suites) document.body.append(...page.suite(suite, measures))
  return `<!doctype html>\n${document.documentElement.outerHTML}\n`
}

class Page {
  readonly #document: Document

  constructor(document: Document) {
    this.#document = document
  }

  element(
    tag: string,
    attributes: Readonly<Record<string, string>>,
    ...children: (string | Element)[]
  ): Element {
    const element = this.#document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
    element.append(...children)
    return element
  }

  head(suites: ReadonlyMap<string, readonly Measure[]>, machine: Machine): Element[] {
    const { date, commit, node, processor, cores, memoryBytes, load, guestCode } = machine
    const measures = [...suites.values()].flat()
    const aims = measures.filter(({ target }) => target !== undefined)
    const met = aims.filter((measure) => measure.met === true).length
    const ran = [
      date.toISOString().slice(0, 16).replace('T', ' '),
      ...(commit === null ? [] : [`commit ${commit}`]),
      `Node ${node}`,
      `${processor}, ${cores} cores, ${Math.round(memoryBytes / 2 ** 30)} GiB`,
      `load ${load.toFixed(1)} at the start`,
      `guest code ${guestCode}`,
    ]
    return [
      this.element('h1', {}, 'Writ benchmarks'),
      this.element('p', {}, `${met} of ${aims.length} targets met: ${[...suites.keys()].join(', ')}.`),
      this.element('p', { class: 'soft' }, ran.join(' · ')),
      this.element(
        'p',
        {},
        `All of it was measured with a ${SCRIPTED}: it says what the engine does, and nothing about the accuracy of any model.`,
      ),
    ]
  }

  suite(suite: string, measures: readonly Measure[]): Element[] {
    const points = measures.flatMap((measure) => measure.points ?? [])
    const figures = (FIGURES[suite] ?? []).flatMap((figure) => {
      const drawn = drawFigure(figure, points, this.#document)
      if (drawn === undefined) return []
      const caption = this.element('figcaption', {}, figure.title, ' ', this.element('small', {}, SCRIPTED))
      return [this.element('figure', {}, caption, drawn)]
    })
    const rows = measures.map((measure) => this.#row(measure))
    const names = ['measure', 'figure', 'target', '', 'what else must be known'].map((name) =>
      this.element('th', {}, name),
    )
    return [
      this.element('h2', {}, suite),
      this.element('div', { class: 'figures' }, ...figures),
      this.element(
        'table',
        {},
        this.element('thead', {}, this.element('tr', {}, ...names)),
        this.element('tbody', {}, ...rows),
      ),
    ]
  }

  #row({ task, score, target = '', met, detail }: Measure): Element {
    const verdict = met === undefined ? '' : met ? 'met' : 'not met'
    return this.element(
      'tr',
      {},
      this.element('td', {}, task),
      this.element('td', { class: 'number' }, score.toLocaleString('en-US')),
      this.element('td', {}, target),
      this.element('td', { class: met === false ? 'missed' : 'met' }, verdict),
      this.element('td', { class: 'detail' }, detail),
    )
  }
}
