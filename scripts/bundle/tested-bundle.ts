import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'vitest/config'
import { currentBundle, freshBundle } from './fresh-bundle.js'

// Tests run the sources in their own thread, and everything that Writ starts beside it from a bundle of the same sources:
// a thread or child from sources takes several times as long to come up.

const source = resolve(import.meta.dirname, '../../packages/writ/src')

/** Made when the tests begin. While tests are watched the sources change under them, so nothing is bundled. */
const bundle: string | undefined = process.argv.includes('run') ? freshBundle() : undefined

/** Lets product code under test take itself for a part of the bundle, so that it starts what lies there. */
export function startFromBundle(): Plugin {
  return {
    name: 'start-from-bundle',
    enforce: 'pre',
    /** What is kept of a file over many runs of the tests names the bundle of the run that made it. */
    configureVitest({ defineCacheKeyGenerator }) {
      defineCacheKeyGenerator(({ sourceCode }) =>
        sourceCode.includes('import.meta.url') ? bundle : undefined,
      )
    },
    transform(code, id) {
      const path = relative(source, id.split('?', 1)[0] ?? id)
      const product = !path.startsWith('..') && !/\.test\.ts$|[-.]fixture\.ts$/.test(path)
      if (bundle === undefined || !product || !code.includes('import.meta.url')) return null
      const place = pathToFileURL(join(bundle, path.replace(/\.ts$/, '.js'))).href
      return { code: code.replaceAll('import.meta.url', JSON.stringify(place)), map: null }
    },
  }
}

/** Fails the tests when a source changed while they ran: some ran with the old one, some with the new. */
export default function setup(): () => void {
  return () => {
    if (bundle !== undefined && currentBundle() !== bundle)
      throw new Error('A source changed while the tests ran. Run them again.')
  }
}
