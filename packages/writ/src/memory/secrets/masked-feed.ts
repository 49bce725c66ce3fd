import { type Fed, type Feed, isRefusal } from '../document-source.ts'
import type { Refusal } from '../refusal.ts'
import { SecretMasker } from './masker.ts'
import type { NameVerdict } from './names.ts'

/** The part of a document that has to be secrets for it to be left out, unless the rest is prose. */
const MOSTLY = 0.5

/** Three words in a row, as prose has them and a file of keys has not. */
const PROSE = /\p{L}{2,}[,;]? \p{L}{2,}[,;]? \p{L}{2,}/u

/** The refusal of a file whose name says that it is there to hold keys. */
export const KEY_FILE: Refusal = {
  code: 'secret',
  reason: 'its name says that it holds keys or passwords',
}

/**
 * Masks the secrets of a document. One that is nothing but secrets is refused, and so is one whose name says that it may
 * hold them when it does.
 */
export function maskedFeed(name: NameVerdict, feed: Feed): Feed {
  const suspect = name !== undefined
  return (take) => {
    const masker = new SecretMasker(suspect)
    const outcome = masked(masker, feed, take)
    if (isRefusal(outcome) || masker.secrets === 0) return outcome
    const count = masker.secrets === 1 ? 'one secret' : `${masker.secrets} secrets`
    const found = `${count} (${[...masker.kinds].sort().join(', ')})`
    if (suspect) return { code: 'secret', reason: `it holds ${found}` }
    if (masker.maskedBytes >= masker.bytes * MOSTLY && !holdsProse(feed))
      return { code: 'secret', reason: `it holds ${found} and nothing else` }
    return { ...outcome, masked: `${found} masked; the rest is there` }
  }
}

function masked(masker: SecretMasker, feed: Feed, take: (piece: Buffer) => void): Fed | Refusal {
  const outcome = feed((piece) => masker.push(piece, take))
  if (!isRefusal(outcome)) masker.end(take)
  return outcome
}

/** Whether what is no secret reads like prose. */
function holdsProse(feed: Feed): boolean {
  let prose = false
  const look = (piece: Buffer): void => {
    prose ||= PROSE.test(piece.toString())
  }
  masked(new SecretMasker(false), feed, look)
  return prose
}
