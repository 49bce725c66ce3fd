import { Socket } from 'node:net'
import type { Parsed } from '@writ/contract'
import { filterOwnCalls } from '../../confinement/own-filter.ts'
import { WIRE_FD, Wire } from '../../confinement/wire.ts'
import { CHUNK_BYTES } from '../limits.ts'
import type { FromParser, ToParser } from '../messages.ts'
import { parseFile } from './parse-file.ts'
import { asRefusal } from './refused.ts'

// The confined child process that parses files. It holds one at a time, and ends with its parent.

filterOwnCalls()
const socket = new Socket({ fd: WIRE_FD, readable: true, writable: true })
const wire = new Wire(socket, {
  onMessage: (value) => hear(value as ToParser),
  onBroken: () => process.exit(1),
})
socket.on('close', () => process.exit(0))
// A library may leave a promise that nobody waits for. What fails of it late would end the reading of the next file.
process.on('unhandledRejection', () => undefined)

const tell = (message: FromParser): void => wire.send(message)
let parts: Buffer[] = []

function hear(message: ToParser): void {
  if (message.type === 'bytes') {
    parts.push(Buffer.from(message.base64, 'base64'))
    return
  }
  const bytes = Buffer.concat(parts)
  parts = []
  const refuse = (error: unknown): void => {
    const refusal = asRefusal(error)
    const isOurs = error instanceof Error && error.name === 'NoGrammar'
    tell(isOurs ? { type: 'no-grammar', reason: refusal.reason } : { type: 'refused', refusal })
  }
  if (message.type === 'code') {
    const read = import('./code/read-code.ts').then(({ readCode }) => readCode(message.language, bytes))
    read.then((packed) => tell({ type: 'code', base64: packed.toString('base64') }), refuse)
    return
  }
  const { type: _, ...asked } = message
  parseFile({ ...asked, bytes }).then(tellParsed, refuse)
}

function tellParsed({ document, members, left }: Parsed): void {
  if (document !== undefined) tell({ type: 'document', document })
  for (const { name, bytes } of members) {
    tell({ type: 'member', name })
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + CHUNK_BYTES)
      tell({ type: 'bytes', base64: Buffer.from(chunk).toString('base64') })
    }
  }
  for (const { name, code, reason } of left) tell({ type: 'left', name, refusal: { code, reason } })
  tell({ type: 'done' })
}
