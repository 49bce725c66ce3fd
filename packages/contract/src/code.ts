import type { SymbolKind, UseKind } from './code-facts.ts'

/** How sure a link is: told by scopes and imports, possible at run time, equal in name only, or leading nowhere in reach. */
export const LINK_CONFIDENCES = ['certain', 'likely', 'name-only', 'unresolved'] as const

export type LinkConfidence = (typeof LINK_CONFIDENCES)[number]

/** What a place does with a name, and what classes do with each other. */
export type LinkKind = UseKind | 'override' | 'extend'

/** Kinds that are asked for together. */
export type LinkGroup = 'calls' | 'writes' | 'references' | 'modules' | 'inheritance'

export const LINK_GROUPS: Readonly<Record<LinkGroup, readonly LinkKind[]>> = Object.freeze({
  calls: ['call', 'new'] as const,
  writes: ['write', 'member-write', 'mutate'] as const,
  references: ['read'] as const,
  modules: ['import', 'export'] as const,
  inheritance: ['override', 'extend'] as const,
})

/** The first line of a definition, as it may be cited. */
export interface CodeSymbol {
  /** `document#Container.name`; with `@` and a line where several of a document are called so. */
  readonly id: string
  readonly name: string
  readonly kind: SymbolKind
  readonly doc: string
  readonly line: number
  readonly start: number
  readonly end: number
  readonly text: string
  /** Bytes of all of the definition. */
  readonly body: readonly [start: number, end: number]
  /** Names under which its file hands it on. */
  readonly exported: readonly string[]
}

/** Source whose structure is not known whole: those documents and how many there are. */
export interface UnreadCode {
  readonly count: number
  readonly docs: readonly string[]
}

export interface SymbolList {
  readonly symbols: readonly CodeSymbol[]
  readonly truncated: boolean
  /** Source files in reach. */
  readonly files: number
  readonly unread: UnreadCode
}

/** A place where one symbol uses another. */
export interface CodeLink {
  readonly kind: LinkKind
  readonly confidence: LinkConfidence
  /** The symbol it stands in: a symbol's id, or null at the top of a file or in a function without a name there. */
  readonly from: string | null
  readonly inFunction: boolean
  /** The symbol it leads to, or null where that is not in reach. */
  readonly to: string | null
  /** What is written there. */
  readonly name: string
  readonly doc: string
  readonly line: number
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface LinkList {
  /** What was asked about: several where the name has several meanings. */
  readonly of: readonly CodeSymbol[]
  readonly links: readonly CodeLink[]
  readonly truncated: boolean
  readonly files: number
  /** Files that may hold more such links. */
  readonly unread: UnreadCode
}

export interface SymbolRequest {
  readonly match?: string
  readonly kind?: SymbolKind
  readonly doc?: string
  readonly limit: number
}

export interface LinkRequest {
  /** A name, `Class.member`, or the id of a symbol; `*` for every variable of a module. */
  readonly of: string
  readonly direction: 'in' | 'out'
  readonly kind?: LinkGroup
  readonly limit: number
}

/** What of some partitions a frame may see: documents outside do not exist for an answer. */
export interface CodeScope {
  readonly partitions: readonly string[]
  readonly docs: readonly string[] | null
}
