import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { type ContextStore, type Library, label } from '@writ/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLibrary } from './index.ts'
import { type Workspace, workspace } from './memory-fixture.ts'

let space: Workspace
let library: Library
beforeEach(async () => {
  space = workspace()
  library = await openLibrary(space.home)
})
afterEach(async () => {
  await library.close()
  space.remove()
})

const code = (name: string, message = ''): unknown =>
  expect.objectContaining({ code: name, message: expect.stringContaining(message) })

function only(store: ContextStore): string {
  expect(store.partitions).toHaveLength(1)
  return store.partitions[0]?.id ?? ''
}

const anything = { ignoreCase: false, before: 0, after: 0, limit: 100 }
const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('a library', () => {
  it('ingests a directory and answers from it', async () => {
    space.write('guide.md', '\uFEFF# Termination\n\nNotice is thirty days.\n')
    space.write('empty.txt', '')
    space.write('sub/café.txt', 'Über die Kündigung\nzweite Zeile')
    const store = await library.open(space.request())
    const partition = only(store)
    expect(store.partitions[0]).toMatchObject({
      collection: 'default',
      label: label('internal', [], true),
      purposes: ['general'],
      owner: 'tester',
      documents: 3,
    })
    expect(store.documents(partition).map(({ id }) => id)).toEqual(['empty.txt', 'guide.md', 'sub/café.txt'])
    expect(store.locate('guide.md')).toEqual({
      id: 'guide.md',
      partition,
      title: 'Termination',
      date: expect.stringMatching(/^20\d\d-\d\d-\d\d$/),
      mediaType: 'text/markdown',
      bytes: 41,
      outlineSize: 1,
    })
    expect(store.locate('empty.txt')).toMatchObject({ title: 'empty.txt', bytes: 0, mediaType: 'text/plain' })
    expect(store.locate('nothing')).toBeUndefined()
    expect(await store.outline('guide.md')).toEqual([
      { kind: 'heading', title: 'Termination', depth: 1, start: 0, end: 41 },
    ])
    const [passage] = await store.search(partition, { query: 'when does "notice" end?', k: 5 })
    expect(passage).toMatchObject({ doc: 'guide.md', title: 'Termination', start: 0, end: 41, rank: 1 })
    expect(passage?.sha256).toBe(hash(passage?.text ?? ''))
    expect(passage?.text.startsWith('\uFEFF#')).toBe(true)
    expect((await store.search(partition, { query: 'uber', k: 5 })).map(({ doc }) => doc)).toEqual([
      'sub/café.txt',
    ])
    const { matches, truncated } = await store.grep(partition, { ...anything, pattern: 'Zeile$' })
    expect([matches.length, truncated, matches[0]?.line, matches[0]?.text]).toEqual([
      1,
      false,
      2,
      'zweite Zeile',
    ])
    expect(await store.read('sub/café.txt', 1, 3)).toEqual({
      doc: 'sub/café.txt',
      start: 0,
      end: 3,
      sha256: hash('Üb'),
      text: 'Üb',
    })
  })

  it('ranks by relevance, breaks ties by document and offset, and filters documents', async () => {
    space.write('b.txt', 'indemnity of the supplier')
    space.write('a.txt', 'indemnity of the supplier')
    space.write('c.txt', `indemnity indemnity indemnity`)
    space.write('d.txt', 'nothing of that kind here')
    const store = await library.open(space.request())
    const found = async (docs?: readonly string[], k = 10) =>
      (await store.search(only(store), { query: 'the indemnity', k, ...(docs && { docs }) })).map(
        ({ doc }) => doc,
      )
    expect(await found()).toEqual(['c.txt', 'a.txt', 'b.txt'])
    expect(await found(undefined, 2)).toEqual(['c.txt', 'a.txt'])
    expect(await found(['b.txt', 'd.txt', 'unknown'])).toEqual(['b.txt'])
    expect(await found([])).toEqual([])
    expect(await store.search(only(store), { query: '?!', k: 3 })).toEqual([])
    await expect(store.search(only(store), { query: 'x', k: 0 })).rejects.toEqual(
      code('BAD_REQUEST', 'k is 0'),
    )
  })

  it('finds documents by the words of their names and titles', async () => {
    space.write(
      'contracts/Acme_Indemnity_Agreement.txt',
      `The parties agree as follows.\n${'More text. '.repeat(900)}`,
    )
    space.write('contracts/GlobexLease2020.md', '# Premises in Springfield\n\nThe rent is due.\n')
    space.write(
      'other.txt',
      'Every agreement is an agreement, and this agreement of ours is one.\n'.repeat(20),
    )
    space.write('empty-indemnity.txt', '')
    const store = await library.open(space.request())
    const found = async (query: string) =>
      (await store.search(only(store), { query, k: 5 })).map(({ doc, start }) => [doc, start])
    expect((await found('indemnity agreement acme'))[0]).toEqual([
      'contracts/Acme_Indemnity_Agreement.txt',
      0,
    ])
    expect(await found('the indemnity of acme')).toEqual([['contracts/Acme_Indemnity_Agreement.txt', 0]])
    expect(await found('globex lease')).toEqual([['contracts/GlobexLease2020.md', 0]])
    expect(await found('2020')).toEqual([['contracts/GlobexLease2020.md', 0]])
    expect(await found('premises')).toEqual([['contracts/GlobexLease2020.md', 0]])
    // Neither the folder nor the ending is a name; other passages of a document are found by their text only.
    expect(await found('contracts txt')).toEqual([])
    expect((await found('agreement')).map(([doc]) => doc)).toContain('other.txt')
  })

  it('makes one partition of each label, with ids that do not depend on the content', async () => {
    space.write('hr/pay.csv', 'name,pay\n')
    space.write('open.md', '# Open\n')
    const labels = [{ glob: 'hr/**', label: label('restricted', ['PII'], true) }]
    const first = await library.open(space.request({ labels }))
    expect(first.partitions.map((partition) => partition.label.level).sort()).toEqual([
      'internal',
      'restricted',
    ])
    const secret = first.partitions.find((partition) => partition.label.level === 'restricted')
    expect(first.locate('hr/pay.csv')?.partition).toBe(secret?.id)
    expect((await first.grep(secret?.id ?? '', { ...anything, pattern: '' })).matches).toHaveLength(1)
    space.write('hr/pay.csv', 'other\n')
    const second = await library.open(space.request({ labels }))
    expect(second.partitions.map(({ id }) => id)).toEqual(first.partitions.map(({ id }) => id))
    const other = await library.open(space.request({ labels, owner: 'someone' }))
    expect(other.partitions.map(({ id }) => id)).not.toEqual(first.partitions.map(({ id }) => id))
  })

  it('uses what is already packed and indexed', async () => {
    space.write('a.txt', 'once\n')
    const packs = join(space.home, 'corpora', 'packs')
    const indexes = join(space.home, 'corpora', 'index')
    const facts = () =>
      [packs, indexes].flatMap((path) => readdirSync(path).map((name) => statSync(join(path, name)).ino))
    await library.open(space.request())
    const before = facts()
    expect(before).toHaveLength(2)
    const again = await library.open(space.request({ collection: 'another' }))
    expect(facts()).toEqual(before)
    expect(readdirSync(packs)).toEqual([`${again.partitions[0]?.packSha256}.pack`])
    const bytes = readFileSync(join(packs, readdirSync(packs)[0] ?? ''))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(again.partitions[0]?.packSha256)
  })

  it('mends a pack that was cut short and an index that is none', async () => {
    space.write('a.txt', 'heal me\n')
    const { packSha256 } = (await library.open(space.request())).partitions[0] ?? {}
    truncateSync(join(space.home, 'corpora', 'packs', `${packSha256}.pack`), 3)
    writeFileSync(join(space.home, 'corpora', 'index', `${packSha256}.db`), 'not a database')
    const store = await library.open(space.request())
    expect((await store.read('a.txt', 0, 8)).text).toBe('heal me\n')
    expect(await store.search(only(store), { query: 'heal', k: 1 })).toHaveLength(1)
  })

  it('builds the index of another version again', async () => {
    space.write('a.txt', 'version\n')
    const { packSha256 } = (await library.ingest('kept', space.request())).partitions[0] ?? {}
    const path = join(space.home, 'corpora', 'index', `${packSha256}.db`)
    const db = new DatabaseSync(path)
    db.exec('PRAGMA user_version = 99; DROP TABLE passages')
    db.close()
    const store = await library.openNamed('kept')
    expect(await store.search(only(store), { query: 'version', k: 1 })).toHaveLength(1)
  })

  it('says which corpus lost its pack', async () => {
    space.write('a.txt', 'lost\n')
    const { packSha256 } = (await library.ingest('kept', space.request())).partitions[0] ?? {}
    rmSync(join(space.home, 'corpora', 'packs', `${packSha256}.pack`))
    await expect(library.openNamed('kept')).rejects.toEqual(code('UNKNOWN_CORPUS', packSha256))
  })

  it('keeps a corpus by name', async () => {
    space.write('a.md', '# A\n')
    space.write('b.bin', new Uint8Array([1, 0, 2]))
    const first = await library.ingest('laws-1', space.request())
    await library.ingest('other', space.request({ paths: [], texts: [{ id: 't', text: 'text' }] }))
    const reader = await openLibrary(space.home)
    const store = await reader.openNamed('laws-1')
    expect(store.partitions).toEqual(first.partitions)
    expect(store.omitted).toEqual([{ doc: 'b.bin', code: 'binary', reason: 'it is no text' }])
    expect(store.documents(only(store))).toEqual(first.documents(only(first)))
    expect((await reader.list()).map(({ name, documents, bytes }) => [name, documents, bytes])).toEqual([
      ['laws-1', 1, 4],
      ['other', 1, 4],
    ])
    await expect(reader.openNamed('unknown')).rejects.toEqual(code('UNKNOWN_CORPUS', '"unknown"'))
    await expect(reader.openNamed('../packs/x')).rejects.toEqual(code('UNKNOWN_CORPUS'))
    await expect(reader.ingest('../x', space.request())).rejects.toEqual(code('USAGE', '"../x"'))
    await reader.close()
  })

  it('leaves out what is no text, and says so', async () => {
    space.write('good.txt', 'good')
    space.write('nul.bin', new Uint8Array([97, 0, 98]))
    space.write('koi8.txt', new Uint8Array([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4]))
    space.write('paper.pdf', '%PDF-1.7\nall of it could be decoded\n')
    space.write('photo.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]))
    space.write('locked.txt', 'locked')
    chmodSync(join(space.docs, 'locked.txt'), 0)
    execFileSync('mkfifo', [join(space.docs, 'fifo')])
    mkdirSync(join(space.docs, 'loop'))
    symlinkSync('..', join(space.docs, 'loop', 'up'))
    const store = await library.open(space.request())
    const root = process.getuid?.() === 0 // may read everything
    expect(store.omitted).toEqual([
      { doc: 'fifo', code: 'unreadable', reason: 'it is not a regular file' },
      {
        doc: 'koi8.txt',
        code: 'undecodable',
        reason: 'it is neither UTF-8 nor UTF-16 nor Windows-1252',
      },
      ...(root ? [] : [{ doc: 'locked.txt', code: 'unreadable', reason: 'it cannot be read' }]),
      { doc: 'nul.bin', code: 'binary', reason: 'it is no text' },
      {
        doc: 'paper.pdf',
        code: 'binary',
        reason: 'it is a PDF under the name of a text; rename it to end in .pdf',
      },
      { doc: 'photo.png', code: 'binary', reason: 'it is an image (PNG)' },
    ])
    expect(store.skipped).toEqual({ symlink: 1 })
    expect(store.documents(only(store)).map(({ id }) => id)).toEqual(
      root ? ['good.txt', 'locked.txt'] : ['good.txt'],
    )
  })

  it('refuses a corpus without documents and a path that is not there', async () => {
    space.write('nul.bin', new Uint8Array([0]))
    await expect(library.open(space.request({ paths: [space.docs, space.home] }))).rejects.toMatchObject({
      code: 'EMPTY_CORPUS',
      data: {
        omitted: [{ doc: 'docs/nul.bin', code: 'binary', reason: 'it is no text' }],
        skipped: { home: 1 },
      },
    })
    await expect(library.open(space.request({ paths: ['/no/such/place'] }))).rejects.toEqual(
      code('PATH_NOT_FOUND', '/no/such/place'),
    )
  })

  it('needs a home it can write', async () => {
    space.write('file', '')
    await expect(openLibrary(join(space.docs, 'file'))).rejects.toEqual(code('HOME_UNUSABLE', 'file'))
  })

  it.runIf(process.platform === 'linux')(
    'fails, and does not hang, where no directory can be made',
    async () => {
      // In a process of its own: what hangs is a system call, which no time-out of a test can end.
      const source = `const { openLibrary } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)})
      await openLibrary('/proc/none').catch((error) => process.stdout.write(error.code))`
      const args = ['--conditions=@writ/source', '--input-type=module', '--eval', source]
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 })
      expect(stdout).toBe('HOME_UNUSABLE')
    },
  )

  it('refuses a corpus of more labels than a run can list', async () => {
    const texts = (count: number, category: (at: number) => string) =>
      Array.from({ length: count }, (_, at) => {
        return { id: `t${at}`, text: 'x', label: label('internal', [category(at)]) }
      })
    const open = (given: ReturnType<typeof texts>) => library.open(space.request({ paths: [], texts: given }))
    const kept = await open(texts(128, String))
    expect(kept.partitions).toHaveLength(128)
    await expect(open(texts(129, String))).rejects.toEqual(code('BAD_CONFIG', '129 different labels'))
    await expect(open(texts(2, (at) => `${at}`.repeat(16_000)))).rejects.toEqual(code('BAD_CONFIG', 'bytes'))

    const labels = Array.from({ length: 129 }, (_, at) => ({ glob: `${at}.txt`, label: `internal:C${at}` }))
    space.write('corpus.json', JSON.stringify({ labels }))
    for (const { glob } of labels) space.write(glob, 'x')
    await expect(library.open(space.request())).rejects.toEqual(code('BAD_CONFIG', '129 different labels'))
  })

  it('removes what dead processes left, and nothing of the living', async () => {
    const scratch = join(space.home, 'corpora', 'scratch')
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--conditions=@writ/source',
      '--input-type=module',
      '-e',
      `const { openLibrary } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
       const library = await openLibrary(${JSON.stringify(space.home)})
       await library.open(${JSON.stringify(space.request({ paths: [], texts: [{ id: 't', text: 'x' }] }))})
       console.log('left')`,
    ])
    expect(stdout).toBe('left\n')
    await library.open(space.request({ paths: [], texts: [{ id: 't', text: 'x' }] }))
    expect(readdirSync(scratch)).toHaveLength(2)
    await (await openLibrary(space.home)).close()
    expect(readdirSync(scratch)).toHaveLength(1)
  })
})

describe('two processes', () => {
  it('ingest the same thing into one home at once, each under its own name', async () => {
    for (let at = 0; at < 200; at += 1) space.write(`d${at}.txt`, `document ${at} `.repeat(200))
    const script = (name: string): string => `
      const { openLibrary } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
      const library = await openLibrary(${JSON.stringify(space.home)})
      const store = await library.ingest('${name}', ${JSON.stringify(space.request())})
      const [{ id, packSha256 }] = store.partitions
      const found = await store.search(id, { query: 'document 7', k: 3 })
      console.log(packSha256, found.length)
      await library.close()`
    const args = ['--conditions=@writ/source', '--input-type=module', '-e']
    const names = ['one', 'two', 'three']
    const runs = await Promise.all(
      names.map((name) => promisify(execFile)(process.execPath, [...args, script(name)])),
    )
    const outputs = new Set(runs.map(({ stdout }) => stdout))
    expect(outputs.size).toBe(1)
    expect([...outputs][0]).toMatch(/^[0-9a-f]{64} 3\n$/)
  })
})

describe('texts added to a store', () => {
  it('are a partition of their own, gone with the store', async () => {
    space.write('a.md', '# A\n')
    const store = await library.open(space.request())
    const added = await store.addTexts(
      'frame 0.1',
      [
        { id: 'goal', text: 'the indemnity clause' },
        { id: 'more', text: 'é', label: label('secret', ['X']) },
      ],
      label('internal', ['HR'], true),
    )
    expect(added).toMatchObject({
      collection: 'frame 0.1',
      documents: 2,
      label: label('secret', ['HR', 'X'], true),
    })
    expect(store.partitions.map(({ id }) => id)).toContain(added.id)
    expect(store.locate('goal')?.partition).toBe(added.id)
    expect((await store.search(added.id, { query: 'indemnity', k: 2 })).map(({ doc }) => doc)).toEqual([
      'goal',
    ])
    expect((await store.grep(added.id, { ...anything, pattern: 'clause' })).matches).toHaveLength(1)
    expect((await store.read('more', 0, 2)).text).toBe('é')
    expect(readdirSync(join(space.home, 'corpora', 'packs'))).toHaveLength(1)
    await store.close()
    expect(readdirSync(join(space.home, 'corpora', 'scratch'))).toEqual([])
  })

  it('are refused whole when an id or a text will not do', async () => {
    space.write('a.md', '# A\n')
    const store = await library.open(space.request())
    const add = (ids: readonly string[], text = 'x', collection = 'c') =>
      store.addTexts(
        collection,
        ids.map((id) => ({ id, text })),
        label('internal'),
      )
    await expect(add(['a.md'])).rejects.toEqual(code('BAD_REQUEST', '"a.md"'))
    await expect(add(['x', 'x'])).rejects.toEqual(code('BAD_REQUEST', '"x"'))
    await expect(add([''])).rejects.toEqual(code('BAD_REQUEST'))
    await expect(add([])).rejects.toEqual(code('BAD_REQUEST'))
    await expect(add(['x'], 'a\0b')).rejects.toEqual(code('BAD_REQUEST', 'binary'))
    expect(store.partitions).toHaveLength(1)
    await add(['x'])
    await expect(add(['y'])).rejects.toEqual(code('BAD_REQUEST', '"c"'))
    await add(['y'], 'x', 'c2')
  })
})

describe('reading', () => {
  it('refuses ranges outside the document and documents that are none', async () => {
    space.write('a.txt', 'añb')
    const store = await library.open(space.request())
    for (const [start, end] of [
      [-1, 1],
      [0, 5],
      [2, 1],
      [0.5, 1],
      [0, Number.NaN],
    ] as const) {
      await expect(store.read('a.txt', start, end)).rejects.toEqual(
        code('BAD_SPAN', 'a.txt, which has 4 bytes'),
      )
    }
    expect((await store.read('a.txt', 2, 2)).text).toBe('ñ')
    expect((await store.read('a.txt', 4, 4)).text).toBe('')
    await expect(store.read('b.txt', 0, 0)).rejects.toEqual(code('UNKNOWN_DOCUMENT', '"b.txt"'))
    await expect(store.outline('b.txt')).rejects.toEqual(code('UNKNOWN_DOCUMENT', '"b.txt"'))
    await expect(store.search('nowhere', { query: 'x', k: 1 })).rejects.toEqual(
      code('BAD_REQUEST', 'nowhere'),
    )
    expect(() => store.documents('nowhere')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }))
  })
})

describe('stopping', () => {
  it('an ingestion rejects with the reason of the signal, leaves nothing half-made, and can be done again', async () => {
    space.write('big.txt', 'some words of a long document\n'.repeat(700_000))
    const controller = new AbortController()
    const reason = new Error('enough')
    let aborted = 0
    const request = space.request({
      signal: controller.signal,
      onProgress: () => {
        aborted ||= performance.now()
        controller.abort(reason)
      },
    })
    await expect(library.open(request)).rejects.toBe(reason)
    expect(performance.now() - aborted).toBeLessThan(5000)
    expect(readdirSync(join(space.home, 'corpora', 'index'))).toEqual([])
    await expect.poll(() => readdirSync(join(space.home, 'corpora', 'scratch'))).toEqual([])
    await expect(library.open(request)).rejects.toBe(reason)
    const store = await library.open(space.request({ paths: [], texts: [{ id: 't', text: 'x' }] }))
    const stopped = store.search(only(store), { query: 'x', k: 1 }, AbortSignal.abort(reason))
    await expect(stopped).rejects.toBe(reason)
  })

  it('a closed store answers nothing and closes once', async () => {
    space.write('a.txt', 'a')
    const store = await library.open(space.request())
    await Promise.all([store.close(), store.close()])
    await expect(store.search(only(store), { query: 'a', k: 1 })).rejects.toEqual(code('INTERNAL', 'closed'))
  })

  it('a library stops what is under way', async () => {
    space.write('big.txt', 'some words of a long document\n'.repeat(700_000))
    const opening = library.open(space.request())
    const outcome = expect(opening).rejects.toEqual(code('INTERNAL', 'ended'))
    await library.close()
    await outcome
  })

  it('leaves the main thread free while it works', async () => {
    space.write('big.txt', 'some words of a long document\n'.repeat(200_000))
    let ticks = 0
    const timer = setInterval(() => {
      ticks += 1
    }, 5)
    const reports: number[] = []
    const store = await library.open(space.request({ onProgress: ({ bytes }) => reports.push(bytes) }))
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(10)
    expect(reports.at(-1)).toBe(store.partitions[0]?.bytes)
    expect(reports).toEqual([...reports].sort((a, b) => a - b))
  })
})
