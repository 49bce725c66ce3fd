import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWrit } from 'writ'
import { type Measure, medianMs, rounded } from './measure.ts'

/** Ingestion of the demo's corpus, cold and when nothing changed. */
export async function memory(): Promise<readonly Measure[]> {
  const place = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  try {
    const folder = join(place, 'licences')
    await mkdir(folder)
    const licenses = createRequire(import.meta.url)('spdx-license-list/full') as Record<
      string,
      { licenseText: string }
    >
    let bytes = 0
    for (const [id, { licenseText }] of Object.entries(licenses)) {
      await writeFile(join(folder, `${id}.txt`), licenseText)
      bytes += Buffer.byteLength(licenseText)
    }
    const writ = await createWrit({ home: join(place, 'home') })
    const ingest = async (): Promise<void> => (await writ.ingest('licences', { paths: [folder] })).close()
    const cold = await medianMs(1, ingest)
    const warm = await medianMs(3, ingest)
    await writ.close()
    return [
      {
        task: 'ingest, cold',
        score: rounded(bytes / 1e6 / (cold / 1000), 1),
        detail: `MB/s, ${bytes} bytes, ${rounded(cold)} ms`,
      },
      {
        task: 'ingest again, unchanged',
        score: rounded(bytes / 1e6 / (warm / 1000), 1),
        detail: `MB/s, ${rounded(warm)} ms`,
      },
    ]
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
