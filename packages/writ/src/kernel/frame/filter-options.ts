import {
  type AskedFilter,
  DOCUMENT_KINDS,
  type DocumentKind,
  defined,
  formatLabel,
  LEVELS,
  parseLabel,
} from '@writ/contract'
import { z } from 'zod'

const MOST_TEXTS = 20
const MOST_CHARS = 300

/** One text, or a list of some. */
function texts<T extends z.ZodType<string>>(one: T) {
  return z.union([one.transform((text) => [text]), z.array(one).min(1).max(MOST_TEXTS)], {
    error: (issue) => `${JSON.stringify(issue.input)?.slice(0, 80)} is not ${said(one)}, nor a list of such`,
  })
}

function said(one: z.ZodType): string {
  return one.description ?? 'a text'
}

const glob = z.string().min(1).max(MOST_CHARS).describe('a glob such as "mail/**"')
const label = z
  .union([
    z.string().refine((text) => parseLabel(text) !== undefined),
    // As rows of documents have it.
    z
      .object({ level: z.enum(LEVELS), categories: z.array(z.string()) })
      .transform(({ level, categories }) => formatLabel({ level, categories, untrusted: false })),
  ])
  .describe(`a label: ${LEVELS.join(', ')}, with categories as in "restricted:PII"`)
const type = z.enum(DOCUMENT_KINDS).describe(`one of ${DOCUMENT_KINDS.join(', ')}`)
const day = z.string().refine(isDay, {
  error: (issue) =>
    `${JSON.stringify(issue.input)} is no day, month or year as in "2024-03-12", "2024-03" or "2024"`,
})

type Optional<T> = z.ZodOptional<z.ZodType<T>>

/** The options by which a frame filters documents. */
export const filterOptions: {
  readonly glob: Optional<string[]>
  readonly label: Optional<string[]>
  readonly type: Optional<DocumentKind[]>
  readonly since: Optional<string>
  readonly until: Optional<string>
} = {
  glob: texts(glob).optional(),
  label: texts(label).optional(),
  type: texts(type).optional(),
  since: day.optional(),
  until: day.optional(),
}

/** Whether the first day is no later than the last. */
export function inOrder({ since = '', until = '' }: Pick<Options, 'since' | 'until'>): boolean {
  const common = Math.min(since.length, until.length)
  return since.slice(0, common) <= until.slice(0, common)
}

/** What is said of those that are not. */
export const NOT_IN_ORDER = 'since is after until'

/** How a call says them. */
export const FILTER_FORM = 'glob?, label?, type?, since?, until?'

type Options = z.infer<z.ZodObject<typeof filterOptions>>

/** Options as a request has them: those that filter documents apart, where there are some. */
export function withFilter<T extends Options>({
  glob,
  label,
  type,
  since,
  until,
  ...rest
}: T): Omit<T, keyof Options> & { readonly where?: AskedFilter } {
  const where = defined({ glob, label, type, since, until })
  return Object.keys(where).length === 0 ? rest : { ...rest, where }
}

/** Whether it is a year, a month of it or a day that a calendar has. */
function isDay(text: string): boolean {
  const [, year, month = '01', of = '01'] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(text) ?? []
  if (year === undefined) return false
  const date = new Date(`${year}-${month}-${of}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${of}`)
}
