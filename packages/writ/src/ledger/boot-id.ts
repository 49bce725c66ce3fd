import { readFileSync } from 'node:fs'

const LINUX = '/proc/sys/kernel/random/boot_id'
const SHAPE = /^[0-9a-f-]{8,64}$/

/**
 * Names this boot of the machine; undefined where the system does not tell.
 *
 * Within one boot the kernel keeps what a killed process had written. A reboot may lose what was not flushed.
 */
export function bootId(): string | undefined {
  try {
    const id = readFileSync(LINUX, 'utf8').trim()
    return SHAPE.test(id) ? id : undefined
  } catch {
    return undefined
  }
}
