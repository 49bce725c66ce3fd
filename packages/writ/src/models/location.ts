import { isIP } from 'node:net'
import type { ModelLocation } from '@writ/contract'

/** Whether a URL's host can only be this machine: 127.0.0.0/8, ::1 or `localhost`. */
export function locationOf(url: URL): Exclude<ModelLocation, 'builtin'> {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback'
  if (isIP(host) === 4) return host.startsWith('127.') ? 'loopback' : 'remote'
  return host === '::1' || /^::ffff:7f[0-9a-f]{2}:/.test(host) ? 'loopback' : 'remote'
}
