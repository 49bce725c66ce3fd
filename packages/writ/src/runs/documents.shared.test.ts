import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { block, type Simulator, sequence, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWrit, verifyFile, type Writ } from '../index.ts'

// Documents as people have them, through a whole run: their bytes, their names. The model is scripted.

let place: string
let simulator: Simulator | undefined
let writ: Writ | undefined
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-documents-'))
  await mkdir(join(place, 'docs'))
})
afterEach(async () => {
  await writ?.close()
  await simulator?.stop()
  await rm(place, { recursive: true, force: true })
})

it('cites a file that is not UTF-8 by its own bytes, and finds documents by the words of their names', async () => {
  const letter = 'Über die Straße: „Größe“ zählt.\nDie Kündigung muß schriftlich sein.\n'
  const utf16 = Buffer.from(`\uFEFF${letter}`, 'utf16le')
  const latin1 = Buffer.from('Die Kündigung muß schriftlich sein.\n', 'latin1')
  await writeFile(join(place, 'docs', 'Brief_an_Müller.txt'), utf16)
  await writeFile(join(place, 'docs', 'latin1.txt'), latin1)
  await writeFile(join(place, 'docs', 'Indemnity_Agreement-Acme.txt'), 'The parties agree as follows.\n')
  simulator = await startSimulator({
    script: sequence([
      block(`const found = (await grep('Kündigung')).matches;
        for (const match of found) await cite(match, 'muß schriftlich');
        const named = (await docs({ match: 'acme  indemnity' })).map((doc) => doc.id);
        const searched = (await search('indemnity agreement acme', { k: 1 })).map((passage) => passage.doc);
        FINAL({ named, searched, none: (await docs('acme lease')).length });`),
    ]),
  })
  writ = await createWrit({
    home: join(place, 'home'),
    model: 'any/model',
    baseUrl: simulator.url,
    apiKey: 'sk-test-0123456789abcdefghijklmnop',
  })
  const answer = await writ.completion({
    query: 'SIMTASK:documents How is notice given?',
    context: { paths: [join(place, 'docs')] },
    strategy: 'recurse',
  })
  const name = 'Indemnity_Agreement-Acme.txt'
  expect(answer.value).toEqual({ named: [name], searched: [name], none: 0 })
  expect(answer.citations).toHaveLength(2)
  for (const { doc, start, end, sha256, quote } of answer.citations) {
    const bytes = (doc === 'latin1.txt' ? latin1 : utf16).subarray(start, end)
    expect(quote).toBe('muß schriftlich')
    expect(bytes.toString(doc === 'latin1.txt' ? 'latin1' : 'utf16le')).toBe(quote)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
  }
  const trust = join(place, 'home', 'trust.json')
  expect((await verifyFile(answer.evidence ?? '', { trust, answer })).ok).toBe(true)
  expect((await writ.replay(answer.run)).outcome).toBe('IDENTICAL')
})
