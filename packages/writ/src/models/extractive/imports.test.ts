import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const HERE = import.meta.dirname

describe('the built-in model', () => {
  it('imports the model port, the contract and its own files, and nothing else', async () => {
    const names = await readdir(HERE, { recursive: true })
    const sources = names.filter((name) => name.endsWith('.ts') && !/\.test\.ts$|fixture/.test(name))
    expect(sources.length).toBeGreaterThan(15)
    for (const name of sources) {
      const code = await readFile(join(HERE, name), 'utf8')
      const imports = [
        ...code.matchAll(/^(?:import|export)\b[^'"`;]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm),
      ].map((match) => match[1] ?? match[2] ?? '')
      for (const from of imports) {
        const own = from.startsWith('./') || (from.startsWith('../') && name.includes('/'))
        const shared = from === '@ai-sdk/provider' || from === '@writ/contract'
        expect([name, from, own || shared]).toEqual([name, from, true])
      }
      expect([
        name,
        /\bnew Date\b|\bDate\.|Math\.random|performance\.|process\.|node:/.test(
          code.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''),
        ),
      ]).toEqual([name, false])
    }
  })
})
