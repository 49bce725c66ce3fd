import type { Language, Tree, TreeCursor } from 'web-tree-sitter'
import { Refused } from '../refused.ts'

/** More nodes than any source that a person wrote has. */
const MOST_NODES = 2_000_000

/**
 * A node of a syntax tree, with places in UTF-16 units. Only named nodes have kids; `marks` are those of the words and signs
 * between that tell what it is.
 */
export interface Syntax {
  readonly type: string
  readonly field: string | null
  readonly start: number
  readonly end: number
  readonly kids: readonly Syntax[]
  readonly marks: readonly string[]
  readonly parent: Syntax | null
}

/** What is told apart by a word or sign that has no node of its own. */
const MARKS: ReadonlySet<string> = new Set('const let var static default get set delete ='.split(' '))

/** What most nodes have: a list of its own for each would be most of the tree. */
const NONE: never[] = []

/** A node whose kids are still being told. */
interface Growing extends Syntax {
  kids: readonly Syntax[]
  marks: readonly string[]
  readonly parent: Growing | null
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
  readonly mark: boolean
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
    const made = { name, named, comment: name.includes('comment'), mark: MARKS.has(name) }
    known[id] = made
    return made
  }
}

function copied(cursor: TreeCursor, language: Language): Syntax {
  const typeOf = typesOf(language)
  const make = (type: NodeType, parent: Growing | null): Growing => ({
    type: type.name,
    field: fieldOf(language, cursor.currentFieldId),
    start: cursor.startIndex,
    end: cursor.endIndex,
    kids: NONE,
    marks: NONE,
    parent,
  })
  const root = make(typeOf(cursor.nodeTypeId), null)
  if (!cursor.gotoFirstChild()) return root
  let at = root
  /** Kids of the nodes that are open, each behind those of the one around it. */
  const kids: Syntax[] = []
  const open = [0]
  for (let nodes = 1; ; nodes += 1) {
    if (nodes > MOST_NODES) throw new Refused('limits', `it has more than ${MOST_NODES} parts`)
    const type = typeOf(cursor.nodeTypeId)
    if (!type.named) {
      if (type.mark && !at.marks.includes(type.name)) at.marks = [...at.marks, type.name]
    } else if (!type.comment) {
      const node = make(type, at)
      kids.push(node)
      if (cursor.gotoFirstChild()) {
        at = node
        open.push(kids.length)
        continue
      }
    }
    while (!cursor.gotoNextSibling()) {
      const first = open.pop() ?? 0
      if (kids.length > first) at.kids = kids.splice(first)
      if (at.parent === null) return root
      cursor.gotoParent()
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
