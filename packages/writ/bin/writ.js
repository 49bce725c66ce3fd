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

/** Runs the sources in a checkout, without a build, and the built files in a published package. */
async function start() {
  const source = new URL('../src/cli/main.ts', import.meta.url)
  if (!existsSync(source)) {
    await import('../dist/cli/main.js')
    return
  }
  const { enableCompileCache, registerHooks } = await import('node:module')
  // Compiled once: beside the sources, where only who may change those can write.
  enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/writ', import.meta.url)))
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: ['@writ/source', ...context.conditions] }),
  })
  await import(source.href)
}
