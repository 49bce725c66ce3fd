import { execFile } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Workspace, workspace } from './memory-fixture.ts'

const MEGABYTE = 1024 * 1024

let space: Workspace
beforeEach(() => {
  space = workspace()
})
afterEach(() => space.remove())

it('a line of 200 MB is ingested, searched and read in less than 400 MB of memory', async () => {
  const block = Buffer.from('the contract über alles 漢字 runs on '.repeat(30_000))
  const fd = openSync(join(space.docs, 'line.txt'), 'w')
  let bytes = 0
  while (bytes < 200 * MEGABYTE) bytes += writeSync(fd, block)
  bytes += writeSync(fd, 'needle')
  closeSync(fd)
  const script = `
    const { openLibrary } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
    const library = await openLibrary(${JSON.stringify(space.home)})
    const store = await library.open(${JSON.stringify(space.request())})
    const [{ id, bytes }] = store.partitions
    const grep = { pattern: 'needle', ignoreCase: false, before: 0, after: 0, limit: 9 }
    const { matches: [match] } = await store.grep(id, grep)
    const filtered = await store.grep(id, { ...grep, docs: ['line.txt'] })
    const [passage] = await store.search(id, { query: 'needle', k: 1 })
    const { text } = await store.read('line.txt', bytes - 6, bytes)
    const same = JSON.stringify(filtered.matches[0]) === JSON.stringify(match)
    console.log(JSON.stringify({ bytes, line: match.line, end: match.end, same, passage: passage.end, text }))
    await library.close()
    console.log(process.resourceUsage().maxRSS / 1024)`
  const args = ['--conditions=@writ/source', '--input-type=module', '-e', script]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const [facts = '', megabytes] = stdout.split('\n')
  expect(JSON.parse(facts)).toEqual({
    bytes,
    line: 1,
    end: bytes,
    same: true,
    passage: bytes,
    text: 'needle',
  })
  expect(Number(megabytes)).toBeLessThan(400)
}, 120_000)
