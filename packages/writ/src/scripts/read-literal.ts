import type { Json } from '@writ/contract'
import type { Expression, ObjectExpression, SpreadElement } from 'acorn'

/** An expression that is no literal, and where it begins. */
export class NoLiteral extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/** The value of an expression that holds literals and nothing else, so that reading it runs nothing. Throws `NoLiteral`. */
export function readLiteral(node: Expression | SpreadElement | null, start = 0): Json {
  switch (node?.type) {
    case 'Literal':
      if (node.value === null && node.raw !== 'null') break
      if (typeof node.value === 'bigint' || node.value instanceof RegExp || node.value === undefined) break
      return node.value
    case 'TemplateLiteral': {
      const [only] = node.quasis
      if (node.expressions.length > 0 || typeof only?.value.cooked !== 'string') break
      return only.value.cooked
    }
    case 'UnaryExpression': {
      if (node.operator !== '-' || node.argument.type !== 'Literal') break
      const { value } = node.argument
      if (typeof value !== 'number') break
      return -value
    }
    case 'ArrayExpression':
      return node.elements.map((element) => readLiteral(element, node.start))
    case 'ObjectExpression':
      return readObject(node)
  }
  throw new NoLiteral(
    'only literals may stand here: texts, numbers, true, false, null, lists and objects of them',
    node?.start ?? start,
  )
}

function readObject({ properties }: ObjectExpression): Json {
  const object = new Map<string, Json>()
  for (const property of properties) {
    if (property.type !== 'Property' || property.kind !== 'init' || property.computed || property.method)
      throw new NoLiteral('only plain properties may stand here', property.start)
    const { key } = property
    const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : undefined
    if (name === undefined || name === '__proto__')
      throw new NoLiteral('a property has a plain name', property.start)
    if (object.has(name)) throw new NoLiteral(`the property ${name} stands here twice`, property.start)
    object.set(name, readLiteral(property.value))
  }
  return Object.fromEntries(object)
}
