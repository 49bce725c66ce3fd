import type { Vm } from '@writ/contract'
import { installer } from './guest-sources.ts'
import { python } from './python-vm.fixture.ts'

// Wheels for tests, made by Python's own zipfile in a cell, right and wrong in every way that somebody thought of.

/** A module of native code for the engine: a side module of WebAssembly with `PyInit_tinynative`, which has `twice(n)`. */
const TINY_NATIVE = [
  'AGFzbQEAAAAAEAhkeWxpbmsuMAEFgAIEAQABEwRgAn9/AX9gAX8Bf2AAAGAAAX8CmwEHA2VudgZtZW1vcnkCAAEDZW52GV9faW5k',
  'aXJlY3RfZnVuY3Rpb25fdGFibGUBcAABA2Vudg1fX21lbW9yeV9iYXNlA38AA2VudgxfX3RhYmxlX2Jhc2UDfwADZW52EFB5TW9k',
  'dWxlX0NyZWF0ZTIAAANlbnYNUHlMb25nX0FzTG9uZwABA2Vudg9QeUxvbmdfRnJvbUxvbmcAAQMEAwACAwcpAhFfX3dhc21fY2Fs',
  'bF9jdG9ycwAEEVB5SW5pdF90aW55bmF0aXZlAAUJBwEAIwELAQMKVwMLAEECIAEQAWwQAgsCAAtGACMAQQE2AgAjACMAQYABajYC',
  'FCMAQX82AhwjACMAQcAAajYCICMAIwBBkAFqNgJAIwAjATYCRCMAQQg2AkgjAEH1BxAACwufAQEAIwALmAEAAAAAAAAAAAAAAAAA',
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAHRpbnluYXRpdmUAAAAAAAB0d2ljZQAAAA==',
].join('')

/** A wheel of it. */
export const NATIVE_WHEEL: string = `wheel_of({"tinynative.cpython-314-wasm32-emscripten.so": base64.b64decode("${TINY_NATIVE}")}, name="tinynative", tags="cp314-cp314-pyemscripten_2026_0_wasm32")`

const MAKER = `
import base64, hashlib, io, json, types, zipfile

def wheel_of(files, name="tinypack", version="1.2.0", tags="py3-none-any", *, meta=None, said=None, record=None,
             pure=None, wheel_tags=None, without=()):
    """The bytes of a wheel. What is given by name says something else of it than is so."""
    folder = f"{name}-{version}.dist-info"
    pure = ("any" in tags) if pure is None else pure
    listed = "".join(f"Tag: {a}-{b}-{c}\\n" for a in (wheel_tags or tags).split("-")[0].split(".")
        for b in (wheel_tags or tags).split("-")[1].split(".") for c in (wheel_tags or tags).split("-")[2].split("."))
    contents = {path: data if isinstance(data, bytes) else data.encode() for path, data in files.items()}
    contents[f"{folder}/METADATA"] = (meta or f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n").encode()
    contents[f"{folder}/WHEEL"] = f"Wheel-Version: 1.0\\nRoot-Is-Purelib: {str(pure).lower()}\\n{listed}".encode()
    lines = [f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}"
        for path, data in contents.items()]
    contents[f"{folder}/RECORD"] = (record(lines) if record else "\\n".join([*lines, f"{folder}/RECORD,,"])).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for path, data in contents.items():
            if path.rpartition("/")[2] not in without:
                made.writestr(path, data)
    return out.getvalue(), said or f"{name}-{version}-{tags}.whl"

def patched(made, old, new, times=-1):
    assert old in made[0]
    return made[0].replace(old, new, times), made[1]
`

/** Has a VM able to make wheels, and to judge them as a new interpreter does. */
export async function wheelMaker(vm: Vm): Promise<void> {
  await shown(vm, `${MAKER}\n_source = ${JSON.stringify(installer())}`)
}

/** The bytes and the file name of a wheel that an expression of Python makes. */
export async function wheelFrom(vm: Vm, expression: string): Promise<{ file: string; bytes: Buffer }> {
  const code = `data, file = ${expression}\njson.dumps([file, base64.b64encode(data).decode()])`
  const [file = '', bytes = ''] = JSON.parse(await shown(vm, code)) as string[]
  return { file, bytes: Buffer.from(bytes, 'base64') }
}

/** Why wheels of these expressions are refused together, or what is found in them. */
export async function judged(vm: Vm, ...expressions: readonly string[]): Promise<string> {
  return await shown(
    vm,
    `import os, shutil
judge = types.ModuleType("judge")
exec(compile(_source, "judge", "exec"), judge.__dict__)
shutil.rmtree("/tmp/site", ignore_errors=True)
judge._SITE = "/tmp/site"
made = [${expressions.join(', ')}]
try:
    said = json.dumps(judge.install([file for _, file in made], lambda at: made[at][0]))
except judge.Refused as refused:
    said = str(refused)
said`,
  )
}

async function shown(vm: Vm, code: string): Promise<string> {
  const { shown: text, error } = await python(vm, code, { outputChars: 100_000 })
  if (error !== undefined) throw new Error(error.message)
  return text ?? ''
}
