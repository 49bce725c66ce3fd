import { spawn } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { ContextStore, KeptCorpus, Library } from '@writ/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answersOf, corpusText } from './corpus-fixture.ts'
import { openLibrary } from './library.ts'
import { type Workspace, workspace } from './memory-fixture.ts'

const PART = 16_000

let space: Workspace
let library: Library
beforeEach(async () => {
  space = workspace()
  library = await openLibrary(space.home, { partBytes: PART })
})
afterEach(async () => {
  await library.close()
  space.remove()
})

/** Files written long enough ago for their times to prove something. */
function write(path: string, content: string, at = 1_700_000_000): void {
  space.write(path, content)
  settle(path, at)
}

/** The time of change cannot be set: the test waits it out in its own way, by asking what was read. */
function settle(path: string, at = 1_700_000_000): void {
  utimesSync(join(space.docs, path), at, at)
}

function corpus(files: number): void {
  for (let n = 0; n < files; n += 1) write(`part-${n % 3}/${n}.${['md', 'txt', 'csv'][n % 3]}`, corpusText(n))
}

async function ingest(changes: { readonly rehash?: boolean } = {}): Promise<KeptCorpus> {
  return await library.ingest('docs', space.request(changes))
}

/** What a library that never saw the corpus before answers. */
async function fresh(): Promise<unknown> {
  const other = await openLibrary(join(space.base, `fresh-${Math.random()}`))
  try {
    return await answersOf(await other.open(space.request()))
  } finally {
    await other.close()
  }
}

const state = (store: ContextStore): string[] => store.partitions.map(({ packSha256 }) => packSha256)

describe('a corpus that is ingested again', () => {
  it('answers as one that is ingested for the first time, whatever was added, changed and removed', async () => {
    corpus(40)
    const first = await ingest()
    expect(first.changes).toBeNull()
    expect(await answersOf(first)).toEqual(await fresh())
    for (let round = 1; round <= 4; round += 1) {
      write(`part-0/${round * 3}.md`, corpusText(100 + round))
      write(`part-1/new-${round}.txt`, corpusText(200 + round))
      rmSync(join(space.docs, `part-2/${round * 3 + 2}.csv`))
      const again = await ingest()
      expect(again.changes).toEqual({
        added: [`part-1/new-${round}.txt`],
        changed: [`part-0/${round * 3}.md`],
        removed: [`part-2/${round * 3 + 2}.csv`],
        unchanged: 38,
      })
      expect(await answersOf(again)).toEqual(await fresh())
      await again.close()
      const opened = await library.openNamed('docs')
      expect(await answersOf(opened)).toEqual(await fresh())
      await opened.close()
    }
    await first.close()
  })

  it('gives equally good passages in the order of their documents, whichever came first', async () => {
    corpus(30)
    for (const name of ['b', 'd', 'f', 'h']) write(`same/${name}.txt`, 'wombat here and nothing else')
    await (await ingest()).close()
    for (const name of ['a', 'c', 'e', 'i']) write(`same/${name}.txt`, 'wombat here and nothing else')
    const store = await ingest()
    const [partition] = store.partitions
    for (const k of [1, 3, 5, 8]) {
      const found = await store.search(partition?.id ?? '', { query: 'wombat', k })
      expect(found.map(({ doc }) => doc)).toEqual(
        ['a', 'b', 'c', 'd', 'e', 'f', 'h', 'i'].slice(0, k).map((name) => `same/${name}.txt`),
      )
    }
    await store.close()
  })

  it('is the same state when nothing changed, and the files are not read', async () => {
    corpus(30)
    const first = await ingest()
    const again = await ingest({ rehash: true })
    expect(again.changes).toMatchObject({ added: [], changed: [], removed: [], unchanged: 30 })
    expect(state(again)).toEqual(state(first))
    await first.close()
    await again.close()
  })

  it('keeps what was only touched, and sees what has other content under the times it had', async () => {
    corpus(30)
    await (await ingest()).close()
    settle('part-0/3.md', 1_800_000_000)
    const text = corpusText(4)
    write('part-1/4.txt', text.replace('e', 'x')) // as long, and written at the same time
    const again = await ingest()
    expect(again.changes).toMatchObject({ added: [], changed: ['part-1/4.txt'], removed: [], unchanged: 29 })
    expect(await answersOf(again)).toEqual(await fresh())
    await again.close()
  })

  it('packs all of it again when too much of what there is counts no more', async () => {
    corpus(30)
    await (await ingest()).close()
    for (let n = 0; n < 30; n += 2)
      rmSync(join(space.docs, `part-${n % 3}/${n}.${['md', 'txt', 'csv'][n % 3]}`))
    write('new.txt', corpusText(77))
    const again = await ingest()
    expect(again.changes).toMatchObject({ added: ['new.txt'], changed: [], unchanged: 15 })
    expect(await answersOf(again)).toEqual(await fresh())
    const packs = readdirSync(join(space.home, 'corpora', 'packs'))
    await again.close()
    expect((await library.remove('docs', new Set())).packsKept).toBe(0)
    expect(packs.length).toBeGreaterThan(0)
    expect(readdirSync(join(space.home, 'corpora', 'packs'))).toEqual([])
    expect(readdirSync(join(space.home, 'corpora', 'index'))).toEqual([])
  })

  it('leaves nothing of an ingestion that was cut short when its corpus is removed, though it never had one', async () => {
    const unfinished = join(space.home, 'corpora', 'unfinished')
    const kept = join(unfinished, 'other')
    for (const name of [join(unfinished, 'docs'), kept]) {
      mkdirSync(name)
      writeFileSync(join(name, 'journal'), '')
    }
    await expect(library.remove('../unfinished/other', new Set())).rejects.toMatchObject({
      code: 'UNKNOWN_CORPUS',
    })
    await expect(library.remove('docs', new Set())).rejects.toMatchObject({ code: 'UNKNOWN_CORPUS' })
    expect(readdirSync(unfinished)).toEqual(['other'])
  })

  it('leaves what runs were over, and drops the rest when they let it go', async () => {
    corpus(30)
    const first = await ingest()
    const [before] = state(first)
    const partitions = first.partitions
    const answers = await answersOf(first)
    await first.close()
    write('new.txt', corpusText(77))
    const inUse = async () => new Set([before ?? ''])
    await (await library.ingest('docs', space.request({ inUse }))).close()
    const reopened = await library.reopen(partitions, [])
    expect(await answersOf(reopened)).toEqual(answers)
    await reopened.close()
    await (await library.ingest('docs', space.request({ inUse: async () => new Set<string>() }))).close()
    await expect(library.reopen(partitions, [])).rejects.toMatchObject({ code: 'UNKNOWN_CORPUS' })
    const now = await library.openNamed('docs')
    expect(await answersOf(now)).toEqual(await fresh())
    await now.close()
  })
})

describe('files that are not what they seem', () => {
  it('leaves out what turned into a link, a directory or something unreadable, and says so', async () => {
    corpus(30)
    writeFileSync(join(space.base, 'outside.txt'), 'outside secret place')
    await (await ingest()).close()
    const at = (path: string): string => join(space.docs, path)
    rmSync(at('part-0/0.md'))
    symlinkSync(join(space.base, 'outside.txt'), at('part-0/0.md'))
    rmSync(at('part-1/1.txt'))
    mkdirSync(at('part-1/1.txt'))
    if (process.getuid?.() !== 0) chmodSync(at('part-2/2.csv'), 0)
    const again = await ingest()
    expect(again.changes?.removed).toContain('part-0/0.md')
    expect(again.changes?.removed).toContain('part-1/1.txt')
    expect(again.skipped).toMatchObject({ symlink: 1 })
    const [partition] = again.partitions
    expect(await again.search(partition?.id ?? '', { query: 'outside secret place', k: 5 })).toEqual([])
    await again.close()
  })

  it('says of secrets and of files left out what it said the first time, without reading them again', async () => {
    corpus(30)
    write('binary.bin', '\u0000\u0001\u0002')
    write('key.txt', `${corpusText(3)}\nAKIA${'ABCDEFGH'.repeat(2)}\n`)
    const first = await ingest()
    expect(first.omitted.map(({ doc, code }) => [doc, code])).toEqual([
      ['binary.bin', 'binary'],
      ['key.txt', 'masked'],
    ])
    write('new.txt', corpusText(50))
    const again = await ingest()
    expect(again.omitted).toEqual(first.omitted)
    expect(await answersOf(again)).toEqual(await fresh())
    await first.close()
    await again.close()
  })

  it('keeps the corpus as it is when its directory is gone', async () => {
    corpus(12)
    await (await ingest()).close()
    renameSync(space.docs, `${space.docs}-away`)
    await expect(ingest()).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' })
    mkdirSync(space.docs)
    await expect(ingest()).rejects.toMatchObject({ code: 'EMPTY_CORPUS' })
    rmSync(space.docs, { recursive: true })
    renameSync(`${space.docs}-away`, space.docs)
    const kept = await library.openNamed('docs')
    expect(await answersOf(kept)).toEqual(await fresh())
    await kept.close()
  })

  it('is opened while it is ingested again, as it was or as it is', async () => {
    corpus(60)
    await (await ingest()).close()
    const other = await openLibrary(space.home)
    let isOver = false
    const opened: Promise<number> = (async () => {
      let times = 0
      for (; !isOver; times += 1) await (await other.openNamed('docs')).close()
      return times
    })()
    for (let round = 0; round < 12; round += 1) {
      write('part-0/0.md', corpusText(1000 + round))
      await (await library.ingest('docs', { ...space.request(), inUse: async () => new Set() })).close()
    }
    isOver = true
    expect(await opened).toBeGreaterThan(0)
    await other.close()
  })

  it('is ingested by one at a time: another is told, and changes nothing', async () => {
    corpus(40)
    const other = await openLibrary(space.home, { partBytes: PART })
    for (let round = 0; round < 2; round += 1) {
      const both = await Promise.allSettled([ingest(), other.ingest('docs', space.request())])
      const refused = both.filter(({ status }) => status === 'rejected')
      expect(refused).toMatchObject([{ reason: { code: 'CORPUS_BUSY' } }])
      for (const one of both) {
        if (one.status === 'rejected') continue
        expect(await answersOf(one.value)).toEqual(await fresh())
        await one.value.close()
      }
      write(`new-${round}.txt`, corpusText(60 + round))
    }
    const again = await other.ingest('docs', space.request())
    // The list of its files was there: nothing but the new file was read.
    expect(again.changes).toMatchObject({ added: ['new-1.txt'], changed: [], unchanged: 41 })
    await other.close()
  })

  it('is listed and brought up to date while another corpus goes', async () => {
    corpus(3)
    await (await ingest()).close()
    // It is named when the directory is read, and gone when it is opened.
    symlinkSync('nowhere', join(space.home, 'corpora', 'named', 'gone.json'))
    expect((await library.list()).map(({ name }) => name)).toEqual(['docs'])
    write('new.txt', corpusText(9))
    const again = await library.ingest('docs', { ...space.request(), inUse: async () => new Set() })
    expect(await answersOf(again)).toEqual(await fresh())
    await again.close()
  })

  it('is not ingested where there can be no lock', async () => {
    corpus(3)
    const [lock, packs] = ['docs', '.packs'].map((name) =>
      join(space.home, 'corpora', 'locks', `${name}.lock`),
    ) as [string, string]
    mkdirSync(lock)
    await expect(ingest()).rejects.toMatchObject({ code: 'HOME_UNUSABLE' })
    rmSync(lock, { recursive: true })
    writeFileSync(lock, 'no file of ours '.repeat(100))
    await expect(ingest()).rejects.toMatchObject({ code: 'HOME_UNUSABLE' })
    rmSync(lock)
    await (await ingest()).close()
    // The lock of packs is nobody's corpus: the message says whose packs were to be named.
    write('new.txt', corpusText(7))
    rmSync(packs, { force: true })
    mkdirSync(packs)
    const message = expect.stringMatching(/^cannot lock the packs of the corpus docs by /)
    await expect(ingest()).rejects.toMatchObject({ code: 'HOME_UNUSABLE', message })
    const removed = library.remove('docs', new Set())
    await expect(removed).rejects.toMatchObject({ code: 'HOME_UNUSABLE', message })
  })

  it('is not opened where nothing can be written, and that is said of the home', async () => {
    corpus(3)
    await (await ingest()).close()
    const scratch = join(space.home, 'corpora', 'scratch')
    rmSync(scratch, { recursive: true })
    writeFileSync(scratch, '')
    await expect(library.openNamed('docs')).rejects.toMatchObject({ code: 'HOME_UNUSABLE' })
  })

  it('is locked by a process until that ends, however it does', async () => {
    corpus(3)
    const program = `
      import { withCorpusLock } from ${JSON.stringify(new URL('./corpus-lock.ts', import.meta.url).href)}
      const locks = ${JSON.stringify(join(space.home, 'corpora', 'locks'))}
      await withCorpusLock(locks, 'docs', async () => {
        process.stdout.write('locked')
        await new Promise((resolve) => setTimeout(resolve, 60_000))
      })`
    const args = ['--conditions=@writ/source', '--input-type=module', '-e', program]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise((resolve) => child.once('close', resolve))
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve))
      await expect(ingest()).rejects.toMatchObject({ code: 'CORPUS_BUSY' })
      await expect(library.remove('docs', new Set())).rejects.toMatchObject({ code: 'CORPUS_BUSY' })
    } finally {
      child.kill('SIGKILL')
      await ended
    }
    await (await ingest()).close()
  })
})
