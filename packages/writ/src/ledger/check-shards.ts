import { prepareHome } from './home.ts'
import { openForReading, shardPaths } from './shard.ts'
import { asDamage, requireWhole } from './shard-health.ts'

/**
 * Reads every page of every shard of a home and gives their number. Throws `LEDGER_DAMAGED` for the first that is damaged.
 * Takes as long as reading the files does, and blocks meanwhile.
 */
export function checkShards(home: string): number {
  const paths = shardPaths(prepareHome(home).ledger)
  for (const path of paths) {
    const db = openForReading(path)
    try {
      if (db !== undefined) requireWhole(db, path)
    } catch (error) {
      throw asDamage(path, error)
    } finally {
      db?.close()
    }
  }
  return paths.length
}
