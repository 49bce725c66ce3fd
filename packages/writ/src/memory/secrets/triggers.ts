/** What stands at the beginning of a token, or somewhere in it; each in a run of token characters. */
const LITERALS: readonly string[] = `
  AKIA A3T AGPA AIDA AROA AIPA ANPA ANVA ASIA
  ccessKey ccess_key CCESS_KEY
  AIza LS0tLS1CRUdJTiB
  npm_ _authToken _auth= _password=
  xoxb- xoxp- xapp- xoxa- xoxo- xoxr- com/services/T
  shppa_ shpca_ shpat_ shpss_ sk_live_ sk_test_ rk_live_ rk_test_
  ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- glc_ glsa_
  T3BlbkFJ sk-ant-api0 gsk_ hf_ lin_api_ ntn_ ops_ey
  vcp_ vci_ vca_ vcr_ vck_ dapi dckr_pat_ figd_
  cfk_ cfut_ cfat_ tskey-`
  .trim()
  .split(/\s+/)

/** The same with a full stop, which is no token character: they stand right in front of a run. */
const BEFORE_RUN: readonly Buffer[] = ['SG.', 'hvs.', 'hvb.', 'hvr.'].map((text) => Buffer.from(text))

/** Shortest run of token characters that is looked into. No token is shorter, and few words are as long. */
const MIN_RUN = 20

/** Longest user name, password and what stands between them in a URL. */
const MAX_USER_INFO = 320

/** A secret access key has no mark of its own: its length, and its name in front of it. */
const AWS_KEY_BYTES = 40
const AWS_NAME_BYTES = 48

const TOKEN_BYTES = new Uint8Array(256)
for (const byte of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-'))
  TOKEN_BYTES[byte] = 1

/** Literals by a hash of their last three bytes, which all have. */
const BUCKETS = new Map<number, Buffer[]>()
const HAS_BUCKET = new Uint8Array(1 << 15)
for (const literal of LITERALS.map((text) => Buffer.from(text))) {
  const [a = 0, b = 0, c = 0] = literal.subarray(-3)
  const key = trigram(a, b, c)
  HAS_BUCKET[key] = 1
  BUCKETS.set(key, [...(BUCKETS.get(key) ?? []), literal])
}

function trigram(a: number, b: number, c: number): number {
  return ((a & 31) << 10) | ((b & 31) << 5) | (c & 31)
}

/**
 * Where in [from, to) a token may begin, in ascending order. Cheap on clean text: it looks at one byte in twenty, and
 * into runs of token characters only. Bytes around the range are looked at, too.
 */
export function findTriggers(bytes: Buffer, from: number, to: number): number[] {
  const hits: number[] = []
  findLiterals(bytes, from, to, hits)
  findUserInfo(bytes, from, to, hits)
  return hits.sort((a, b) => a - b)
}

function findLiterals(bytes: Buffer, from: number, to: number, hits: number[]): void {
  // A run that began before the range counts as a whole.
  let at = from
  while (at > 0 && from - at < MIN_RUN && isToken(bytes, at - 1)) at -= 1
  while (at < to) {
    const probe = at + MIN_RUN - 1
    if (probe >= bytes.length) break
    if (!isToken(bytes, probe)) {
      at = probe + 1
      continue
    }
    let start = probe
    while (start > at && isToken(bytes, start - 1)) start -= 1
    let end = probe + 1
    while (end < bytes.length && isToken(bytes, end)) end += 1
    if (end - start >= MIN_RUN)
      lookInto(bytes, start, end, (hit) => hit >= from && hit < to && hits.push(hit))
    at = end + 1
  }
}

function isToken(bytes: Buffer, at: number): boolean {
  return TOKEN_BYTES[bytes[at] ?? 0] === 1
}

function lookInto(bytes: Buffer, start: number, end: number, found: (at: number) => void): void {
  if (
    end - start === AWS_KEY_BYTES &&
    /key/i.test(bytes.toString('latin1', Math.max(0, start - AWS_NAME_BYTES), start))
  )
    found(start)
  if (bytes[start - 1] === 0x2e) {
    const before = BEFORE_RUN.find((literal) => endsWith(bytes, start, literal))
    if (before !== undefined) found(start - before.length)
  }
  let a = bytes[start] ?? 0
  let b = bytes[start + 1] ?? 0
  for (let at = start + 2; at < end; at += 1) {
    const c = bytes[at] ?? 0
    const key = trigram(a, b, c)
    if (HAS_BUCKET[key] === 1) {
      const literal = BUCKETS.get(key)?.find((candidate) => endsWith(bytes, at + 1, candidate))
      if (literal !== undefined) found(at + 1 - literal.length)
    }
    a = b
    b = c
  }
}

function endsWith(bytes: Buffer, end: number, literal: Buffer): boolean {
  const start = end - literal.length
  if (start < 0) return false
  for (let at = 0; at < literal.length; at += 1) if (bytes[start + at] !== literal[at]) return false
  return true
}

/** Addresses of the form `scheme://user:password@…`. */
function findUserInfo(bytes: Buffer, from: number, to: number, hits: number[]): void {
  for (let at = bytes.indexOf('://', from); at !== -1 && at < to; at = bytes.indexOf('://', at + 3)) {
    if (hasUserInfo(bytes, at + 3)) hits.push(at)
  }
}

function hasUserInfo(bytes: Buffer, from: number): boolean {
  let colon = false
  for (let at = from; at < Math.min(bytes.length, from + MAX_USER_INFO); at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === 0x40) return colon
    if (byte === 0x3a) colon = true
    // Space and below, and a slash, end what can hold a user.
    else if (byte <= 0x20 || byte === 0x2f) return false
  }
  return false
}
