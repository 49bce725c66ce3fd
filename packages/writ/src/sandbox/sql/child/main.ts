import { Socket } from 'node:net'
import { filterOwnCalls } from '../../../confinement/own-filter.ts'
import { WIRE_FD, Wire } from '../../../confinement/wire.ts'
import type { FromSql, ToSql } from '../messages.ts'
import { Database } from './database.ts'
import { QueryFailed } from './query-failed.ts'

// The confined child process that answers queries, one at a time. It ends with its parent.

// DuckDB is native code: it is loaded before the filter stands, and hears nothing before it does.
const database = Database.open()
await database.catch(() => undefined) // whoever asks is told
filterOwnCalls()

const socket = new Socket({ fd: WIRE_FD, readable: true, writable: true })
const wire = new Wire(socket, {
  onMessage: (value) => void answer(value as ToSql),
  onBroken: () => process.exit(1),
})
socket.on('close', () => process.exit(0))

async function answer(order: ToSql): Promise<void> {
  const { id } = order
  const say = (reply: FromSql): void => wire.send(reply)
  try {
    say(await done(order))
  } catch (error) {
    const { code, message } = QueryFailed.of(error)
    say({ id, type: 'failed', code, message })
  }
}

async function done(order: ToSql): Promise<FromSql> {
  const { id } = order
  const { begin, names, rows, run } = await database
  switch (order.type) {
    case 'names':
      return { id, type: 'names', ...(await names(order.query)) }
    case 'begin':
      await begin(order.tables, order.spans)
      return { id, type: 'done' }
    case 'rows':
      await rows(order.table, order.rows)
      return { id, type: 'done' }
    case 'run':
      return { id, type: 'result', ...(await run(order.query, order.limit)) }
  }
}
