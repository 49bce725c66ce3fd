import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fullyConfined } from '../fully-confined.fixture.ts'
import { another, noSnapshots, TELLING, toldBy } from './interpreters.fixture.ts'
import { comeAlong } from './packed-memory.ts'
import { findPyodide } from './pyodide-package.ts'
import { pythonAbi } from './python-abi.ts'

const lack = await fullyConfined()

it.skipIf(lack !== undefined)(
  'an interpreter is the same whether it made the snapshot, begins from it or from the one of the build, and a changed or removed one is made again',
  async () => {
    const directory = noSnapshots()
    const open = await another({ brought: false })
    const first = await toldBy(open)
    expect(first.map(({ outcome, error }) => error ?? outcome)).toEqual(TELLING.map(() => 'ok'))
    const path = join(directory, readdirSync(directory)[0] ?? '')
    const right = readFileSync(path)
    expect(await toldBy(open)).toEqual(first)

    const wrong = Buffer.from(right)
    wrong[wrong.indexOf('division by zero')] = 0x44
    writeFileSync(path, wrong)
    expect(await toldBy(await another({ brought: false }))).toEqual(first)
    expect(readFileSync(path).equals(right)).toBe(true)

    rmSync(directory, { recursive: true })
    expect(await toldBy(open)).toEqual(first)
    expect(readFileSync(path).equals(right)).toBe(true)

    const engine = findPyodide()
    expect(comeAlong(engine, pythonAbi(engine))?.equals(right)).toBe(true)
    rmSync(directory, { recursive: true })
    expect(await toldBy(await another({ brought: true }))).toEqual(first)
    expect(readFileSync(path).equals(right)).toBe(true)
  },
)
