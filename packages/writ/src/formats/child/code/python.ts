import type { CodeFacts, CodeReach } from '@writ/contract'
import { declare, decorators } from './python-declare.ts'
import { PROPERTIES, TRANSPARENT } from './python-names.ts'
import { PythonReaches } from './python-reach.ts'
import type { PythonScope } from './python-scopes.ts'
import { PythonSource } from './python-source.ts'
import { findUses } from './python-use.ts'
import { byteOffsets, type Syntax } from './syntax.ts'

/** The structure of Python. */
export function readPython(text: string, root: Syntax, partly: boolean): CodeFacts {
  const source = new PythonSource(text, byteOffsets(text))
  declare(source, root)
  source.isDynamic = changesItself(text)
  const reaches = new PythonReaches(source)
  loosen(source, reaches)
  findUses(source, reaches, root)
  hold(source, reaches)
  handOn(source, reaches)
  const { definitions, uses, imports, exports } = source
  return { definitionsOnly: false, partly, definitions, uses, imports, exports }
}

/** Whether a module may change its own names without saying them. */
function changesItself(text: string): boolean {
  return /\bglobals\(\)(?!\s*(?:\[[^\]]*\](?!\s*(?:=[^=]|[-+*/|&^%]=))|\.get\b|\.keys\b|\.items\b))|\bsys\.modules\[__name__\]|\b(?:vars|locals)\(\)\s*(?:\[|\.update\b)|\b(?:import_module|__import__)\(__name__\)/.test(
    text,
  )
}

/** Says of definitions whether something else may stand under their names. */
function loosen(source: PythonSource, reaches: PythonReaches): void {
  const scopes = new Set<PythonScope>([source.top, ...source.scopes.values()])
  for (const scope of scopes)
    for (const binding of scope.names.values()) {
      const isOfModule = scope === source.top
      const isLoose = reaches.isLoose(binding, isOfModule)
      for (const one of isLoose ? binding.candidates : []) {
        const definition = one.is === 'own' ? source.definitions[one.n] : undefined
        if (definition !== undefined) definition.loose = true
      }
    }
  for (const [node, n] of source.defined) {
    const whole = node.parent
    const definition = source.definitions[n]
    if (
      whole?.type === 'decorated_definition' &&
      definition !== undefined &&
      !isPlain(source, whole, reaches)
    )
      definition.loose = true
  }
}

/** Whether decorators leave a name calling what it is written before. */
function isPlain(source: PythonSource, whole: Syntax, reaches: PythonReaches): boolean {
  const said = decorators(source, whole)
  return said.every((one) => {
    const [first = '', ...rest] = one.split('.')
    if (/^(setter|getter|deleter)$/.test(rest.at(-1) ?? '')) return true
    const [reach] = reaches.named(first, source.top)
    if (reach === undefined || reach.loose) return false
    const imported = reach.root === 'import' ? source.imports[reach.n] : undefined
    const base =
      imported === undefined
        ? first
        : imported.name === '*'
          ? imported.source
          : `${imported.source}.${imported.name}`
    if (imported === undefined && reach.root !== 'free') return false
    const name = [base, ...rest].join('.')
    return TRANSPARENT.has(name) || PROPERTIES.has(name)
  })
}

/** What variables hold, as far as it has a name. */
function hold(source: PythonSource, reaches: PythonReaches): void {
  for (const [n, value] of source.given) {
    const definition = source.definitions[n]
    const [first, more] = reaches.held(value)
    if (definition === undefined || first === undefined || first.root === 'value') continue
    if (first.root === 'own' && first.n === n) continue
    definition.value = { ...first, loose: first.loose || definition.loose || more !== undefined }
  }
}

/** Every name of a module is one that others may import. */
function handOn(source: PythonSource, reaches: PythonReaches): void {
  const known: { name: string; reach: CodeReach }[] = []
  for (const [name, binding] of source.top.names)
    for (const reach of reaches.handedOn(binding)) if (reach.root !== 'value') known.push({ name, reach })
  source.exports.push(...known)
}
