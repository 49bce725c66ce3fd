import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  type Frame,
  type FrameRole,
  GUEST_NAMES,
  HOST_NAMES,
  isHostName,
  PYTHON_FORMS,
  PYTHON_GUEST_USAGE,
  type ReplName,
  type Tuning,
  USUAL_TUNING,
  whole,
} from '@writ/contract'

type Role = FrameRole | 'leaf' | 'direct' | 'retrieve'

const texts: ReadonlyMap<Role, string> = new Map(
  (['orchestrator', 'worker', 'verifier', 'leaf', 'direct', 'retrieve'] as const).map((role) => [
    role,
    load(role),
  ]),
)

function load(role: Role): string {
  return readFileSync(new URL(`./prompts/${role}.md`, import.meta.url), 'utf8').trim()
}

/** What a prompt says of a language. */
interface LanguageWords {
  readonly name: string
  /** What its blocks are marked with. */
  readonly fence: string
  /** How the calls of the host are made; the words before "variables live on". */
  readonly calls: string
}

const AWAITED = 'Top-level await works, every call below is\nawaited, and'

const LANGUAGES: Readonly<Record<Tuning['language'], LanguageWords>> = {
  javascript: { name: 'JavaScript', fence: 'repl', calls: AWAITED },
  typescript: { name: 'TypeScript', fence: 'ts', calls: AWAITED },
  python: {
    name: 'Python',
    fence: 'repl',
    calls:
      'Every call below gives its result\nat once, without await, rows of results are dicts, the standard library can be imported, and',
  },
}

/** The mark of the blocks that a frame is told to write. */
export function fenceOf({ language }: Tuning): string {
  return LANGUAGES[language].fence
}

/** Frames of one model and role have the same text, and many may be open at once. */
const made = new WeakMap<Tuning, Map<string, string>>()

/**
 * The system text of a role. A frame's text lists the REPL names, and says how to work by the profile of its model; the chunk
 * it may send on is no larger than the model's window.
 */
export function systemPrompt(role: Role, contextWindow: number, tuning: Tuning = USUAL_TUNING): string {
  const known = made.get(tuning) ?? new Map<string, string>()
  made.set(tuning, known)
  const key = `${role} ${contextWindow}`
  const text = known.get(key) ?? systemText(role, contextWindow, tuning)
  known.set(key, text)
  return text
}

function systemText(role: Role, contextWindow: number, tuning: Tuning): string {
  const { language, chunkChars, batchSize } = tuning
  const told = [...HOST_NAMES, ...GUEST_NAMES].filter(({ needs }) => needs === undefined)
  const names = told.flatMap((name) => usageIn(language, name).map((usage) => `- ${usage}`)).join('\n')
  const values: Readonly<Record<string, string>> = {
    names,
    language: LANGUAGES[language].name,
    fence: LANGUAGES[language].fence,
    calls: LANGUAGES[language].calls,
    chunk: whole(Math.min(chunkChars, contextWindow)),
    batch: whole(batchSize),
    hints: hintLines(tuning),
  }
  return (texts.get(role) ?? '').replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '').trim()
}

/** How a language says a name; nothing where it does not have it. */
function usageIn(language: Tuning['language'], { name, usage }: ReplName): readonly string[] {
  if (language !== 'python') return [usage]
  const said = isHostName(name) ? PYTHON_FORMS[name].usage : PYTHON_GUEST_USAGE[name]
  return said === undefined ? [] : [said]
}

function hintLines({ fanOut, hints }: Tuning): string {
  const ceiling =
    fanOut === null
      ? []
      : [`You may ask for ${whole(fanOut)} sub-calls and child frames in all; what goes beyond is refused.`]
  return [...ceiling, ...hints].map((line) => `- ${line}`).join('\n')
}

/** What a frame is told of the packages that its cells can import; nothing when there are none. */
export function packagesPrompt({ packages }: Pick<Frame, 'packages'>): string {
  if (packages.length === 0) return ''
  const known = packages.map(
    ({ name, version, imports }) =>
      `${name} ${version} (${imports.map((module) => `import ${module}`).join(', ')})`,
  )
  return `Installed packages that cells can import: ${known.join('; ')}.`
}

/** What a frame is told of the scripts that it may run by name; nothing when there are none. */
export function scriptsPrompt({ scripts, tuning }: Pick<Frame, 'scripts' | 'tuning'>): string {
  if (scripts.length === 0) return ''
  const usage = HOST_NAMES.filter(({ needs }) => needs === 'scripts').flatMap((name) =>
    usageIn(tuning.language, name),
  )
  const known = scripts.map(({ name, description }) =>
    description === null ? name : `${name} (${description})`,
  )
  return `Scripts that a person wrote for questions like this: ${known.join('; ')}. ${usage.join('; ')}.`
}

/** Digest of every prompt: part of what shapes a frame. */
export const promptDigest: string = createHash('sha256')
  .update(JSON.stringify([...texts, HOST_NAMES, GUEST_NAMES, LANGUAGES, PYTHON_FORMS, PYTHON_GUEST_USAGE]))
  .digest('hex')
