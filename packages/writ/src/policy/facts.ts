import { CONFINEMENT_LEVELS, type Confinement, defined, LEVELS, type Level } from '@writ/contract'
import { z } from 'zod'
import { BundleFault } from './bundle-fault.ts'
import type { SourceFile } from './source-file.ts'
import type { Vocabulary } from './vocabulary.ts'

/** The key of the user who started the process, whatever the name. */
export const OS_USER = '$os'

/** The sink a run releases to when it answers on the terminal. */
const TERMINAL = 'terminal'

/** What the operator says of a model, by id or by where it runs. */
export interface ModelEntry {
  maxLevel: Level
  categories: string[]
  jurisdiction: string
  onPrem: boolean
  retention: boolean
  approved: boolean
}

/** Everything the operator says about users, profiles, models, sinks, collections and confinement; what `facts.json` holds in full. */
export interface Facts {
  users: Record<string, { clearance: Level; active: boolean; purposes: string[] }>
  profiles: Record<string, { maxDepth: number; mayEgress: boolean }>
  models: {
    defaults: { builtin: ModelEntry; loopback: ModelEntry; remote: ModelEntry }
    byId: Record<string, ModelEntry>
  }
  sinks: Record<string, { maxLevel: Level; categories: string[]; external: boolean }>
  /** What frames write into, by name; a bundle from before there was any has none. */
  collections?: Record<string, { maxLevel: Level; categories: string[] }>
  /** The weakest confinement of guest code that is permitted; full confinement when absent. */
  confinement?: Confinement['level']
}

const level = z.enum(LEVELS)
const words = z.array(z.string())
const user = z.strictObject({ clearance: level, active: z.boolean(), purposes: words })
const profile = z.strictObject({ maxDepth: z.int().nonnegative(), mayEgress: z.boolean() })
const sink = z.strictObject({ maxLevel: level, categories: words, external: z.boolean() })
const collection = z.strictObject({ maxLevel: level, categories: words })
const model = z.strictObject({
  maxLevel: level,
  categories: words,
  jurisdiction: z.string(),
  onPrem: z.boolean(),
  retention: z.boolean(),
  approved: z.boolean(),
})
const factsFile = z.strictObject({
  users: z.record(z.string(), user),
  profiles: z.record(z.string(), profile),
  models: z.strictObject({
    defaults: z.strictObject({ builtin: model, loopback: model, remote: model }),
    byId: z.record(z.string(), model),
  }),
  sinks: z.record(z.string(), sink),
  collections: z.record(z.string(), collection).exactOptional(),
  confinement: z.enum(CONFINEMENT_LEVELS).exactOptional(),
})
const writtenFacts = factsFile
  .extend({
    models: z
      .strictObject({
        defaults: factsFile.shape.models.shape.defaults.partial(),
        byId: factsFile.shape.models.shape.byId,
      })
      .partial(),
  })
  .partial()

type WrittenFacts = z.infer<typeof writtenFacts>

/** The facts of the built-in bundle. Throws a `BundleFault`. */
export function completeFacts(file: SourceFile): Facts {
  return parse(file, factsFile)
}

/**
 * The facts in force: what a bundle's own `facts.json` says, and for each part it leaves out the built-in facts put in
 * the words of the bundle's schema. What confinement is permitted is never taken from the built-in facts. Throws a
 * `BundleFault` for anything malformed or unknown to the schema.
 */
export function effectiveFacts(builtIn: Facts, file: SourceFile | undefined, vocabulary: Vocabulary): Facts {
  const written: WrittenFacts = file === undefined ? {} : parse(file, writtenFacts)
  const defaults = adapted(builtIn, vocabulary)
  const users = written.users ?? defaults.users
  const models = written.models ?? {}
  const facts: Facts = {
    users,
    profiles: written.profiles ?? defaults.profiles,
    models: {
      defaults: {
        builtin: models.defaults?.builtin ?? defaults.models.defaults.builtin,
        loopback: models.defaults?.loopback ?? defaults.models.defaults.loopback,
        remote: models.defaults?.remote ?? defaults.models.defaults.remote,
      },
      byId: models.byId ?? defaults.models.byId,
    },
    sinks: written.sinks ?? terminalFor(users, defaults.sinks),
    ...defined({
      collections: written.collections ?? defaults.collections,
      confinement: written.confinement,
    }),
  }
  checkWords(facts, vocabulary, file?.name ?? 'facts.json')
  return facts
}

/** The file that says exactly these facts. */
export function factsText(facts: Facts): string {
  return `${JSON.stringify(facts, null, 2)}\n`
}

function parse<T>(file: SourceFile, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(file.text)
  } catch (cause) {
    throw new BundleFault(file.name, `not JSON: ${String(cause)}`, null, cause)
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const path = issue?.path.join('.') ?? ''
  throw new BundleFault(
    file.name,
    `${path === '' ? '' : `${path}: `}${issue?.message ?? 'malformed'}`,
    null,
    result.error,
  )
}

/** The built-in facts with every purpose and category of another schema in place of the built-in ones. */
function adapted(builtIn: Facts, { purposes, categories }: Vocabulary): Facts {
  const widened = (entry: ModelEntry): ModelEntry => ({ ...entry, categories: [...categories] })
  const { defaults, byId } = builtIn.models
  return {
    ...builtIn,
    users: mapValues(builtIn.users, (entry) => ({ ...entry, purposes: [...purposes] })),
    models: {
      defaults: {
        builtin: widened(defaults.builtin),
        loopback: widened(defaults.loopback),
        remote: widened(defaults.remote),
      },
      byId: mapValues(byId, widened),
    },
    sinks: mapValues(builtIn.sinks, (entry) => ({ ...entry, categories: [...categories] })),
    collections: mapValues(builtIn.collections ?? {}, (entry) => ({ ...entry, categories: [...categories] })),
  }
}

/** The terminal shows what the person in front of it is cleared for. */
function terminalFor(users: Facts['users'], sinks: Facts['sinks']): Facts['sinks'] {
  const clearance: Level | undefined = users[OS_USER]?.clearance
  return mapValues(sinks, (entry, id) =>
    id === TERMINAL && clearance !== undefined ? { ...entry, maxLevel: clearance } : entry,
  )
}

/** INVARIANT: facts in force use only words of the schema; Cedar would refuse every question that holds another. */
export function checkWords(facts: Facts, vocabulary: Vocabulary, file: string): void {
  const check = (path: string, used: readonly string[], known: readonly string[]): void => {
    const unknown = used.find((word) => !known.includes(word))
    if (unknown === undefined) return
    throw new BundleFault(
      file,
      `${path}: the schema has no ${JSON.stringify(unknown)}, only ${known.join(', ')}`,
    )
  }
  for (const [id, { purposes }] of Object.entries(facts.users)) {
    check(`users.${id}.purposes`, purposes, vocabulary.purposes)
  }
  for (const [id, { categories }] of Object.entries(facts.sinks)) {
    check(`sinks.${id}.categories`, categories, vocabulary.categories)
  }
  for (const [id, { categories }] of Object.entries(facts.collections ?? {})) {
    check(`collections.${id}.categories`, categories, vocabulary.categories)
  }
  for (const [group, models] of Object.entries(facts.models)) {
    for (const [id, { categories, jurisdiction }] of Object.entries(models)) {
      check(`models.${group}.${id}.categories`, categories, vocabulary.categories)
      check(`models.${group}.${id}.jurisdiction`, [jurisdiction], vocabulary.jurisdictions)
    }
  }
}

function mapValues<T>(
  record: Readonly<Record<string, T>>,
  change: (value: T, key: string) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]))
}
