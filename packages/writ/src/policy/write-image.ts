import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { builtInSource } from './built-in-source.ts'
import { CedarEngine } from './cedar-engine.ts'
import { copyMemory, IMAGE_FILE, imageOf } from './engine-image.ts'

// The program that makes the image of the built-in bundle, into the file it is given. It is a program because the image
// shall hold nothing but what reading that bundle leaves.

const fresh = copyMemory()
const source = await builtInSource()
new CedarEngine(source)
await writeFile(process.argv[2] ?? fileURLToPath(IMAGE_FILE), imageOf(source, fresh))
