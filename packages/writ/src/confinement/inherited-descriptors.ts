import { readdirSync, readFileSync } from 'node:fs'

const CLOSED_ON_EXEC = 0o2000000

/** Descriptors beyond the standard ones that programs started by this process would have too. Only Linux tells. */
export function inheritedDescriptors(): readonly number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc/self/fdinfo')
    .map(Number)
    .filter((fd) => fd > 2 && isInherited(fd))
}

function isInherited(fd: number): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & CLOSED_ON_EXEC) === 0
  } catch {
    return false // that of the listing itself
  }
}
