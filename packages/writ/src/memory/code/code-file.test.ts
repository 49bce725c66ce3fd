import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CodeFile, type Entry, type Packed } from './code-file.ts'

// What another process does to the file is done here between two rows of one transaction.

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-code-'))
  path = join(directory, 'state.code')
})
afterEach(() => rmSync(directory, { recursive: true }))

const textOf = (n: number): string => n.toString(16).padStart(64, '0')

function entry(n: number): Entry & { readonly found: Packed } {
  const place = { pack: textOf(0), at: n }
  return { place, text: textOf(n), bytes: 3, found: { packed: null, reason: `no ${n}` } }
}

/** An entry at which something happens once. */
function entryAt(n: number, happens: () => void): Entry {
  let happened = false
  return {
    ...entry(n),
    get found() {
      if (!happened) happens()
      happened = true
      return entry(n).found
    },
  }
}

function removed(...endings: readonly string[]): void {
  for (const ending of endings) rmSync(path + ending)
}

const placesOf = (file: CodeFile): readonly number[] => file.places().map(({ at }) => at)

describe('a file that another process removes', () => {
  it.each([
    ['with its journal', ['', '-journal']],
    ['without its journal', ['']],
    ['but for itself', ['-journal']],
  ])('while entries are written, %s, takes them all the same', (_, endings) => {
    const file = new CodeFile(path, true, () => true)
    file.put([entry(1)])
    file.put([entry(2), entryAt(3, () => removed(...endings)), entry(4)])
    expect(placesOf(file)).toEqual(expect.arrayContaining([2, 3, 4]))
    file.put([entry(5)])
    expect(file.get(textOf(5))).toEqual({ facts: null, reason: 'no 5' })
    file.close()
  })

  it('while it takes over what another one has, has it', () => {
    const [before, file] = [
      new CodeFile(join(directory, 'before.code'), true, () => true),
      new CodeFile(path, true, () => true),
    ]
    before.put([entry(1), entry(2)])
    before.close()
    let happened = false
    function* texts(): Generator<string> {
      yield textOf(1)
      if (!happened) removed('', '-journal')
      happened = true
      yield textOf(2)
    }
    file.takeOver(join(directory, 'before.code'), { [Symbol.iterator]: texts })
    expect([file.get(textOf(1)), file.get(textOf(2))]).toMatchObject([{ reason: 'no 1' }, { reason: 'no 2' }])
    file.close()
  })

  it('after it was found damaged and made anew, is in memory alone', () => {
    writeFileSync(path, 'no database '.repeat(200))
    const file = new CodeFile(path, true, () => true)
    const remove = (): void => removed('', '-journal')
    file.put([entry(1), entryAt(2, remove)])
    expect(placesOf(file)).toEqual([1, 2])
    file.close()
    expect(existsSync(path)).toBe(false)
  })
})
