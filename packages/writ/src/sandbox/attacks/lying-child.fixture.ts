// What a child may write instead of messages, by mechanism: bytes of its side of the wire while the cell of its one VM
// waits for the reply to its first call, and may make one more.

import { MOST_JSON } from '../cell-size.ts'
import { MOST_MESSAGE } from '../child-message.ts'

const line = (message: unknown): string => `${JSON.stringify(message)}\n`

const result = { outcome: 'ok', output: '', fuel: 1 }
const ended = (changes: object, delivered = 0): string =>
  line({ type: 'ended', vm: 0, end: { result: { ...result, ...changes }, delivered } })
const called = (changes: object): string =>
  line({ type: 'call', vm: 0, id: 1, name: 'read', argsJson: '[]', ...changes })

const many = `[${'{},'.repeat(MOST_JSON.items / 2)}{}]`
const deep = '['.repeat(MOST_JSON.depth + 1) + ']'.repeat(MOST_JSON.depth + 1)
const failed = (changes: object): string =>
  ended({ outcome: 'error', error: { name: 'Error', message: '', ...changes } })

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
    'data of an error that is no JSON': failed({ dataJson: 'process' }),
  },
  'more than a cell can send': {
    'a line that ends late': `"${'x'.repeat(MOST_MESSAGE.bytes)}"\n`,
    'many things in a message': `${many}\n`,
    'many names in a message': line(Object.fromEntries(Array.from({ length: 1e4 }, (_, at) => [at, at]))),
    'a message that is deep': `{"type":"pong","deep":${deep}}\n`,
    'many things in arguments': called({ argsJson: many }),
    'arguments that are deep': called({ argsJson: deep }),
    'many things in an answer': ended({ finalJson: many }),
    'an answer that is deep': ended({ finalJson: deep }),
    'the name of an error': failed({ name: 'x'.repeat(1e6) }),
    'the message of an error': failed({ message: 'x'.repeat(1e6) }),
    'the data of an error': failed({ dataJson: `"${'x'.repeat(1e6)}"` }),
    'why it failed': line({ type: 'failed', vm: 0, message: 'x'.repeat(1e6) }),
    'more calls than the cell may make': called({}) + called({ id: 2 }),
  },
  'answers to what was not asked': {
    'a draft': line({ type: 'draft', vm: 0, json: null }),
    'a VM that is open already': line({ type: 'opened', vm: 0 }),
  },
}
