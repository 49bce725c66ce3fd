import { isIP } from 'node:net'
import type { ModelLocation } from '@writ/contract'

/**
 * Whether a URL's host is this machine: 127.0.0.0/8, ::1 or `localhost`. Any other name can lead elsewhere, those that
 * end in `.localhost` included: resolvers ask the network for them.
 */
export function locationOf(url: URL): Exclude<ModelLocation, 'builtin'> {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  return host === 'localhost' || isLoopback(host) ? 'loopback' : 'remote'
}

/** Whether an IP address is one of this machine's own. */
export function isLoopback(address: string): boolean {
  return isIP(address) === 4 ? address.startsWith('127.') : address === '::1'
}
