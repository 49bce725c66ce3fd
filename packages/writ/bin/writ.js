#!/usr/bin/env node
// The launcher. It must parse on old Node versions, so that it can say what is missing.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const NEEDED = 24
const major = Number(process.versions.node.split('.')[0])

if (major < NEEDED) {
  process.stderr.write(
    `Writ needs Node ${NEEDED} or newer; this is ${process.version} (${process.execPath}).\n` +
      'In a checkout run it as `npx writ …`, which uses the Node that `npm ci` installed; elsewhere install a newer Node.\n',
  )
  process.exitCode = 2
} else {
  await start()
}

/** Runs the built files of a published package; in a checkout a bundle of the sources as they are, or those themselves. */
async function start() {
  const { enableCompileCache, registerHooks } = await import('node:module')
  const source = new URL('../src/cli/main.ts', import.meta.url)
  const published = !existsSync(source)
  // Compiled once: beside the code, where only who may change that can write, whatever others may of this user's files.
  const cache = published ? '../.cache' : '../../../node_modules/.cache/writ'
  const place = fileURLToPath(new URL(cache, import.meta.url))
  const before = process.umask()
  process.umask(before | 0o022)
  enableCompileCache(place)
  process.umask(before)
  if (published) {
    const { runKept } = await import('./compiled-code.js')
    runKept(fileURLToPath(new URL('../dist/cli/main.cjs', import.meta.url)), place)
    return
  }
  const { freshBundle } = await import('../../../scripts/bundle/fresh-bundle.js')
  const bundle = freshBundle()
  if (bundle !== undefined) {
    const { runKept } = await import('./compiled-code.js')
    runKept(`${bundle}/cli/main.cjs`, place)
    return
  }
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: ['@writ/source', ...context.conditions] }),
  })
  await import(source.href)
}
