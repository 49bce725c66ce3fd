import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Node,
  type SourceFile,
  SyntaxKind,
  getTokenPosOfNode as tokenStart,
} from 'typescript/unstable/ast'
import { API, type Checker, SymbolFlags, type Symbol as TsSymbol } from 'typescript/unstable/sync'

/** One fact about code: where it stands, and what it leads to. */
export interface Fact {
  readonly doc: string
  readonly line: number
  /** What is written there, without spaces. */
  readonly text: string
  /** `document:line` of what it leads to. */
  readonly to: string
}

/** What TypeScript's own checker says of some files: calls that name what they call, and writes to variables of modules. */
export interface Truth {
  readonly calls: readonly Fact[]
  /** Calls that only the types of values resolve; no name leads to them. */
  readonly typed: number
  readonly writes: readonly Fact[]
}

/** Asks TypeScript's checker, which parses and resolves by itself. */
export function checkerTruth(root: string, docs: readonly string[]): Truth {
  const api = new API({ cwd: root })
  try {
    const config = join(root, 'tsconfig.json')
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config)
    if (project === undefined) throw new Error(`TypeScript did not open ${config}`)
    const reading = new Reading(root, project.checker, docs)
    for (const doc of docs) {
      const file = project.program.getSourceFile(join(root, doc))
      if (file !== undefined) reading.file(doc, file)
    }
    return reading.truth()
  } finally {
    api.close()
  }
}

const ASSIGNING = /^(=|\+=|-=|\*=|\/=|%=|\*\*=|<<=|>>=|>>>=|&=|\|=|\^=|&&=|\|\|=|\?\?=)$/

class Reading {
  readonly #root: string
  readonly #checker: Checker
  readonly #docs: ReadonlySet<string>
  readonly #lines = new Map<string, readonly number[]>()
  readonly #calls: Fact[] = []
  readonly #writes: Fact[] = []
  #typed = 0

  constructor(root: string, checker: Checker, docs: readonly string[]) {
    this.#root = root
    this.#checker = checker
    this.#docs = new Set(docs)
  }

  truth(): Truth {
    return { calls: this.#calls, typed: this.#typed, writes: this.#writes }
  }

  file(doc: string, file: SourceFile): void {
    const visit = (node: Node, inFunction: boolean): void => {
      this.#call(doc, file, node)
      if (inFunction) this.#write(doc, file, node)
      const inner = inFunction || isFunction(node)
      node.forEachChild((kid) => {
        visit(kid, inner)
      })
    }
    visit(file, false)
  }

  #call(doc: string, file: SourceFile, node: Node): void {
    const callee = calleeOf(node)
    if (callee === undefined) return
    const plain = bare(callee)
    const isSuper = plain.kind === SyntaxKind.SuperKeyword
    const named = plain.kind === SyntaxKind.Identifier || isSuper ? plain : memberOf(plain)
    if (named === undefined) return
    const symbol = this.#meant(named)
    const places = symbol === undefined ? [] : this.#functions(symbol, new Set())
    if (places.length === 0) return
    if (plain.kind !== SyntaxKind.Identifier && !isSuper && !this.#isByName(plain)) {
      this.#typed += 1
      return
    }
    const line = this.#line(doc, tokenStart(plain, file))
    for (const to of places) this.#calls.push({ doc, line, text: squeezed(plain.getText(file)), to })
  }

  /** Where a function is defined, with each name for it that is called instead; none for what may hold anything. */
  #functions(symbol: TsSymbol, seen: Set<number>): readonly string[] {
    if (seen.has(symbol.id)) return []
    seen.add(symbol.id)
    const place = this.#place(symbol)
    const own = place === undefined ? [] : [place]
    if ((symbol.flags & FUNCTION_FLAGS) !== 0) return own
    let value = heldBy(symbol.valueDeclaration?.resolve())
    while (value !== undefined && isAssignment(value))
      value = bare((value as unknown as { right: Node }).right)
    if (value === undefined) return []
    if (isFunction(value) || value.kind === SyntaxKind.ClassExpression) return own
    const named = value.kind === SyntaxKind.Identifier ? value : memberOf(value)
    const meant = named === undefined ? undefined : this.#meant(named)
    const others = meant === undefined ? [] : this.#functions(meant, seen)
    // What is only assigned to a member is a name for it and no definition.
    const isVariable = symbol.valueDeclaration?.kind === SyntaxKind.VariableDeclaration
    return others.length === 0 ? [] : isVariable ? [...own, ...others] : others
  }

  /** Whether names lead to a member: of a module, a class, an object or an instance that a name is bound to, or of `this`. */
  #isByName(member: Node): boolean {
    const object = objectOf(member)
    if (object === undefined) return false
    if (object.kind === SyntaxKind.ThisKeyword || object.kind === SyntaxKind.SuperKeyword) return true
    if (object.kind !== SyntaxKind.Identifier) return false
    const symbol = this.#meant(object)
    if (symbol === undefined) return false
    if (
      (symbol.flags &
        (SymbolFlags.ValueModule | SymbolFlags.Class | SymbolFlags.Function | SymbolFlags.Enum)) !==
      0
    )
      return true
    const declaration = symbol.valueDeclaration?.resolve()
    if (declaration === undefined || declaration.kind !== SyntaxKind.VariableDeclaration) return false
    const given = (declaration as { initializer?: Node }).initializer
    return (
      given !== undefined &&
      (given.kind === SyntaxKind.ObjectLiteralExpression || given.kind === SyntaxKind.NewExpression)
    )
  }

  #write(doc: string, file: SourceFile, node: Node): void {
    for (const target of targetsOf(node, file)) {
      let root = bare(target)
      while (objectOf(root) !== undefined) root = bare(objectOf(root) ?? root)
      if (root.kind !== SyntaxKind.Identifier) continue
      const symbol = this.#meant(root)
      const declaration = symbol?.valueDeclaration?.resolve()
      if (symbol === undefined || declaration === undefined || !isOfModule(declaration)) continue
      const to = this.#place(symbol)
      if (to !== undefined)
        this.#writes.push({
          doc,
          line: this.#line(doc, tokenStart(target, file)),
          text: squeezed(target.getText(file)),
          to,
        })
    }
  }

  #meant(node: Node): TsSymbol | undefined {
    const symbol = this.#checker.getSymbolAtLocation(node)
    if (symbol === undefined) return undefined
    return (symbol.flags & SymbolFlags.Alias) === 0 ? symbol : this.#checker.getAliasedSymbol(symbol)
  }

  /** Where a symbol is defined, where that is in one of the files. */
  #place(symbol: TsSymbol): string | undefined {
    const declarations = symbol.declarations.map((handle) => handle.resolve())
    // Of overloads, the one with a body.
    const declared =
      declarations.find((one) => one !== undefined && 'body' in one && one.body !== undefined) ??
      declarations[0]
    const file = declared?.getSourceFile()
    if (declared === undefined || file === undefined) return undefined
    const doc = file.fileName.slice(this.#root.length + 1)
    if (!this.#docs.has(doc)) return undefined
    const name = (declared as { name?: Node }).name ?? assignedName(declared) ?? declared
    return `${doc}:${this.#line(doc, tokenStart(name, file))}`
  }

  #line(doc: string, at: number): number {
    let starts = this.#lines.get(doc)
    if (starts === undefined) {
      const text = readFileSync(join(this.#root, doc), 'utf8')
      starts = [...text.matchAll(/\n/g)].map(({ index }) => index)
      this.#lines.set(doc, starts)
    }
    const after = starts.findIndex((newline) => newline >= at)
    return (after === -1 ? starts.length : after) + 1
  }
}

const FUNCTION_FLAGS = SymbolFlags.Function | SymbolFlags.Method | SymbolFlags.Class | SymbolFlags.Constructor

/** What a declaration holds: what it is initialised with, or what is assigned to it. */
function heldBy(declaration: Node | undefined): Node | undefined {
  const target = declaration as unknown as { initializer?: Node; right?: Node; parent?: Node } | undefined
  const assignment = target?.parent as unknown as { kind: SyntaxKind; right?: Node } | undefined
  const assigned = assignment?.kind === SyntaxKind.BinaryExpression ? assignment.right : undefined
  const value = target?.initializer ?? target?.right ?? assigned
  return value === undefined ? undefined : bare(value)
}

function isAssignment(node: Node): boolean {
  const { kind, operatorToken } = node as unknown as { kind: SyntaxKind; operatorToken?: Node }
  return kind === SyntaxKind.BinaryExpression && operatorToken?.kind === SyntaxKind.EqualsToken
}

function calleeOf(node: Node): Node | undefined {
  if (node.kind === SyntaxKind.CallExpression || node.kind === SyntaxKind.NewExpression)
    return (node as unknown as { expression: Node }).expression
  return node.kind === SyntaxKind.TaggedTemplateExpression
    ? (node as unknown as { tag: Node }).tag
    : undefined
}

function bare(node: Node): Node {
  let at = node
  while (
    at.kind === SyntaxKind.ParenthesizedExpression ||
    at.kind === SyntaxKind.NonNullExpression ||
    at.kind === SyntaxKind.AsExpression
  )
    at = (at as unknown as { expression: Node }).expression
  return at
}

function memberOf(node: Node): Node | undefined {
  return node.kind === SyntaxKind.PropertyAccessExpression
    ? (node as unknown as { name: Node }).name
    : undefined
}

function objectOf(node: Node): Node | undefined {
  const isMember =
    node.kind === SyntaxKind.PropertyAccessExpression || node.kind === SyntaxKind.ElementAccessExpression
  return isMember ? bare((node as unknown as { expression: Node }).expression) : undefined
}

/** What an expression assigns, updates or deletes. */
function targetsOf(node: Node, file: SourceFile): readonly Node[] {
  const parts = node as unknown as {
    left: Node
    operatorToken: Node
    operand: Node
    expression: Node
    operator: SyntaxKind
    initializer: Node
  }
  switch (node.kind) {
    case SyntaxKind.BinaryExpression:
      return ASSIGNING.test(parts.operatorToken.getText(file)) ? patternTargets(parts.left) : []
    case SyntaxKind.PostfixUnaryExpression:
    case SyntaxKind.PrefixUnaryExpression: {
      const updates =
        parts.operator === SyntaxKind.PlusPlusToken || parts.operator === SyntaxKind.MinusMinusToken
      return updates ? [parts.operand] : []
    }
    case SyntaxKind.DeleteExpression:
      return [parts.expression]
    case SyntaxKind.ForOfStatement:
    case SyntaxKind.ForInStatement:
      return parts.initializer.kind === SyntaxKind.VariableDeclarationList
        ? []
        : patternTargets(parts.initializer)
    default:
      return []
  }
}

function patternTargets(node: Node): readonly Node[] {
  const plain = bare(node)
  if (plain.kind !== SyntaxKind.ArrayLiteralExpression && plain.kind !== SyntaxKind.ObjectLiteralExpression)
    return [plain]
  const targets: Node[] = []
  plain.forEachChild((kid) => {
    const { initializer, name } = kid as unknown as { initializer?: Node; name?: Node }
    targets.push(...patternTargets(initializer ?? name ?? kid))
  })
  return targets
}

const FUNCTIONS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
])

function isFunction(node: Node): boolean {
  return FUNCTIONS.has(node.kind)
}

/** Whether a declaration stands at the top of its module. */
function isOfModule(declaration: Node): boolean {
  if (declaration.kind === SyntaxKind.Parameter) return false
  for (let at = declaration.parent; at !== undefined; at = at.parent) {
    if (at.kind === SyntaxKind.SourceFile) return true
    if (
      isFunction(at) ||
      at.kind === SyntaxKind.Block ||
      at.kind === SyntaxKind.ForStatement ||
      at.kind === SyntaxKind.ForOfStatement ||
      at.kind === SyntaxKind.CatchClause
    )
      return false
  }
  return false
}

/** The name on the left of an assignment that declares something. */
function assignedName(declared: Node): Node | undefined {
  const target =
    declared.kind === SyntaxKind.BinaryExpression ? (declared as unknown as { left: Node }).left : declared
  return memberOf(target)
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, '')
}
