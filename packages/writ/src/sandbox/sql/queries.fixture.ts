import { setImmediate } from 'node:timers/promises'
import type { QueryTable, TableColumn, TableRow } from '@writ/contract'
import { startChild } from '../start-child.ts'
import { ConfinedQueries } from './confined-queries.ts'

/** A table that is made of its rows as they would stand in a file, a line each. */
export function queryTable(
  as: string,
  columns: readonly TableColumn[],
  lines: readonly string[],
): QueryTable {
  let at = 0
  const rows = lines.map((line): TableRow => {
    const start = at
    at += line.length + 1
    return { start, end: at - 1, cells: line.split(',').map((cell) => (cell === '' ? null : cell)) }
  })
  return { as, doc: `${as}.csv`, columns, key: as, rows: () => Promise.resolve({ rows, next: null }) }
}

export const SALES: QueryTable = queryTable(
  'sales',
  [
    { name: 'region', type: 'text' },
    { name: 'amount', type: 'decimal', digits: [4, 2] },
    { name: 'day', type: 'date' },
    { name: 'paid', type: 'boolean' },
    { name: 'pieces', type: 'integer' },
  ],
  ['EMEA,10.5,2024-01-31,true,3', 'APAC,-0.25,2024-02-29,false,999999999999999999', ',,,,'],
)

type Start = ConstructorParameters<typeof ConfinedQueries>[0]

/** Queries behind the strongest wall there is, and how strong that is. */
export async function confinedQueries(): Promise<{
  queries: ConfinedQueries
  level: string
  /** Ends the process that answers, as if it had died. */
  endChild: () => Promise<void>
}> {
  const started = await startChild()
  started.child.kill()
  let newest: { kill(): void; readonly gone: string | undefined } | undefined
  const queries = new ConfinedQueries((program) => {
    const child: ReturnType<Start> = started.beside(program)
    newest = child
    return child
  })
  const endChild = async (): Promise<void> => {
    newest?.kill()
    while (newest?.gone === undefined) await setImmediate()
  }
  return { queries, level: started.level, endChild }
}
