import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WritError } from '@writ/contract'
import { contentType, type Witness } from './witness.ts'

/** Most bytes of a request: a checkpoint with sixteen long signatures and a proof. */
const MAX_BODY_BYTES = 256 * 1024

export interface WitnessServer {
  readonly url: string
  close(): Promise<void>
}

/** Serves a witness over HTTP (C2SP tlog-witness): `POST /add-checkpoint`, nothing else. Rejects with `USAGE` for an address it cannot have. */
export async function serveWitness(witness: Witness, port: number, host: string): Promise<WitnessServer> {
  const server = createServer((request, response) => {
    handle(witness, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => {
      reject(new WritError('USAGE', `A witness cannot listen at ${host}:${port}: ${message}.`))
    })
    server.listen(port, host, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function handle(witness: Witness, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url !== '/add-checkpoint') return end(response, 404)
  if (request.method !== 'POST') return end(response, 405)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) return end(response, 413)
    chunks.push(chunk)
  }
  const answer = await witness.addCheckpoint(new Uint8Array(Buffer.concat(chunks)))
  response.writeHead(answer.status, { 'Content-Type': contentType(answer) }).end(answer.body)
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end()
}
