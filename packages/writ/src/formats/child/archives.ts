import { gunzipSync } from 'node:zlib'
import type { Parsed, ParsedMember, ParseRequest } from '@writ/contract'
import { asRefusal, Refused } from './refused.ts'
import { readTar } from './tar-reader.ts'
import { readZip, tooLarge, UnpackingRoom } from './zip-reader.ts'

/** Folders whose files no corpus has, and what systems add to archives. */
const PASSED_OVER = /(^|\/)(\.git|node_modules|__MACOSX)\/|(^|\/)\.DS_Store$/

/** The files in a ZIP archive. One that cannot be unpacked is left out alone. */
export function parseZip({ bytes }: ParseRequest): Parsed {
  const members: ParsedMember[] = []
  const left: Parsed['left'][number][] = []
  for (const entry of readZip(bytes)) {
    const { name } = entry
    if (entry.isDirectory || PASSED_OVER.test(name)) continue
    try {
      if (entry.isLink) throw link()
      members.push({ name, bytes: entry.read() })
    } catch (error) {
      left.push({ name, ...asRefusal(error) })
    }
  }
  return { members, left }
}

/** The files in a tar archive. */
export function parseTar({ bytes }: ParseRequest): Parsed {
  const members: ParsedMember[] = []
  const left: Parsed['left'][number][] = []
  for (const entry of readTar(bytes)) {
    if (PASSED_OVER.test(entry.name)) continue
    if (entry.bytes === undefined) left.push({ name: entry.name, ...link().refusal })
    else members.push({ name: entry.name, bytes: entry.bytes })
  }
  return { members, left }
}

/** The file in a gzip file; the files of that, when it is a tar archive. */
export function parseGzip({ format, name, bytes }: ParseRequest): Parsed {
  const unpacked = gunzipped(bytes)
  if (unpacked.toString('latin1', 257, 262) === 'ustar') return parseTar({ format, name, bytes: unpacked })
  const inner = name.replace(/\.(gz|gzip)$/i, '')
  return {
    members: [{ name: inner === name || inner === '' ? 'content' : inner, bytes: unpacked }],
    left: [],
  }
}

function gunzipped(bytes: Uint8Array): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: new UnpackingRoom().most(bytes.length) })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw new Refused('damaged', 'it cannot be unpacked')
  }
}

const link = (): Refused => new Refused('unsafe-name', 'it is a link, and links are not followed')
