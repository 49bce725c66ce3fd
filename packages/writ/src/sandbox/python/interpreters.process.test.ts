import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fullyConfined } from '../fully-confined.fixture.ts'
import { another, noSnapshots, TELLING, toldBy } from './interpreters.fixture.ts'

const lack = await fullyConfined()

it.skipIf(lack !== undefined)(
  'an interpreter is the same whether it made the snapshot or begins from it, and one that was changed or removed is made again',
  async () => {
    const directory = noSnapshots()
    const open = await another()
    const first = await toldBy(open)
    expect(first.map(({ outcome, error }) => error ?? outcome)).toEqual(TELLING.map(() => 'ok'))
    const path = join(directory, readdirSync(directory)[0] ?? '')
    const right = readFileSync(path)
    expect(await toldBy(open)).toEqual(first)

    const wrong = Buffer.from(right)
    wrong[wrong.indexOf('division by zero')] = 0x44
    writeFileSync(path, wrong)
    expect(await toldBy(await another())).toEqual(first)
    expect(readFileSync(path).equals(right)).toBe(true)

    rmSync(directory, { recursive: true })
    expect(await toldBy(open)).toEqual(first)
    expect(readFileSync(path).equals(right)).toBe(true)
  },
)
