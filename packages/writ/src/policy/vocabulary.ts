import type { SchemaJson } from '@cedar-policy/cedar-wasm/nodejs'
import { BundleFault } from './bundle-fault.ts'

/** The words a bundle's schema declares: its enums, and the actions it can decide. */
export interface Vocabulary {
  readonly categories: readonly string[]
  readonly obligations: readonly string[]
  readonly approverRoles: readonly string[]
  readonly purposes: readonly string[]
  readonly jurisdictions: readonly string[]
  readonly actions: readonly string[]
  /** Full names of every enum entity type. */
  readonly enumTypes: readonly string[]
}

/** Reads the vocabulary out of a parsed schema. Throws a `BundleFault` when the schema lacks an enum the host needs. */
export function vocabularyOf(schema: SchemaJson<string>, file: string): Vocabulary {
  const types = schema.Writ?.entityTypes ?? {}
  const words = (name: string): readonly string[] => {
    const type = Object.hasOwn(types, name) ? types[name] : undefined
    if (type !== undefined && 'enum' in type) return type.enum
    throw new BundleFault(file, `the schema must declare the enum entity type Writ::${name}`)
  }
  return {
    categories: words('Category'),
    obligations: words('Obligation'),
    approverRoles: words('ApproverRole'),
    purposes: words('Purpose'),
    jurisdictions: words('Jurisdiction'),
    actions: Object.keys(schema.Writ?.actions ?? {}),
    enumTypes: enumTypesOf(schema),
  }
}

function enumTypesOf(schema: SchemaJson<string>): readonly string[] {
  return Object.entries(schema).flatMap(([namespace, definition]) =>
    Object.entries(definition.entityTypes)
      .filter(([, type]) => 'enum' in type)
      .map(([name]) => (namespace === '' ? name : `${namespace}::${name}`)),
  )
}
