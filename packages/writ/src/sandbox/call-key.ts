import { hash } from 'node:crypto'

const SHORT_CHARS = 200

/** What a call is known by when its cell is run again: itself where it is short, else its digest, which has no blank. */
export function callKey(name: string, argsJson: string): string {
  const said = `${name} ${argsJson}`
  return said.length <= SHORT_CHARS ? said : hash('sha256', said, 'base64')
}
