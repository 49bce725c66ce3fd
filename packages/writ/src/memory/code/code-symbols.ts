import { type CodeDefinition, type CodeFacts, INSTANCE_STEP } from '@writ/contract'

/** A source file whose structure is known. */
export interface SourceFile {
  readonly doc: string
  readonly facts: CodeFacts
}

/** A definition among all those in reach. */
export interface Sym {
  readonly file: SourceFile
  readonly def: CodeDefinition
  readonly fixed: Map<string, Sym>
  readonly ofInstance: Map<string, Sym>
  readonly extended: Sym[]
}

/** Whether a variable holds an array, map or set from the start, and is never assigned again. */
export function isCollection({ def: { value } }: Sym): boolean {
  const [name = '', made, more] = value?.path ?? []
  const isKnown = value?.root === 'free' && !value.loose && made === INSTANCE_STEP && more === undefined
  return isKnown && /^(Array|Map|Set|WeakMap|WeakSet)$/.test(name)
}

export function symbolsOf(file: SourceFile): readonly Sym[] {
  const symbols = file.facts.definitions.map(
    (def): Sym => ({ file, def, fixed: new Map(), ofInstance: new Map(), extended: [] }),
  )
  for (const sym of symbols) {
    const { container, kind, fixed, name, local } = sym.def
    const holder = container === null ? undefined : symbols[container]
    if (holder === undefined) continue
    const isMember = kind === 'method' || kind === 'field' || fixed
    const isInNamespace = /^(namespace|enum)$/.test(holder.def.kind) && !local
    const side = isInNamespace || fixed ? holder.fixed : isMember ? holder.ofInstance : undefined
    if (side !== undefined && !side.has(name)) side.set(name, sym)
  }
  return symbols
}
