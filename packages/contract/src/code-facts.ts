/** Languages whose source is read for its structure. */
export const CODE_LANGUAGES = ['javascript', 'typescript', 'tsx', 'python', 'go', 'rust', 'java'] as const

export type CodeLanguage = (typeof CODE_LANGUAGES)[number]

export const SYMBOL_KINDS = [
  'function',
  'class',
  'method',
  'field',
  'variable',
  'interface',
  'type',
  'enum',
  'namespace',
] as const

export type SymbolKind = (typeof SYMBOL_KINDS)[number]

/** A step of a path that stands for an instance of what is reached so far. No identifier looks like it. */
export const INSTANCE_STEP = '*new'

/** The same where it may be an instance of what extends it. */
export const THIS_STEP = '*this'

/** The last step of a path where a member is written whose name is computed. */
export const ANY_MEMBER = '*any'

/** The first step of a path into the module that is read, or into one that is not known, where no import names it. */
export const OWN_MODULE = '*own'
export const ANY_MODULE = '*module'

/** What an expression names, as its own file tells: where it begins, and the members that follow. */
export interface CodeReach {
  /** `own` is a definition of the file, `super` what a class of it extends; `free` is bound nowhere in it, `value` is not known. */
  readonly root: 'own' | 'super' | 'import' | 'free' | 'value'
  /** The number of the definition or import; 0 for others. */
  readonly n: number
  readonly path: readonly string[]
  /** Whether another value may stand there at run time. */
  readonly loose: boolean
}

/** Something that source defines. Offsets are bytes of its text in UTF-8. */
export interface CodeDefinition {
  readonly name: string
  readonly kind: SymbolKind
  /** Its name. */
  readonly start: number
  readonly end: number
  /** All of it. */
  readonly from: number
  readonly to: number
  /** The number of the definition it stands in; null at the top of its file. */
  readonly container: number | null
  /** Whether it exists only while a function runs. */
  readonly local: boolean
  /** Whether it is a member of the class itself, and not of its instances. */
  readonly fixed: boolean
  /** What it is another name for, or holds. */
  readonly value: CodeReach | null
  /** What a class extends, in order; of root `value` where that has no name. */
  readonly bases: readonly CodeReach[]
  /** Whether something else may stand under its name at run time. */
  readonly loose: boolean
}

export const USE_KINDS = [
  'call',
  'new',
  'read',
  'write',
  'member-write',
  'mutate',
  'import',
  'export',
] as const

export type UseKind = (typeof USE_KINDS)[number]

/** A place that uses a name. The last step of a `member-write` is the member that is written. */
export interface CodeUse {
  readonly kind: UseKind
  readonly start: number
  readonly end: number
  /** The number of the definition it stands in; null where it stands in none. */
  readonly within: number | null
  /** Whether it runs with a function, and not when its file is loaded. */
  readonly inFunction: boolean
  readonly reach: CodeReach
}

/** A binding that comes from another file. The name is `*` for the whole module, `default` for its default. */
export interface CodeImport {
  readonly source: string
  readonly name: string
  /** Whether `require` gives it, and so what a module assigns to `module.exports`. */
  readonly common: boolean
}

/** A name that a file hands on; `*` for all names of what it reaches, `=` for what `require` gives. */
export interface CodeExport {
  readonly name: string
  readonly reach: CodeReach
}

/** The structure of a source file, found in its text alone. */
export interface CodeFacts {
  /** Whether only definitions are told. */
  readonly definitionsOnly: boolean
  /** Whether part of the text is not what the grammar knows. */
  readonly partly: boolean
  readonly definitions: readonly CodeDefinition[]
  readonly uses: readonly CodeUse[]
  readonly imports: readonly CodeImport[]
  readonly exports: readonly CodeExport[]
}
