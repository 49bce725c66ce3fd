import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { corpusText } from './corpus-fixture.ts'
import { openLibrary } from './library.ts'
import { workspace } from './memory-fixture.ts'

// Processes that ingest, open and remove corpora of the same files at once: none is told of a fault that nobody made.

const SECONDS = 90
const ROLES = ['ingest', 'ingest', 'open', 'open', 'open', 'twin']
const PROGRAM = join(import.meta.dirname, 'corpus-stress-process-fixture.ts')

it('corpora are opened, ingested and removed by many at once', async () => {
  const space = workspace()
  try {
    for (let at = 0; at < 60; at += 1) space.write(`part-${at % 3}/f${at}.txt`, corpusText(at))
    const library = await openLibrary(space.home, { partBytes: 40_000 })
    await (await library.ingest('docs', space.request())).close()
    await library.close()
    const told = await Promise.all(ROLES.map((role, seed) => toldBy(role, space.home, space.docs, seed + 1)))
    const lines = told.flatMap((text) => text.trim().split('\n'))
    expect(lines.filter((line) => !line.includes('"rounds"'))).toEqual([])
    expect(lines).toHaveLength(ROLES.length)
  } finally {
    space.remove()
  }
}, 300_000)

function toldBy(role: string, home: string, docs: string, seed: number): Promise<string> {
  const args = ['--conditions=@writ/source', PROGRAM, role, home, docs, String(SECONDS), String(seed)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString()
  })
  return new Promise((resolve) => child.once('close', () => resolve(out)))
}
