import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { WritError } from '@writ/contract'
import { checkUserConfig, type KeyBinding, userConfigPath } from './config.ts'

/** What a user configuration says about models, as it is written. */
export interface ModelSettings {
  readonly model: string
  readonly baseUrl?: string
  readonly contextWindow?: number
  readonly prices?: Readonly<Record<string, string>>
  readonly keys?: readonly KeyBinding[]
}

/** The user's configuration file: where it is, and what it says. */
export interface UserFile {
  readonly path: string
  readonly settings: Readonly<Record<string, unknown>>
}

/** What belongs to the model that is configured, and goes with it. */
const OF_MODEL: ReadonlySet<string> = new Set([
  'model',
  'subModel',
  'verifierModel',
  'baseUrl',
  'contextWindow',
  'prices',
  'keys',
])

/** Reads the user's configuration as it is written. Throws `BAD_CONFIG` for one that no command would take. */
export function readUserFile(environment: NodeJS.ProcessEnv): UserFile {
  const path = userConfigPath(environment)
  if (!existsSync(path)) return { path, settings: {} }
  checkUserConfig(path)
  return { path, settings: JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown> }
}

/** The settings with another model in place of the old one. Prices and keys of others stay, and so does all else. */
export function withModel(
  before: Readonly<Record<string, unknown>>,
  { prices = {}, keys = [], ...model }: ModelSettings,
): Record<string, unknown> {
  const kept = Object.entries(before).filter(([name]) => !OF_MODEL.has(name))
  const bound = (before.keys ?? []) as readonly KeyBinding[]
  const others = bound.filter(({ host }) => !keys.some((key) => key.host === host))
  const allKeys = [...others, ...keys]
  const allPrices = { ...(before.prices as object | undefined), ...prices }
  return {
    ...model,
    ...(Object.keys(allPrices).length === 0 ? {} : { prices: allPrices }),
    ...(allKeys.length === 0 ? {} : { keys: allKeys }),
    ...Object.fromEntries(kept),
  }
}

/** Writes the user's configuration whole or not at all, for its owner only. Throws `CONFIG_UNWRITABLE`. */
export function writeUserFile({ path, settings }: UserFile): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // A link stays one: configurations are often kept elsewhere.
    const target = existsSync(path) ? realpathSync(path) : path
    const unfinished = `${target}.${randomUUID()}.tmp`
    try {
      writeFileSync(unfinished, `${JSON.stringify(settings, null, 2)}\n`, {
        mode: 0o600,
        flag: 'wx',
        flush: true,
      })
      checkUserConfig(unfinished)
      renameSync(unfinished, target)
    } finally {
      rmSync(unfinished, { force: true })
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new WritError('CONFIG_UNWRITABLE', `The configuration ${path} cannot be written: ${why}`, { cause })
  }
}
