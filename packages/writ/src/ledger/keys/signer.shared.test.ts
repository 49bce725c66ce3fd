import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'

const SIGNER = new URL('./signer.ts', import.meta.url).href
const SCRIPT = `
  import { openSigner } from ${JSON.stringify(SIGNER)}
  const signer = await openSigner(process.argv[1])
  console.log(signer.publicKey('log').keyId, signer.publicKey('operator').keyId)
`

const directory = mkdtempSync(join(tmpdir(), 'writ-signers-'))
afterAll(() => rmSync(directory, { recursive: true }))

test('processes that start at once in a new home agree on the keys', async () => {
  const args = (home: string): string[] => [
    '--conditions=@writ/source',
    '--input-type=module',
    '-e',
    SCRIPT,
    home,
  ]
  for (const round of ['1', '2', '3']) {
    const home = join(directory, round)
    const shown = await Promise.all(
      Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, args(home))),
    )
    expect(new Set(shown.map(({ stdout }) => stdout)).size).toBe(1)
    expect(shown[0]?.stdout).toMatch(/^[0-9a-f]{64} [0-9a-f]{64}\n$/)
  }
})
