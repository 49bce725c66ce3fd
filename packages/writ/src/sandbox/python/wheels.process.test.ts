import { createHash } from 'node:crypto'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defined } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { SandboxPool } from '../sandbox-pool.ts'
import { pythonHere, pythonOptions, shownBy } from './python-vm.fixture.ts'
import { judged, NATIVE_WHEEL, wheelFrom, wheelMaker } from './wheels.fixture.ts'

const { lack, vm } = await pythonHere()

const MODULE = `{"tinypack/__init__.py": "from .more import twice\\n", "tinypack/more.py": "def twice(n): return 2 * n\\n", "tinypack/words.txt": "yes"}`
const NATIVE = '"cp314-cp314-pyemscripten_2026_0_wasm32"'

/** What is wrong with a wheel, the expression that makes it, and words that say so. */
const HOSTILE: readonly (readonly [string, string, RegExp])[] = [
  ['a path above', 'wheel_of({"../evil.py": "x"})', /leads out of its place: '\.\.\/evil\.py'/],
  ['a path above, within', 'wheel_of({"a/../../evil.py": "x"})', /leads out/],
  ['an absolute path', 'wheel_of({"/lib/python3.14/json.py": "x"})', /leads out/],
  ['a path of Windows', String.raw`wheel_of({"a\\..\\evil.py": "x"})`, /no plain name/],
  [
    'a path with an end in it',
    `patched(wheel_of({"tinypack.py": "", "words_py": ""}), b"words_py", bytes([119, 0, 111]) + b"ds_py")`,
    /no plain name|no wheel that can/,
  ],
  ['a module of the library', 'wheel_of({"json/__init__.py": "x"})', /its module json would stand for one/],
  [
    'one that the library has and nobody loaded',
    'wheel_of({"tkinter.py": "x"})',
    /module tkinter would stand/,
  ],
  ['our own', 'wheel_of({"_writ_wire.py": "x"})', /module _writ_wire would stand/],
  ['one of ours that is not there', 'wheel_of({"_writ_more/__init__.py": "x"})', /_writ_more would stand/],
  ['the engine', 'wheel_of({"pyodide/__init__.py": "x"})', /module pyodide would stand/],
  [
    'a module of the library by its data',
    'wheel_of({"tinypack.py": "", "tinypack-1.2.0.data/purelib/random.py": "x"})',
    /module random would stand/,
  ],
  [
    'what runs at each start',
    'wheel_of({"tinypack.py": "", "sitecustomize.py": "x"})',
    /sitecustomize would stand/,
  ],
  ['a path file', 'wheel_of({"tinypack.py": "", "evil.pth": "import os"})', /evil\.pth'.*as source/],
  [
    'code without its source',
    'wheel_of({"tinypack/__init__.py": "", "tinypack/more.pyc": "x"})',
    /more\.pyc'.*as source/,
  ],
  [
    'another name in the file',
    'wheel_of({"tinypack.py": ""}, said="numpy-2.4.6-py3-none-any.whl")',
    /its metadata are those of 'tinypack-1\.2\.0/,
  ],
  [
    'another name in the metadata',
    'wheel_of({"tinypack.py": ""}, meta="Name: numpy\\nVersion: 1.2.0\\n")',
    /METADATA say that it is 'numpy'/,
  ],
  ['another version', 'wheel_of({"tinypack.py": ""}, meta="Name: tinypack\\nVersion: 9\\n")', /METADATA say/],
  [
    'two of metadata',
    'wheel_of({"tinypack.py": "", "numpy-1.dist-info/METADATA": "x"})',
    /2 directories of metadata/,
  ],
  [
    'metadata of another by its data',
    'wheel_of({"tinypack.py": "", "tinypack-1.2.0.data/purelib/numpy-1.dist-info/METADATA": "Name: numpy"})',
    /metadata that is not its own: 'numpy-1\.dist-info'/,
  ],
  [
    'metadata of another as they were once',
    'wheel_of({"tinypack.py": "", "numpy-1.egg-info/PKG-INFO": "Name: numpy"})',
    /metadata that is not its own: 'numpy-1\.egg-info'/,
  ],
  [
    'metadata of another in other letters',
    'wheel_of({"tinypack.py": "", "numpy-1.Dist-Info/METADATA": "Name: numpy"})',
    /metadata that is not its own: 'numpy-1\.Dist-Info'/,
  ],
  [
    'a name in it that no message holds',
    'patched(wheel_of({"tinypack.py": "", "w" * 60_000: "x"}), b"w" * 60_000, b"v" * 60_000, 1)',
    /no wheel that can be read \(BadZipFile: .{900,1000}…\)$/,
  ],
  ['no metadata', 'wheel_of({"tinypack.py": ""}, without=("METADATA",))', /no METADATA|RECORD names/],
  ['no record', 'wheel_of({"tinypack.py": ""}, without=("RECORD",))', /no RECORD/],
  [
    'a record that lies',
    'wheel_of({"tinypack.py": "x"}, record=lambda lines: "\\n".join(lines).replace("sha256=", "sha256=A"))',
    /not what its RECORD says/,
  ],
  [
    'a file that no record has',
    'wheel_of({"tinypack.py": "x"}, record=lambda lines: "\\n".join(lines[1:]))',
    /'tinypack\.py' is not what/,
  ],
  [
    'a file that is gone',
    'wheel_of({"tinypack.py": "x", "gone.py": ""}, without=("gone.py",))',
    /names 'gone\.py', which it does not have/,
  ],
  [
    'the machine',
    'wheel_of({"tinypack.py": ""}, tags="cp314-cp314-manylinux_2_17_x86_64")',
    /made for cp314-cp314-manylinux/,
  ],
  [
    'another engine',
    'wheel_of({"tinypack.py": ""}, tags="cp312-cp312-pyodide_2024_0_wasm32")',
    /made for cp312/,
  ],
  [
    'another Python',
    'wheel_of({"tinypack.py": ""}, tags="cp313-cp313-pyemscripten_2026_0_wasm32")',
    /made for cp313/,
  ],
  ['an older language', 'wheel_of({"tinypack.py": ""}, tags="py2-none-any")', /made for py2/],
  [
    'tags that are not its own',
    'wheel_of({"tinypack.py": ""}, wheel_tags="cp314-cp314-win_amd64")',
    /tags in its WHEEL/,
  ],
  [
    'native code that it does not own to',
    String.raw`wheel_of({"tinypack.py": "", "t.so": b"\0asm\1\0\0\0"})`,
    /no native code, and has 't\.so'/,
  ],
  [
    'native code of this machine',
    String.raw`wheel_of({"t.so": b"\x7fELF"}, tags=${NATIVE})`,
    /native code of another machine/,
  ],
  [
    'native code of an older Python',
    String.raw`wheel_of({"t.cpython-312-wasm32-emscripten.so": b"\0asm"}, tags=${NATIVE})`,
    /for another Python/,
  ],
  [
    'a bomb',
    'patched(wheel_of({"tinypack.py": "", "zeros": bytes(12345)}), (12345).to_bytes(4, "little"), (1 << 30).to_bytes(4, "little"))',
    /unpack to more than/,
  ],
  [
    'a bomb that says that it is small',
    'patched(wheel_of({"tinypack.py": "", "zeros": bytes(12345)}), (12345).to_bytes(4, "little"), (5).to_bytes(4, "little"))',
    /no wheel that can be read \(BadZipFile|not what its RECORD/,
  ],
  ['many files', 'wheel_of({f"tinypack/m{n}.py": "" for n in range(20_001)})', /more than 20000 files/],
  ['no module', 'wheel_of({"words.txt": "x"})', /no module/],
  ['names that differ in case', 'wheel_of({"tinypack/a.py": "1", "tinypack/A.py": "2"})', /twice/],
  ['no zip', '(b"PK\\x03\\x04 and nothing", "tinypack-1.2.0-py3-none-any.whl")', /no wheel that can be read/],
  [
    'half a zip',
    '(lambda made: (made[0][:-40], made[1]))(wheel_of({"tinypack.py": ""}))',
    /no wheel that can be read/,
  ],
]

/** Wheels that are right, and what is said of them when they lie beside the one of `MODULE`. */
const BESIDE: readonly (readonly [string, RegExp])[] = [
  [
    `wheel_of(${MODULE}, name="other")`,
    /^other-\S+: it has the file tinypack\/__init__\.py, which tinypack-1\.2\.0/,
  ],
  [
    'wheel_of({"more.py": ""}, version="1.3")',
    /^tinypack-1\.3-\S+: it is another tinypack than tinypack-1\.2\.0-/,
  ],
  ['wheel_of({"more.py": ""}, name="TinyPack")', /^TinyPack-\S+: it is another TinyPack than tinypack-1/],
  [
    'wheel_of({"tinypack.py": ""}, name="other")',
    /^other-\S+: it has the module tinypack, which tinypack-1\.2\.0-\S+ has too/,
  ],
  ['wheel_of({"tinypack/plugin.py": ""}, name="other")', /^\[.*"imports": \["tinypack"\]\}\]$/],
]

describe.skipIf(lack !== undefined)('wheels', () => {
  it('of which something is wrong are refused by name', async () => {
    await wheelMaker(vm)
    expect(await judged(vm, `wheel_of(${MODULE})`)).toBe(
      '[{"name": "tinypack", "version": "1.2.0", "imports": ["tinypack"]}]',
    )
    for (const [what, expression, words] of HOSTILE) {
      const said = await judged(vm, expression)
      expect.soft(said, what).toMatch(words)
      expect.soft(said, what).toMatch(/^[\w.-]+\.whl: /)
    }
    for (const [second, words] of BESIDE)
      expect.soft(await judged(vm, `wheel_of(${MODULE})`, second)).toMatch(words)
  }, 120_000)

  it('that are right are imported by cells, in interpreters that come out the same, and other bytes are not taken for them', async () => {
    await wheelMaker(vm)
    const { file, bytes } = await wheelFrom(vm, `wheel_of(${MODULE})`)
    const place = mkdtempSync(join(tmpdir(), 'writ-wheels-'))
    const places = { directory: join(place, 'mine'), kept: join(place, 'kept') }
    mkdirSync(places.directory)
    writeFileSync(join(places.directory, file), bytes)
    writeFileSync(join(places.directory, 'README.md'), 'no wheel')
    const native = await wheelFrom(vm, NATIVE_WHEEL)
    writeFileSync(join(places.directory, native.file), native.bytes)
    const digest = (of: Buffer): string => createHash('sha256').update(of).digest('hex')
    const sha256 = digest(bytes)
    const tiny = { name: 'tinynative', version: '1.2.0', imports: ['tinynative'] }
    const known = [
      { ...tiny, file: native.file, sha256: digest(native.bytes) },
      { name: 'tinypack', version: '1.2.0', imports: ['tinypack'], file, sha256 },
    ]
    const telling = `import tinynative, tinypack, sys, importlib.metadata
from importlib.resources import files
[tinynative.twice(4), tinypack.twice(21), tinypack.__file__, importlib.metadata.version("tinypack"), files("tinypack").joinpath("words.txt").read_text(),
 id(object()), sorted(sys.modules), {str(n) for n in range(50)}]`
    const told = async (packages?: typeof known): Promise<readonly [string, string]> => {
      const pool = new SandboxPool(places)
      try {
        return await pool.use(
          async (sandbox) => {
            expect(sandbox.confinement.packages).toEqual(known)
            const one = await sandbox.open(pythonOptions())
            const two = await sandbox.open(pythonOptions())
            const said = await shownBy(one, telling)
            expect(await shownBy(two, telling)).toBe(said)
            return [said, sandbox.confinement.guestAbi] as const
          },
          { language: 'python', ...defined({ packages }) },
        )
      } finally {
        await pool.close()
      }
    }
    const first = await told()
    expect(first[0]).toMatch(
      /^\[8, 42, '\/lib\/python3\.14\/site-packages\/tinypack\/__init__\.py', '1\.2\.0', 'yes', /,
    )
    appendFileSync(join(places.directory, file), 'more') // what a run used is kept
    expect(await told(known)).toEqual(first)

    rmSync(places.kept, { recursive: true })
    const missing = { code: 'PYTHON_PACKAGE_MISSING', message: expect.stringContaining(sha256) }
    await expect(told(known)).rejects.toMatchObject(missing)
    writeFileSync(join(places.directory, file), bytes)
    expect(await told(known)).toEqual(first)
    const kept = join(places.kept, sha256, file)
    expect(readFileSync(kept).equals(bytes)).toBe(true)

    writeFileSync(join(places.directory, 'requests-1-cp314-cp314-win_amd64.whl'), bytes)
    await expect(told()).rejects.toMatchObject({
      code: 'PYTHON_PACKAGE_REFUSED',
      message: expect.stringMatching(/requests-1-cp314-cp314-win_amd64\.whl: it is made for/),
    })
    expect(readdirSync(place).sort()).toEqual(['kept', 'mine'])
  }, 120_000)
})
