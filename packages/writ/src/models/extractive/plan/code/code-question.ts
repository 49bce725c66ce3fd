import type { LinkGroup, LinkList, Steps } from '@writ/contract'

type Asked = Steps['context.links']['request']

/** What is asked of source. */
export type CodeAsks = 'callers' | 'callees' | 'definition' | 'writers' | 'breaks'

/** A question of source by its form: what `links` is asked, and what of. */
export interface CodeQuestion {
  readonly asks: CodeAsks
  readonly of: string
  readonly direction: 'in' | 'out'
  readonly kind: LinkGroup | null
  readonly limit: number
}

/** Rows that an answer of this model is made of at most. */
const MOST_LINKS = 2_000

const NAME = String.raw`["'\u0060“‘]?(?<of>[\p{L}_$#][\p{L}\p{N}_$.#/@-]*)(?:\(\))?["'\u0060”’]?`
const A = '(?:(?:the )?(?:function|method|class|constructor) )?'
const FUNCTIONS = '(?:functions?|methods?|functions or methods|functions and methods|code)'
const WRITE = '(?:writes?|modify|modifies|mutates?|changes?|assigns?|updates?|sets?)(?: to)?'
const STATE =
  '(?:any |the )?(?:mutable )?(?:module[- ]level|module|global|top-level)(?: mutable)? (?:state|variables?)'

const FORMS: readonly (readonly [asks: CodeAsks, forms: readonly string[]])[] = [
  [
    'callers',
    [
      `(?:who|what|(?:which|what) ${FUNCTIONS}) (?:calls?|invokes?) ${A}${NAME}`,
      `(?:from )?where is ${A}${NAME} (?:called|invoked)(?: from)?`,
      `(?:who|what|which) are (?:all )?(?:the )?callers of ${A}${NAME}`,
      `(?:list|show|find|name)(?: me)?(?: all)?(?: the| of the)? callers of ${A}${NAME}`,
    ],
  ],
  [
    'callees',
    [
      `(?:what|(?:which|what) ${FUNCTIONS}) (?:does|do) ${A}${NAME} (?:call|invoke)`,
      `(?:which|what) ${FUNCTIONS} (?:is|are) called (?:by|in) ${A}${NAME}`,
    ],
  ],
  [
    'definition',
    [
      `where is (?:the )?(?:(?:function|method|class|constructor|variable|constant|type|interface) )?${NAME} (?:defined|declared|implemented)`,
      `(?:which|what) (?:source )?file (?:defines|declares) ${A}${NAME}`,
    ],
  ],
  [
    'writers',
    [
      `(?:which|what) ${FUNCTIONS} ${WRITE} ${STATE}`,
      `(?:who|what|(?:which|what) ${FUNCTIONS}) ${WRITE} (?:the )?(?:module[- ]level |global |top-level )?variable ${NAME}`,
      `(?:which|what) ${FUNCTIONS} ${WRITE} ${NAME}`,
    ],
  ],
  [
    'breaks',
    [
      `what (?:breaks|would break|will break|could break|is affected|would be affected) (?:if|when) ${A}${NAME} changes its signature`,
      `what (?:breaks|would break|will break|could break|is affected|would be affected) (?:if|when) (?:the signature of ${A}${NAME} (?:changes|is changed)|(?:i|we) change the signature of ${A}${NAME})`,
    ],
  ],
]

const PATTERNS = FORMS.map(([asks, forms]) => ({
  asks,
  patterns: forms.map((form) => new RegExp(`^${form}$`, 'iu')),
}))

const ASKED: Readonly<Record<CodeAsks, Pick<CodeQuestion, 'direction' | 'kind'>>> = {
  callers: { direction: 'in', kind: 'calls' },
  callees: { direction: 'out', kind: 'calls' },
  definition: { direction: 'in', kind: 'modules' },
  writers: { direction: 'in', kind: 'writes' },
  breaks: { direction: 'in', kind: null },
}

/** Reads a question of source. Its form is matched whole; whether there is such a name only the source tells. */
export function readCodeQuestion(plain: string): CodeQuestion | undefined {
  const text = plain.replace(/[\s?.!]+$/u, '')
  for (const { asks, patterns } of PATTERNS)
    for (const pattern of patterns) {
      const found = pattern.exec(text)
      if (found !== null) return { asks, of: found.groups?.of ?? '*', ...ASKED[asks], limit: MOST_LINKS }
    }
  return undefined
}

/** Whether what was told answers a question of source exactly: all there is, each of it certain, of one thing. */
export function isExactAnswer(question: CodeQuestion, asked: Asked, told: LinkList): boolean {
  const { asks, of, direction, kind, limit } = question
  const isIt =
    asked.of === of &&
    (asked.direction ?? 'in') === direction &&
    (asked.kind ?? null) === kind &&
    asked.limit === limit
  if (!isIt || told.files === 0 || told.truncated) return false
  if (asks === 'definition') return told.of.length > 0
  if (told.unread.count > 0 || (of !== '*' && told.of.length !== 1)) return false
  return told.links.every(
    ({ confidence }) => confidence === 'certain' || (direction === 'out' && confidence === 'unresolved'),
  )
}
