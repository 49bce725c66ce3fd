import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalBytes, canonicalJson, parseCanonical } from './canonical.ts'
import { utf8 } from './encoding.ts'

test('RFC 8785, section 3.2.2: literals, numbers, strings', () => {
  const input = String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`
  expect(canonicalJson(JSON.parse(input))).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  )
})

test('RFC 8785, section 3.2.3: keys in order of their UTF-16 units', () => {
  const input = String.raw`{
    "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
  }`
  expect(Object.values(JSON.parse(canonicalJson(JSON.parse(input))))).toEqual([
    'One', // integer-like keys come first in any JavaScript object
    'Carriage Return',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ])
  expect(canonicalJson(JSON.parse(input)).startsWith(String.raw`{"\r":"Carriage Return","1":"One"`)).toBe(
    true,
  )
})

// RFC 8785, appendix B.
test.each([
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
])('RFC 8785, appendix B: the number %s is %s', (bits, text) => {
  expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text)
})

test.each([[Number.NaN], [Number.POSITIVE_INFINITY], ['\ud800'], [{ '\udc00': 1 }], [undefined]])(
  'what JSON cannot hold is refused: %j',
  (value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'INVALID_ANSWER' }))
  },
)

test('any JSON value is read back from its canonical bytes', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      fc.pre(JSON.stringify(value).isWellFormed())
      expect(JSON.stringify(parseCanonical(canonicalBytes(value), 'x'))).toBe(
        JSON.stringify(JSON.parse(canonicalJson(value))),
      )
    }),
  )
})

test('exactly the texts that are their own canonical form are read', () => {
  const key = fc.constantFrom('a', 'b', 'ab', '1', '10', '2', '', '__proto__', '\u20ac', '\ufb33', '😀', '!')
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(
        '1',
        '-0',
        '1.0',
        '1e2',
        '1e+30',
        '"\\u0041"',
        '"\\ud800"',
        '"\\\\ud800"',
        '"ä"',
        'null',
        ' 1',
      ),
      fc.array(tie('node'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
      fc
        .array(fc.tuple(key, tie('node') as fc.Arbitrary<string>), { maxLength: 4 })
        .map((items) => `{${items.map(([name, item]) => `${JSON.stringify(name)}:${item}`).join(',')}}`),
    ),
  })).node as fc.Arbitrary<string>
  const canonical = (text: string): boolean => {
    try {
      return canonicalJson(JSON.parse(text)) === text
    } catch {
      return false
    }
  }
  let read = 0
  fc.assert(
    fc.property(tree, (text) => {
      if (!canonical(text)) {
        expect(() => parseCanonical(utf8(text), 'x')).toThrow('canonical')
        return
      }
      read += 1
      expect(canonicalJson(parseCanonical(utf8(text), 'x'))).toBe(text)
    }),
    { numRuns: 3000 },
  )
  expect(read).toBeGreaterThan(300)
  expect(parseCanonical(utf8('{"!":1,"1":2,"10":3,"2":4}'), 'x')).toEqual({ '!': 1, 1: 2, 10: 3, 2: 4 })
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  expect(() => parseCanonical(utf8(deep), 'x')).not.toThrow()
})

test.each([
  '{"b":1,"a":2}',
  '{"a":1,"a":1}',
  '{"a": 1}',
  '1.0',
  '1e2',
  '-0',
  String.raw`"\u0041"`,
  String.raw`"\/"`,
  '\ufeff1',
  '1 ',
  '',
  '{"a":1}x',
  String.raw`"\ud800"`,
  '9007199254740993',
])('bytes of another form are refused: %j', (text) => {
  expect(() => parseCanonical(utf8(text), 'x')).toThrow(
    expect.objectContaining({ data: { code: 'NOT_CANONICAL', at: 'x' } }),
  )
})

test('bytes that are not UTF-8 are refused', () => {
  expect(() => parseCanonical(Uint8Array.of(0x22, 0xff, 0x22), 'x')).toThrow('not UTF-8')
})
