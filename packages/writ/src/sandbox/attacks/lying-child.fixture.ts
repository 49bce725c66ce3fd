// What a child may write instead of messages, by mechanism: bytes of its side of the wire while the cell of its one VM
// waits for the reply to its first call.

const line = (message: unknown): string => `${JSON.stringify(message)}\n`

const result = { outcome: 'ok', output: '', fuel: 1 }
const ended = (changes: object, delivered = 0): string =>
  line({ type: 'ended', vm: 0, end: { result: { ...result, ...changes }, delivered } })
const called = (changes: object): string =>
  line({ type: 'call', vm: 0, id: 1, name: 'read', argsJson: '[]', ...changes })

/** Lies by mechanism and by name. */
export const LIES: Readonly<Record<string, Readonly<Record<string, string | Buffer>>>> = {
  'lines that are no JSON': {
    words: 'garbage\n',
    bytes: Buffer.from([0, 255, 254, 10]),
    nothing: '\n',
    'two values': '1 2\n',
    'deeper than can be read': `${'['.repeat(1e6)}\n`,
  },
  'messages of no kind': {
    'an order': line({ type: 'exec', vm: 0 }),
    'no object': line(null),
    'a list': line([{ type: 'opened', vm: 0 }]),
    'with more than belongs there': line({ type: 'opened', vm: 0, more: 1 }),
    'with another prototype': '{"type":"call","vm":0,"__proto__":{"id":1,"name":"read","argsJson":"[]"}}\n',
  },
  'VMs that there are not': {
    opened: line({ type: 'opened', vm: 99 }),
    calling: called({ vm: 99 }),
  },
  'calls out of turn': {
    'one ahead': called({ id: 2 }),
    'one again': called({ id: 0 }),
    'of a function that is not there': called({ name: 'rlm_query' }),
    'of what every object has': called({ name: 'constructor' }),
  },
  'arguments that are no list': {
    'an object with a length': called({ argsJson: '{"length":1}' }),
    'half a list': called({ argsJson: '[1' }),
  },
  'results that cannot be': {
    'an outcome of the host': ended({ outcome: 'denied' }),
    'an answer that is no JSON': ended({ finalJson: 'process' }),
    'fuel that is given back': ended({ fuel: -1 }),
    'more output than there may be': ended({ output: 'x'.repeat(10_000) }),
    'replies that were not sent': ended({}, 99),
  },
  'answers to what was not asked': {
    'a draft': line({ type: 'draft', vm: 0, json: null }),
    'a VM that is open already': line({ type: 'opened', vm: 0 }),
  },
}
