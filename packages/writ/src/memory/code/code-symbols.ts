import { type CodeDefinition, type CodeFacts, type CodeReach, INSTANCE_STEP } from '@writ/contract'
import { isPython } from './code-language.ts'

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
  /** Others of the same name in the same class: any of them may be meant. */
  readonly twins: Sym[]
}

/** Whether a variable holds an array, map, set or the like from the start, and is never assigned again. */
export function isCollection({ file, def: { value } }: Sym): boolean {
  const [name = '', made, more] = value?.path ?? []
  if (isPython(file)) return value !== null && !value.loose && isPythonCollection(file, value)
  const isKnown = value?.root === 'free' && !value.loose && made === INSTANCE_STEP && more === undefined
  return isKnown && /^(Array|Map|Set|WeakMap|WeakSet)$/.test(name)
}

function isPythonCollection(file: SourceFile, { root, n, path }: CodeReach): boolean {
  if (path.at(-1) !== INSTANCE_STEP) return false
  const names = path.slice(0, -1)
  if (root === 'free') return /^(list|dict|set|bytearray)$/.test(names.join('.'))
  const imported = root === 'import' ? file.facts.imports[n] : undefined
  const name = imported?.name === '*' ? names.join('.') : names.length === 0 ? imported?.name : undefined
  return imported?.source === 'collections' && /^(defaultdict|OrderedDict|deque|Counter)$/.test(name ?? '')
}

/** The name by which a member is found: a private one of Python is known by that of its class, too. */
export function memberKey({ file, def: { name, container } }: Sym): string {
  const holder = container === null ? undefined : file.facts.definitions[container]
  if (holder?.kind !== 'class' || !name.startsWith('__') || name.endsWith('__') || !isPython(file))
    return name
  const bare = holder.name.replace(/^_+/, '')
  return bare === '' ? name : `_${bare}${name}`
}

export function symbolsOf(file: SourceFile): readonly Sym[] {
  const symbols = file.facts.definitions.map(
    (def): Sym => ({ file, def, fixed: new Map(), ofInstance: new Map(), extended: [], twins: [] }),
  )
  const python = isPython(file)
  for (const sym of symbols) {
    const { container, kind, fixed, local } = sym.def
    const holder = container === null ? undefined : symbols[container]
    if (holder === undefined) continue
    if (python) {
      // What a class of Python has, its instances have, and the other way round.
      if (holder.def.kind === 'class') for (const side of [holder.fixed, holder.ofInstance]) add(side, sym)
      continue
    }
    const isMember = kind === 'method' || kind === 'field' || fixed
    const isInNamespace = /^(namespace|enum)$/.test(holder.def.kind) && !local
    const side = isInNamespace || fixed ? holder.fixed : isMember ? holder.ofInstance : undefined
    if (side !== undefined && !side.has(sym.def.name)) side.set(sym.def.name, sym)
  }
  return symbols
}

function add(side: Map<string, Sym>, sym: Sym): void {
  const key = memberKey(sym)
  const before = side.get(key)
  if (before === undefined) side.set(key, sym)
  else if (!before.twins.includes(sym)) before.twins.push(sym)
}
