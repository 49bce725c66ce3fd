import { base64, concat, fromBase64 } from './encoding.ts'
import { isKeyName, noteKeyHash } from './note.ts'

// C2SP verifier keys: `<name>+<key hash>+<Base64 of type ‖ key>`, how people hand each other the keys of notes.

export interface VerifierKey {
  readonly name: string
  /** Signature type: 0x01 a log's Ed25519, 0x04 a witness's cosignatures. */
  readonly type: number
  /** Raw 32 bytes. */
  readonly publicKey: Uint8Array
}

export function formatVerifierKey({ name, type, publicKey }: VerifierKey): string {
  const encoded = base64(concat([Uint8Array.of(type), publicKey]))
  return `${name}+${noteKeyHash(name, publicKey, type)}+${encoded}`
}

/** The key of a text; undefined for anything `formatVerifierKey` would not write, and for keys that are not 32 bytes. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const [, name = '', , encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? []
  const bytes = fromBase64(encoded)
  const type = bytes?.[0]
  if (bytes === undefined || type === undefined || bytes.length !== 33 || !isKeyName(name)) return undefined
  const key = { name, type, publicKey: bytes.slice(1) }
  return formatVerifierKey(key) === text ? key : undefined
}
