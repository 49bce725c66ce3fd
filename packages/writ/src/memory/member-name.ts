import { MAX_MEMBER_NAME_BYTES } from './limits.ts'

/** The name of a file within a file, with `/`; undefined for one that leads elsewhere or cannot be shown. */
export function memberName(name: string): string | undefined {
  const parts = name.replaceAll('\\', '/').split('/')
  while (parts[0] === '.') parts.shift()
  const plain = parts.join('/')
  const leads = parts.some((part) => part === '' || part === '.' || part === '..') || /^[A-Za-z]:/.test(plain)
  const shown = !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(plain) && plain.isWellFormed()
  return leads || !shown || Buffer.byteLength(plain) > MAX_MEMBER_NAME_BYTES ? undefined : plain
}

/** A name that cannot be used, as it may be shown. */
export function shownName(name: string): string {
  return JSON.stringify(name.toWellFormed().slice(0, 100)).slice(1, -1)
}
