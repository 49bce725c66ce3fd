import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { type FileRecord, READING, recordOf, recordRow } from './file-record.ts'

/** First line of the list of files that a kept corpus was made of. */
const HEADER: string = JSON.stringify({ schema: 'writ.files/1', reading: READING })

/** The files a corpus was made of, by id; none when nothing can be told of them any more. */
export function readFiles(path: string | undefined): Map<string, FileRecord> {
  if (path === undefined || !existsSync(path)) return new Map()
  const [header, ...rows] = readFileSync(path, 'utf8').split('\n')
  if (header !== HEADER) return new Map()
  const records = rows.filter((row) => row !== '').map(recordOf)
  return new Map(records.map((record) => [record.id, record]))
}

/** Writes the list, which is on the disk when this returns. */
export function writeFiles(path: string, records: Iterable<FileRecord>): void {
  const fd = openSync(path, 'wx', 0o600)
  try {
    let held = `${HEADER}\n`
    for (const record of records) {
      held += `${recordRow(record)}\n`
      if (held.length < 1024 * 1024) continue
      writeAll(fd, held)
      held = ''
    }
    writeAll(fd, held)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(fd, bytes, sent)
}
