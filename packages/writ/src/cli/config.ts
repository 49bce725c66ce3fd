import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import {
  DEFAULT_LIMITS,
  joinLabels,
  type Label,
  type LabelRule,
  type Limits,
  label,
  type Price,
  parseLabel,
  WritError,
} from '@writ/contract'
import { z } from 'zod'
import {
  type ModelTable,
  modelTableSchema,
  type ProfileTable,
  priceTableSchema,
  profileTableSchema,
  RETENTION_CLASS,
} from '../index.ts'
import { configured, limitsSchema, tightened } from './config-limits.ts'
import type { ModelNames } from './model-names.ts'

/** The project's configuration, JSON only: code in the directory one asks about would run. */
export const CONFIG_FILE = 'writ.config.json'

/** A hundred years. */
const MOST_DAYS = 36_500

/** The environment variable with the key for a host; null for a host that gets none. */
export interface KeyBinding {
  readonly env: string | null
  readonly host: string
}

/** What the user and the project together configure. */
export interface Config {
  /** Of several, the next is asked where policy denies one or it refuses for good. */
  readonly model?: ModelNames | undefined
  readonly subModel?: ModelNames | undefined
  /** Of the frame that checks claims. */
  readonly verifierModel?: ModelNames | undefined
  readonly baseUrl?: string | undefined
  readonly keys?: readonly KeyBinding[] | undefined
  readonly contextWindow?: number | undefined
  /** USD per million tokens by model id: `{"openai/gpt-5": "1.25/10"}`. */
  readonly prices?: Readonly<Record<string, Price>> | undefined
  /** What is known of models, by id: dated prices, windows, rates. */
  readonly models?: ModelTable | undefined
  /** How frames of models are told to work, by id or pattern. */
  readonly profiles?: ProfileTable | undefined
  readonly policy?: string | undefined
  /** Directory of wheels that cells of Python can import. */
  readonly pythonPackages?: string | undefined
  readonly paths?: readonly string[] | undefined
  /** The directory `paths` must stay in: that of the project file which names them. */
  readonly pathsWithin?: string | undefined
  readonly corpus?: string | undefined
  /** Label of documents no rule names. */
  readonly label?: Label | undefined
  /** Rules of the user decide; those of the project only raise. */
  readonly labels: readonly LabelRule[]
  /** Limits that no flag sets. */
  readonly limits: Limits
  /** Globs of files to read although they hold secrets. */
  readonly includeSecret?: readonly string[] | undefined
  /** Days until runs of a class may be erased, by class. */
  readonly retention?: Readonly<Record<string, number>> | undefined
  /** A terminal is asked before a run that could cost more. */
  readonly confirmAboveMicroUsd?: number | undefined
  readonly user?: string | undefined
  readonly purpose?: string | undefined
  /** Witnesses an answer waits for, and how many of them. */
  readonly witnesses?: readonly string[] | undefined
  readonly witnessQuorum?: number | undefined
}

const hostText = z
  .string()
  .refine((text) => ['http', 'https'].some((scheme) => URL.parse(`${scheme}://${text}`)?.host === text), {
    error: 'is no host; write it as in a URL, in lower case, with its port if it has one',
  })

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
  error: 'is no name of an environment variable; never write a key here',
})

const labelText = z.string().transform((text, context) => {
  const parsed = parseLabel(text)
  if (parsed !== undefined) return parsed
  context.addIssue({ code: 'custom', message: 'is no label; write level[:category,…]' })
  return z.NEVER
})

const modelIds = z.union([z.string(), z.array(z.string().min(1)).min(1)])

/** What either file may set. */
const common = {
  paths: z.array(z.string()),
  corpus: z.string(),
  label: labelText,
  limits: limitsSchema,
}
const rule = { glob: z.string(), label: labelText }

/** What only the user may say: which model, at what price, reached where and with which key; who asks, and what to trust. */
const ofUser = {
  model: modelIds,
  subModel: modelIds,
  verifierModel: modelIds,
  baseUrl: z.string(),
  keys: z.array(z.strictObject({ env: variableName.nullable(), host: hostText })),
  contextWindow: z.number().int().positive(),
  prices: priceTableSchema,
  models: modelTableSchema,
  profiles: profileTableSchema,
  policy: z.string(),
  pythonPackages: z.string(),
  includeSecret: z.array(z.string()),
  retention: z.record(z.string().regex(RETENTION_CLASS), z.number().int().min(1).max(MOST_DAYS)),
  confirmAboveUsd: z.number().min(0).max(1e9),
  user: z.string(),
  purpose: z.string(),
  witnesses: z.array(z.url()),
  witnessQuorum: z.number().int().positive(),
}

/** The flag that says the same for one command. */
const FLAGS: Readonly<Record<keyof typeof ofUser, string>> = {
  model: ' or give --model',
  subModel: ' or give --sub-model',
  verifierModel: ' or give --verifier-model',
  baseUrl: ' or give --base-url',
  keys: ' or give --key-env',
  contextWindow: ' or give --context-window',
  prices: ' or give --price',
  models: '',
  profiles: '',
  policy: ' or give --policy',
  pythonPackages: ' or give --python-packages',
  includeSecret: ' or give --include-secret',
  retention: '',
  confirmAboveUsd: ' or give --yes',
  user: ' or give --as',
  purpose: ' or give --purpose',
  witnesses: ' or give --witness',
  witnessQuorum: ' or give --witness-quorum',
}

const userSchema = z
  .strictObject({
    ...common,
    ...ofUser,
    /** Documents are untrusted unless a rule vouches for them. */
    labels: z.array(z.strictObject({ ...rule, trusted: z.boolean().optional() })),
  })
  .partial()

/** A project file comes with the directory one asks about: it may only tighten. */
const projectSchema = z
  .strictObject({
    ...common,
    ...refusals(),
    labels: z.array(
      z.strictObject({ ...rule, trusted: z.literal(false, { error: onlyOfUser('') }).optional() }),
    ),
  })
  .partial()

function refusals(): Record<keyof typeof ofUser, z.ZodNever> {
  const refused = Object.entries(FLAGS).map(([key, flag]) => [key, z.never({ error: onlyOfUser(flag) })])
  return Object.fromEntries(refused) as Record<keyof typeof ofUser, z.ZodNever>
}

function onlyOfUser(flag: string): string {
  const place = '$XDG_CONFIG_HOME/writ/config.json, else ~/.config/writ/config.json'
  return `cannot be set by a project file; put it in the user configuration (${place})${flag}`
}

/**
 * What the user configured, tightened by the project in this directory: limits can only fall, labels only rise. Throws
 * `BAD_CONFIG`.
 */
export function loadConfig(directory: string, environment: NodeJS.ProcessEnv): Config {
  const userFile = userConfigPath(environment)
  const { labels: rules = [], confirmAboveUsd, ...user } = readConfig(userFile, userSchema)
  const project = readConfig(join(directory, CONFIG_FILE), projectSchema)
  const { labels: claims = [] } = project
  return {
    ...user,
    paths: project.paths ?? user.paths,
    corpus: project.corpus ?? user.corpus,
    confirmAboveMicroUsd: confirmAboveUsd === undefined ? undefined : Math.floor(confirmAboveUsd * 1e6),
    policy: user.policy === undefined ? undefined : resolve(dirname(userFile), user.policy),
    pythonPackages:
      user.pythonPackages === undefined ? undefined : resolve(dirname(userFile), user.pythonPackages),
    pathsWithin: project.paths === undefined ? undefined : directory,
    limits: tightened(configured(DEFAULT_LIMITS, user.limits ?? {}), project.limits ?? {}),
    label: defaultLabel(user.label, project.label),
    labels: [
      ...rules.map(({ glob, label: value, trusted }) => ({ glob, label: trust(value, trusted === true) })),
      ...claims.map(({ glob, label: value, trusted }) => {
        return { glob, label: trust(value, trusted !== false), raises: true }
      }),
    ],
  }
}

/** Never below the working directory: variables that are not absolute paths are ignored, as XDG asks. */
export function userConfigPath({ XDG_CONFIG_HOME: given = '' }: NodeJS.ProcessEnv): string {
  const home = isAbsolute(given) ? given : join(resolve('/', homedir()), '.config')
  return join(home, 'writ', 'config.json')
}

function defaultLabel(ofUser: Label | undefined, ofProject: Label | undefined): Label | undefined {
  if (ofProject === undefined) return ofUser && trust(ofUser, false)
  return trust(joinLabels(ofUser ?? label('internal'), ofProject), false)
}

function trust(value: Label, trusted: boolean): Label {
  return { ...value, untrusted: !trusted }
}

/** Throws `BAD_CONFIG` for a file that is no user configuration. */
export function checkUserConfig(path: string): void {
  readConfig(path, userSchema)
}

/** What a file says; nothing when it is not there. */
function readConfig<T>(path: string, schema: z.ZodType<T>): T | Record<string, never> {
  const text = readText(path)
  if (text === undefined) return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new WritError('BAD_CONFIG', `${path} is not JSON.`, { cause })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue === undefined || issue.path.length === 0 ? '' : ` ${issue.path.join('.')}`
  throw new WritError('BAD_CONFIG', `${path}:${place} ${issue?.message ?? 'does not fit'}.`)
}

function readText(path: string): string | undefined {
  try {
    if (statSync(path).isFile()) return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new WritError(
      'BAD_CONFIG',
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
  throw new WritError('BAD_CONFIG', `${path} is not a regular file.`)
}
