import * as Plot from '@observablehq/plot'
import { median, type Point, type Quantity } from '../measure.ts'
import type { Figure } from './figures.ts'
import { AXES, type Axis } from './quantities.ts'

const SIZE = { width: 640, height: 400, marginLeft: 76, marginRight: 28, marginTop: 32, marginBottom: 52 }
/** The colours of the series are in the style of the page, which has a light and a dark one of each. */
const COLORS = Array.from({ length: 10 }, (_, n) => `var(--series-${n + 1})`)
/** A log scale of values that hardly differ says less than one from zero. */
const LEAST_SPREAD = 4

/** A point that has both quantities of a figure. */
interface Drawn {
  readonly series: string
  readonly group: string
  readonly x: number
  readonly y: number
  readonly says: string
}

/** The figure in SVG, or undefined when none of the points belongs to it. */
export function drawFigure(
  { x, y, line }: Figure,
  points: readonly Point[],
  document: Document,
): Element | undefined {
  const drawn = points.flatMap((point, n) => drawnOf(point, n, x, y))
  if (drawn.length === 0) return undefined
  const [across, up] = [
    scaleOf(
      AXES[x],
      drawn.map((one) => one.x),
    ),
    scaleOf(
      AXES[y],
      drawn.map((one) => one.y),
    ),
  ]
  const series = [...new Set(drawn.map((one) => one.series))]
  const channels = { x: 'x', y: 'y', stroke: 'series' } as const
  return Plot.plot({
    ...SIZE,
    document,
    style: { fontSize: '13px', background: 'transparent', overflow: 'visible' },
    x: { ...across, labelAnchor: 'center', labelArrow: 'none', grid: true },
    y: { ...up, labelAnchor: 'top', labelArrow: 'none', grid: true },
    color: { domain: series, range: COLORS, legend: false },
    symbol: { domain: series, legend: series.length > 1 },
    marks: [
      ...lineMarks(line, drawn, AXES[y]),
      Plot.line(medians(drawn), { ...channels, z: 'series', strokeWidth: 1.75 }),
      Plot.dot(drawn, { ...channels, symbol: 'series', r: 3.5, strokeWidth: 1.5, title: 'says' }),
    ],
  })
}

function drawnOf(point: Point, n: number, x: Quantity, y: Quantity): Drawn[] {
  const [across, up] = [point[x], point[y]]
  if (across === undefined || up === undefined) return []
  const { series, group = String(n) } = point
  const said = [x, y].map(
    (quantity) => `${AXES[quantity].label}: ${AXES[quantity].tick(point[quantity] ?? 0)}`,
  )
  return [{ series, group, x: across, y: up, says: [series, ...said].join('\n') }]
}

function scaleOf({ label, scale, tick }: Axis, values: readonly number[]): Plot.ScaleOptions {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const log = scale === 'log' && least > 0 && most >= LEAST_SPREAD * least
  return log
    ? { type: 'log', label: `${label}, log scale`, tickFormat: tick, nice: true, ticks: 6 }
    : { type: 'linear', label, tickFormat: tick, zero: true, nice: true, ticks: 6 }
}

/** The median of each group of a series, from left to right. */
function medians(drawn: readonly Drawn[]): readonly Pick<Drawn, 'series' | 'x' | 'y'>[] {
  const groups = Map.groupBy(drawn, ({ series, group }) => JSON.stringify([series, group]))
  return [...groups.values()]
    .map((group) => ({
      series: group[0]?.series ?? '',
      x: median(group.map((one) => one.x)),
      y: median(group.map((one) => one.y)),
    }))
    .sort((a, b) => a.x - b.x)
}

function lineMarks(line: Figure['line'], drawn: readonly Drawn[], up: Axis): Plot.Markish[] {
  if (line === undefined) return []
  const dashed = { stroke: 'currentColor', strokeOpacity: 0.6, strokeDasharray: '5 4' }
  if (line.at === 'diagonal') {
    const ends = [Math.min(...drawn.map(({ x }) => x)), Math.max(...drawn.map(({ x }) => x))]
    const label = { text: () => line.text, textAnchor: 'start', dx: 22, dy: 14, fillOpacity: 0.75 } as const
    return [
      Plot.line(
        ends.map((end) => ({ x: end, y: end })),
        { x: 'x', y: 'y', ...dashed },
      ),
      Plot.text(
        ends.slice(0, 1).map((end) => ({ x: end, y: end })),
        { x: 'x', y: 'y', ...label },
      ),
    ]
  }
  return [
    Plot.ruleY([line.at], { ...dashed, title: () => up.tick(Number(line.at)) }),
    Plot.text([line.at], {
      y: (at: number) => at,
      text: () => line.text,
      frameAnchor: 'left',
      dx: 8,
      dy: -8,
      textAnchor: 'start',
      fillOpacity: 0.75,
    }),
  ]
}
