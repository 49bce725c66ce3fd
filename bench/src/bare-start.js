import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { DatabaseSync } from 'node:sqlite'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { EvalFlags, QuickJS } from 'quickjs-wasi'

// What a run would be without anything Writ adds: the model is asked, one cell runs over the text, the text is indexed, the
// model is asked again. Plain JavaScript, so that no types have to be stripped.

const [url, path] = process.argv.slice(2)
const text = readFileSync(path ?? '', 'utf8')
const model = createOpenAICompatible({ name: 'any', baseURL: url ?? '' })('any')

/** @param {string} words */
const ask = async (words) => {
  const prompt = [{ role: 'user', content: [{ type: 'text', text: words }] }]
  const { content } = await model.doGenerate({ prompt })
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

const db = new DatabaseSync(':memory:')
db.exec("CREATE VIRTUAL TABLE passages USING fts5(text, content = '')")
const insert = db.prepare('INSERT INTO passages (rowid, text) VALUES (?, ?)')
db.exec('BEGIN')
for (let at = 0; at * 2000 < text.length; at += 1) insert.run(at, text.slice(at * 2000, (at + 1) * 2000))
db.exec('COMMIT')

await ask('SIMTASK:start go')
const wasm = readFileSync(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm'))
const vm = await QuickJS.create({ wasm: await WebAssembly.compile(wasm) })
vm.setProp(vm.global, 'context', vm.newString(text))
vm.evalCode('context.length', 'cell', EvalFlags.TYPE_GLOBAL)
await ask('item')
