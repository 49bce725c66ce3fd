import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { V8_DEFAULT } from './optimise-late.ts'

const place = fileURLToPath(new URL('./optimise-late.ts', import.meta.url))

/** A module whose one function, `f`, says that it gives a number and gives none. */
const BROKEN = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 4, 1, 2, 0, 11,
]

it('gives V8 back the flags that this Node has by default', () => {
  const { stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })
  const [flag, value] = V8_DEFAULT.split('=')
  expect(new RegExp(`^ +${flag} .*\\n.*default: ${flag}=(\\d+)`, 'm').exec(stdout)?.[1]).toBe(value)
  expect(stdout).toMatch(/default: --no-wasm-lazy-validation/)
})

it('leaves V8 as a program without it has it, so that compiled code is taken', () => {
  const code = `
    import { cachedDataVersionTag } from 'node:v8'
    const { compileLate, optimiseLate, ownProcess } = await import(${JSON.stringify(place)})
    ownProcess()
    const before = cachedDataVersionTag()
    compileLate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]), 1_000_000_000)
    const stop = optimiseLate(1_000_000_000)
    const module = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))
    try { new WebAssembly.Module(new Uint8Array([1])) } catch {}
    stop()
    process.stdout.write(String(before === cachedDataVersionTag() && module instanceof WebAssembly.Module))`
  expect(run(code).stdout).toBe('true')
})

it('never runs a function that is not valid', () => {
  const code = `
    const { compileLate, ownProcess } = await import(${JSON.stringify(place)})
    ownProcess()
    const { f } = new WebAssembly.Instance(compileLate(new Uint8Array(${JSON.stringify(BROKEN)}), 1_000)).exports
    process.stdout.write('made')
    process.stdout.write(String(f()))`
  const { stdout, signal } = run(code)
  expect(stdout).toBe('made')
  expect(signal).not.toBeNull()
})

it('takes no module that is not valid in a process of somebody else, and in threads of ours does as the process', () => {
  const thread = `
    const { parentPort } = process.getBuiltinModule('node:worker_threads')
    import(${JSON.stringify(place)}).then(({ compileLate }) => {
      try {
        compileLate(new Uint8Array(${JSON.stringify(BROKEN)}), 1_000)
        parentPort.postMessage('made')
      } catch ({ name }) {
        parentPort.postMessage(name)
      }
    })`
  const code = `
    import { once } from 'node:events'
    import { Worker } from 'node:worker_threads'
    const { ownProcess } = await import(${JSON.stringify(place)})
    const made = async () => (await once(new Worker(${JSON.stringify(thread)}, { eval: true }), 'message'))[0]
    const others = await made()
    ownProcess()
    process.stdout.write([others, await made()].join())`
  expect(run(code).stdout).toBe('CompileError,made')
})

/** A module whose last function, `f`, turns a long loop as often as it is told; functions before it make its number larger. */
function looping(before: number): number[] {
  const section = (id: number, ...bytes: number[]): number[] => [id, ...leb(bytes.length), ...bytes]
  const empty = [2, 0, 11]
  const step = [32, 1, 65, 1, 106, 33, 1]
  const turn = [32, 0, 65, 1, 107, 34, 0, 13, 0]
  const loop = [1, 1, 127, 3, 64, ...Array.from({ length: 500 }, () => step).flat(), ...turn, 11, 32, 1, 11]
  const bodies = [...Array.from({ length: before }, () => empty), [...leb(loop.length), ...loop]]
  return [
    0,
    97,
    115,
    109,
    1,
    0,
    0,
    0,
    ...section(1, 2, 96, 1, 127, 1, 127, 96, 0, 0),
    ...section(3, before + 1, ...Array.from({ length: before }, () => 1), 0),
    ...section(7, 1, 1, 102, 0, before),
    ...section(10, before + 1, ...bodies.flat()),
  ]
}

const leb = (n: number): number[] => (n < 128 ? [n] : [(n % 128) + 128, ...leb(Math.floor(n / 128))])

it('counts a turn of a long loop as little as it is told, and V8 as all that lies in it', () => {
  const code = `
    const { compileLate, countTurns } = await import(${JSON.stringify(place)})
    const loop = (bytes) => new WebAssembly.Instance(compileLate(new Uint8Array(bytes), 1_000_000)).exports.f
    const [few, many] = [loop(${JSON.stringify(looping(0))}), loop(${JSON.stringify(looping(3))})]
    const end = countTurns(10)
    few(1) // V8 compiles a function when it is first called
    end()
    many(1)
    few(10_000)
    many(10_000)
    await new Promise((resolve) => setTimeout(resolve, 100))`
  const { stdout } = spawnSync(
    process.execPath,
    ['--trace-wasm-compilation-times', '--input-type=module', '-e', code],
    { encoding: 'utf8' },
  )
  const optimised = [...stdout.matchAll(/#(\d+) using TurboFan/g)].map(([, number]) => Number(number))
  expect(optimised).toEqual([3])
})

function run(code: string): { readonly stdout: string; readonly signal: string | null } {
  return spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
}
