import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

/** Ways from a value to code made of text, by expression. */
const WAYS: readonly string[] = [
  "Function('return 1')()",
  "new Function('return 1')()",
  "globalThis['Fun' + 'ction']('return 1')()",
  "(() => 1).constructor('return 1')()",
  "({}).toString.constructor('return 1')()",
  "(class {}).constructor('return 1')()",
  "(async () => 1).constructor('return 1')()",
  "(function* () {}).constructor('yield 1')().next().value",
  "(async function* () {}).constructor('yield 1')()",
  "Object.getPrototypeOf((async () => 1).constructor)('return 1')()",
  "Object.getPrototypeOf((function* () {}).constructor)('return 1')()",
  "Object.getPrototypeOf(class extends Object {}).constructor.constructor('return 1')()",
  "new (class extends Function {})('return 1')()",
  "new (class extends (async () => 1).constructor {})('return 1')()",
  "Reflect.construct(Function, ['return 1'])()",
  "Reflect.construct(Function, ['return 1'], Object)()",
  "Reflect.apply(Function, null, ['return 1'])()",
  "Function.call(null, 'return 1')()",
  "Function.bind(null, 'return 1')()()",
  "Function.prototype.constructor('return 1')()",
  "Object.getOwnPropertyDescriptor(Function.prototype, 'constructor').value('return 1')()",
  "eval('1')",
  "(0, eval)('1')",
  "globalThis.eval('1')",
  "Reflect.apply(eval, null, ['1'])",
]

/** Ways to take the refusal away. */
const BACK: readonly string[] = [
  "(Object.defineProperty(globalThis, 'Function', { value: 1 }), 1)",
  "(Object.defineProperty(globalThis, 'eval', { value: 1 }), 1)",
  '(delete Function.prototype.constructor, 1)',
  '((async () => 1).constructor.prototype.constructor = 1)',
]

/** What each way gives in a thread: a value, or the name of an error. */
function outcomes(ways: readonly string[], before = ''): unknown[] {
  const attempts = ways.map((way) => `() => (${way})`).join(',\n')
  const code = `${before}
    const outcomes = [${attempts}].map((attempt) => {
      try { return String(attempt()) } catch (error) { return error.name }
    })
    process.stdout.write(JSON.stringify(outcomes))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  return JSON.parse(stdout)
}

const place = fileURLToPath(new URL('./refuse-code.ts', import.meta.url))
const refusing = `import { refuseCode } from ${JSON.stringify(place)}; refuseCode()`

it('refuses every way from a value to code made of text', () => {
  expect(outcomes(WAYS, refusing)).toEqual(WAYS.map(() => 'EvalError'))
  expect(outcomes(BACK, refusing)).toEqual(BACK.map(() => 'TypeError'))
})

it('asks of ways that are open otherwise', () => {
  expect(outcomes(WAYS)).not.toContain('EvalError')
})

it('leaves functions what they are', () => {
  const kinds = ['() => 1', 'async () => 1', 'function* () {}', 'class {}']
  expect(
    outcomes(
      kinds.map((kind) => `(${kind}) instanceof Function`),
      refusing,
    ),
  ).toEqual(kinds.map(() => 'true'))
})

/** A walk over all that is in reach, by members, getters and prototypes: the makers of code that it came by. */
const WALK = `
  for (const event of ['uncaughtException', 'unhandledRejection', 'warning']) process.on(event, () => {})
  const kinds = [() => 1, async () => 1, function* () {}, async function* () {}]
  const makers = new Map([[eval, 'eval'], ...kinds.map(({ constructor }) => [constructor, constructor.name])])
  REFUSING
  const { builtinModules } = process.getBuiltinModule('module')
  const found = new Set(), seen = new Set(), open = [globalThis, import.meta, refuseCode]
  for (const name of builtinModules) try { open.push(process.getBuiltinModule(name)) } catch {}
  while (open.length > 0) {
    const at = open.pop()
    if (at === null || (typeof at !== 'object' && typeof at !== 'function') || seen.has(at)) continue
    seen.add(at)
    if (makers.has(at)) found.add(makers.get(at))
    open.push(Reflect.getPrototypeOf(at))
    for (const key of Reflect.ownKeys(at)) {
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(at, key) ?? {}
      open.push(value, get, set)
      if (get !== undefined) try { open.push(Reflect.get(at, key)) } catch {}
    }
  }
  console.log(JSON.stringify([seen.size > 3000, [...found].sort()]))`

it('leaves nothing in reach that makes code of text', () => {
  const walked = (before: string): unknown => {
    const code = `const { refuseCode } = await import(${JSON.stringify(place)}); ${WALK.replace('REFUSING', before)}`
    const args = ['--no-warnings', '--input-type=module', '-e', code]
    return JSON.parse(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout)
  }
  expect(walked('')).toEqual([
    true,
    ['AsyncFunction', 'AsyncGeneratorFunction', 'Function', 'GeneratorFunction', 'eval'],
  ])
  expect(walked('refuseCode()')).toEqual([true, []])
})
