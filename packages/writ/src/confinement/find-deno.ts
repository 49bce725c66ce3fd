import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lateCallFilter } from './call-filter.ts'
import { installedPackage } from './installed-package.ts'

// Deno comes as a package that whoever needs it installs: nothing is downloaded here, and no other Deno is used.

/** The version that Writ is made for. The attacks on the sandbox are made on no other. */
export const DENO = '2.9.5'

/** The package of the program itself, for machines that Deno's filter of system calls is made for. */
const PROGRAMS: Readonly<Record<string, string>> = {
  x64: '@deno/linux-x64-glibc',
  arm64: '@deno/linux-arm64-glibc',
}

/** Deno's program where its package is installed for this file of Writ; else what is missing. */
export function findDeno(
  from: string = fileURLToPath(import.meta.url),
): { readonly path: string } | { readonly lack: string } {
  const name = PROGRAMS[process.arch]
  if (process.platform !== 'linux' || name === undefined || lateCallFilter() === undefined)
    return { lack: `Deno is not used on ${process.platform}-${process.arch}` }
  const found = installedPackage('deno', from)
  if (found === undefined) return { lack: `deno ${DENO} is not installed` }
  const version = versionOf(found)
  if (version !== DENO) return { lack: `the package deno is there in version ${version}, not ${DENO}` }
  const program = installedPackage(name, join(realpathSync(found), 'package.json'))
  const path = join(program ?? '', 'deno')
  if (program !== undefined && versionOf(program) === DENO && existsSync(path)) return { path }
  return { lack: `the package ${name} ${DENO}, which holds Deno itself, is not installed` }
}

/** The version that a package says it has. */
function versionOf(directory: string): string {
  try {
    const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
      version?: unknown
    }
    return String(version)
  } catch {
    return 'that cannot be read'
  }
}
