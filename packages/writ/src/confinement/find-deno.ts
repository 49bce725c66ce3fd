import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { lateCallFilter } from './call-filter.ts'

// Deno comes as a package that whoever needs it installs: nothing is downloaded here, and no other Deno is used.

/** The version that Writ is made for. The attacks on the sandbox are made on no other. */
export const DENO = '2.9.5'

/** The package of the program itself, for machines that Deno's filter of system calls is made for. */
const PROGRAMS: Readonly<Record<string, string>> = {
  x64: '@deno/linux-x64-glibc',
  arm64: '@deno/linux-arm64-glibc',
}

/** Deno's program where its package is installed beside Writ; else what is missing. */
export function findDeno(
  from: NodeJS.Require = createRequire(import.meta.url),
): { readonly path: string } | { readonly lack: string } {
  const name = PROGRAMS[process.arch]
  if (process.platform !== 'linux' || name === undefined || lateCallFilter() === undefined)
    return { lack: `Deno is not used on ${process.platform}-${process.arch}` }
  let manifest: string
  try {
    manifest = from.resolve('deno/package.json')
  } catch {
    return { lack: `deno ${DENO} is not installed` }
  }
  const { version } = from(manifest) as { readonly version: string }
  if (version !== DENO) return { lack: `the package deno is there in version ${version}, not ${DENO}` }
  try {
    const own = createRequire(manifest)
    const program = own.resolve(`${name}/package.json`)
    const { version: built } = own(program) as { readonly version: string }
    const path = join(dirname(program), 'deno')
    if (built === DENO && existsSync(path)) return { path }
  } catch {
    // Said below.
  }
  return { lack: `the package ${name} ${DENO}, which holds Deno itself, is not installed` }
}
