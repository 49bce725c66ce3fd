import type { Language, Tree, TreeCursor } from 'web-tree-sitter'
import { Refused } from '../refused.ts'

/** More nodes than any source that a person wrote has. */
const MOST_NODES = 2_000_000

/** A node of a syntax tree, with places in UTF-16 units. Only named nodes have kids; `marks` are the words and signs between. */
export interface Syntax {
  readonly type: string
  readonly field: string | null
  readonly start: number
  readonly end: number
  readonly kids: Syntax[]
  readonly marks: string[]
  parent: Syntax | null
}

/** A tree in plain objects: asking the parser for each node costs more. */
export function plainTree(tree: Tree): Syntax {
  const cursor = tree.walk()
  try {
    return copied(cursor, tree.language)
  } finally {
    // INVARIANT: no cursor is left to the garbage collector, whose finalizer frees memory of a tree that is in use.
    cursor.delete()
  }
}

/** The error node, which is in no grammar. */
const ERROR_TYPE = 65535

interface NodeType {
  readonly name: string
  readonly named: boolean
  readonly comment: boolean
}

/** What node types are, by number: asked of the grammar once, where asking the cursor would cost a call for each node. */
const nodeTypes = new WeakMap<Language, NodeType[]>()

function typesOf(language: Language): (id: number) => NodeType {
  const known = nodeTypes.get(language) ?? []
  nodeTypes.set(language, known)
  return (id) => {
    const type = known[id]
    if (type !== undefined) return type
    const name = id === ERROR_TYPE ? 'ERROR' : (language.types[id] ?? 'ERROR')
    const named = id === ERROR_TYPE || language.nodeTypeIsNamed(id)
    const made = { name, named, comment: name.includes('comment') }
    known[id] = made
    return made
  }
}

function copied(cursor: TreeCursor, language: Language): Syntax {
  const typeOf = typesOf(language)
  const make = (type: NodeType, parent: Syntax | null): Syntax => ({
    type: type.name,
    field: fieldOf(language, cursor.currentFieldId),
    start: cursor.startIndex,
    end: cursor.endIndex,
    kids: [],
    marks: [],
    parent,
  })
  const root = make(typeOf(cursor.nodeTypeId), null)
  if (!cursor.gotoFirstChild()) return root
  let at = root
  for (let nodes = 1; ; nodes += 1) {
    if (nodes > MOST_NODES) throw new Refused('limits', `it has more than ${MOST_NODES} parts`)
    const type = typeOf(cursor.nodeTypeId)
    if (!type.named) at.marks.push(type.name)
    else if (!type.comment) {
      const node = make(type, at)
      at.kids.push(node)
      if (cursor.gotoFirstChild()) {
        at = node
        continue
      }
    }
    while (!cursor.gotoNextSibling()) {
      cursor.gotoParent()
      if (at.parent === null) return root
      at = at.parent
    }
  }
}

function fieldOf(language: Language, id: number): string | null {
  return id === 0 ? null : (language.fields[id] ?? null)
}

export function field(node: Syntax, name: string): Syntax | undefined {
  return node.kids.find((kid) => kid.field === name)
}

export function child(node: Syntax, type: string): Syntax | undefined {
  return node.kids.find((kid) => kid.type === type)
}

/** Gives for places in UTF-16 units the offsets in UTF-8 bytes. */
export function byteOffsets(text: string): (at: number) => number {
  let ascii = true
  for (let at = 0; at < text.length && ascii; at += 1) ascii = text.charCodeAt(at) < 128
  if (ascii) return (at) => at
  const offsets = new Uint32Array(text.length + 1)
  let bytes = 0
  for (let at = 0; at < text.length; at += 1) {
    offsets[at] = bytes
    const unit = text.charCodeAt(at)
    if (unit < 0x80) bytes += 1
    else if (unit < 0x800) bytes += 2
    else if (unit >= 0xd800 && unit < 0xdc00 && at + 1 < text.length) {
      offsets[at + 1] = bytes
      bytes += 4
      at += 1
    } else bytes += 3
  }
  offsets[text.length] = bytes
  return (at) => offsets[at] ?? bytes
}
