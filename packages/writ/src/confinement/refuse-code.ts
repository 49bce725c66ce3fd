// Kinds of functions, each of which leads to a constructor that makes code of text.
const KINDS: readonly object[] = [
  () => undefined,
  async () => undefined,
  function* () {},
  async function* () {},
]

/**
 * Has this thread refuse to make code of text, wherever a value leads: a defence behind others, should one of a guest
 * ever come out. V8's flag for it would have V8 refuse the compiled code that Node brings, and each thread pay 20 ms.
 */
export function refuseCode(): void {
  const refused = refusing(Function)
  for (const kind of KINDS) {
    const { constructor: maker } = kind
    if (maker !== Function) Object.setPrototypeOf(maker, refused)
    fix(Object.getPrototypeOf(kind), 'constructor', maker === Function ? refused : refusing(maker))
  }
  fix(globalThis, 'Function', refused)
  fix(globalThis, 'eval', refusing(Reflect.get(globalThis, 'eval')))
}

/** The same function, for all but calling and constructing. */
function refusing(maker: object): object {
  const refuse = (): never => {
    throw new EvalError('code is not made of text here')
  }
  return new Proxy(maker, { apply: refuse, construct: refuse })
}

function fix(holder: object, name: string, value: object): void {
  Object.defineProperty(holder, name, { value, writable: false, configurable: false, enumerable: false })
}
