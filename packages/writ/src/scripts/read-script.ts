import { createHash } from 'node:crypto'
import { type CellCode, type Json, toWritError } from '@writ/contract'
import type { Expression, Program } from 'acorn'
import { z } from 'zod'
import { parseCell, parseModule } from '../sandbox/worker/cell-parser.ts'
import { readSchema } from '../schema/index.ts'
import { NoLiteral, readLiteral } from './read-literal.ts'
import { Source } from './script-source.ts'

const EXPORT = 'export'

/** What a script says of itself. */
export interface ScriptMeta {
  readonly name: string
  readonly description?: string | undefined
  /** Questions that it answers, where a run has it in reach; `{member}` stands for a text of its input. */
  readonly answers?: readonly string[] | undefined
  /** JSON Schemas of what it is given and of what it may release. */
  readonly input?: Json | undefined
  readonly output?: Json | undefined
  /** Limits it sets itself; none is above those of the run. */
  readonly limits?: ScriptLimits | undefined
}

export interface ScriptLimits {
  readonly calls?: number | undefined
  readonly tokens?: number | undefined
  readonly costUsd?: number | undefined
  readonly depth?: number | undefined
  readonly seconds?: number | undefined
  /** Bytes of one prompt: the smaller, the less the run can come to. */
  readonly promptBytes?: number | undefined
}

const count = z.int().min(0)

const answered = z
  .string()
  .max(200)
  .regex(/^(?=.*\w.*\w)[^{}\n]*(?:\{\w+\}[^{}\n]*)?$/, {
    error: 'is one line with words, and one {member} of the input at most',
  })
  .refine((text) => /\w/.test(text.replace(/\{\w+\}/, '')), { error: 'has no words besides its {member}' })

const metaSchema: z.ZodType<ScriptMeta> = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'is lower-case letters, digits and hyphens' }),
  description: z.string().max(500).optional(),
  answers: z.array(answered).min(1).max(20).optional(),
  input: z.json().optional(),
  output: z.json().optional(),
  limits: z
    .strictObject({
      calls: count.optional(),
      tokens: count.optional(),
      costUsd: z.number().min(0).optional(),
      depth: count.optional(),
      seconds: z.number().positive().optional(),
      promptBytes: z.int().min(1).optional(),
    })
    .optional(),
})

/** A script as its file says it. Nothing of it has run. */
export interface ScriptFile {
  readonly meta: ScriptMeta
  /** SHA-256 (hex) of the text: `sha256sum` of the file gives the same. */
  readonly planHash: string
  readonly text: string
  readonly cell: CellCode
  /** What its cell parses to in the sandbox, where some texts mean something else than in a module. */
  readonly program: Program
}

/**
 * Reads a script: its `meta` and its code, which are parsed and never run. `name` is what it is called in messages. Throws
 * `BAD_SCRIPT` with the place.
 */
export function readScript(text: string, language: CellCode['language'], name: string): ScriptFile {
  const source = new Source(text, name)
  const plain = source.plain(language)
  const { exported, value } = findMeta(source.parse(plain, parseModule), source)
  const meta = readMeta(value, source)
  // The same length, so that every place in a message is one of the file.
  const blanked = (code: string): string =>
    `${code.slice(0, exported)}${' '.repeat(EXPORT.length)}${code.slice(exported + EXPORT.length)}`
  const code = blanked(text)
  const program = source.parse(blanked(plain), parseCell)
  const planHash = createHash('sha256').update(text).digest('hex')
  return { meta, planHash, text, cell: { language, code }, program }
}

/** The `export const meta = …` of a script, which exports and imports nothing else. */
function findMeta(
  { body }: Program,
  source: Source,
): { readonly exported: number; readonly value: Expression } {
  let found: { readonly exported: number; readonly value: Expression } | undefined
  for (const statement of body) {
    if (statement.type === 'ImportDeclaration')
      throw source.fault('a script imports nothing', statement.start)
    if (!statement.type.startsWith('Export')) continue
    const meta = statement.type === 'ExportNamedDeclaration' ? metaOf(statement.declaration) : undefined
    if (meta === undefined || found !== undefined)
      throw source.fault('a script exports its meta and nothing else', statement.start)
    found = { exported: statement.start, value: meta }
  }
  if (found !== undefined) return found
  throw source.fault('a script begins with `export const meta = { name: … }`', 0)
}

type Declaration = Extract<Program['body'][number], { type: 'ExportNamedDeclaration' }>['declaration']

function metaOf(declaration: Declaration): Expression | undefined {
  if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') return undefined
  const [only, ...others] = declaration.declarations
  const named = only?.id.type === 'Identifier' && only.id.name === 'meta' && others.length === 0
  return named ? (only.init ?? undefined) : undefined
}

function readMeta(node: Expression, source: Source): ScriptMeta {
  let value: Json
  try {
    value = readLiteral(node)
  } catch (error) {
    if (!(error instanceof NoLiteral)) throw error
    throw source.fault(`meta: ${error.message}`, error.at)
  }
  const parsed = metaSchema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw source.fault(`meta.${issue?.path.join('.') ?? ''} ${issue?.message ?? 'does not fit'}`, node.start)
  }
  for (const which of ['input', 'output'] as const) {
    const schema = parsed.data[which]
    try {
      if (schema !== undefined) readSchema(schema)
    } catch (error) {
      throw source.fault(`meta.${which}: ${toWritError(error).message.replace(/\.$/, '')}`, node.start)
    }
  }
  return parsed.data
}
