import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type LabelRule, label, type Price, parseLabel, WritError } from '@writ/contract'
import { z } from 'zod'
import { priceTableSchema } from '../index.ts'

/** The project's configuration, JSON only: code in the directory one asks about would run. */
export const CONFIG_FILE = 'writ.config.json'

const labelText = z.string().refine((text) => parseLabel(text) !== undefined, {
  message: 'is no label; write level[:category,…]',
})

/** What a configuration file may say. Every field is optional. */
export interface Config {
  readonly model?: string | undefined
  readonly subModel?: string | undefined
  readonly baseUrl?: string | undefined
  readonly contextWindow?: number | undefined
  /** USD per million tokens by model id: `{"openai/gpt-5": "1.25/10"}`. */
  readonly prices?: Readonly<Record<string, Price>> | undefined
  readonly policy?: string | undefined
  readonly paths?: readonly string[] | undefined
  readonly corpus?: string | undefined
  /** Label of documents no rule names. */
  readonly label?: string | undefined
  /** Documents are untrusted unless a rule vouches for them. */
  readonly labels?: readonly { glob: string; label: string; trusted?: boolean | undefined }[] | undefined
  readonly user?: string | undefined
  readonly purpose?: string | undefined
}

const schema: z.ZodType<Config, unknown> = z
  .strictObject({
    model: z.string(),
    subModel: z.string(),
    baseUrl: z.string(),
    contextWindow: z.number().int().positive(),
    prices: priceTableSchema,
    policy: z.string(),
    paths: z.array(z.string()),
    corpus: z.string(),
    label: labelText,
    labels: z.array(z.strictObject({ glob: z.string(), label: labelText, trusted: z.boolean().optional() })),
    user: z.string(),
    purpose: z.string(),
  })
  .partial()

/** The configuration of this project over that of this user. Throws `BAD_CONFIG`. */
export function loadConfig(directory: string, environment: NodeJS.ProcessEnv): Config {
  const home = environment.XDG_CONFIG_HOME ?? join(homedir(), '.config')
  return { ...readConfig(join(home, 'writ', 'config.json')), ...readConfig(join(directory, CONFIG_FILE)) }
}

/** Label rules of a configuration. */
export function labelRules(config: Config): LabelRule[] {
  return (config.labels ?? []).map((rule) => {
    const parsed = parseLabel(rule.label) ?? label('secret')
    return { glob: rule.glob, label: label(parsed.level, parsed.categories, rule.trusted !== true) }
  })
}

function readConfig(path: string): Config {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw new WritError('BAD_CONFIG', `${path} cannot be read: ${String(error)}`, { cause: error })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new WritError(
      'BAD_CONFIG',
      `${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new WritError(
    'BAD_CONFIG',
    `${path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'does not fit'}.`,
  )
}
