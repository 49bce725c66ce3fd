import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { childProgram } from './child-command.ts'

// The child and its threads refuse to make code of text before they hear anything: what is loaded before them tries it
// at the moment they begin to listen.

const MADE = `[() => Function('return 1')(), () => (0, eval)('1'), () => (async () => 1).constructor('return 1')].map((make) => {
  try { return typeof make() } catch (error) { return error.name } }).join()`

const loaded = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`
const REFUSED = 'EvalError,EvalError,EvalError'

it('of the child', async () => {
  const { flags, entry } = childProgram()
  const listening = loaded(`
    import net, { Socket } from 'node:net'
    import { writeSync } from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    net.Socket = function (options) {
      writeSync(1, ${MADE})
      process.exit(0)
    }
    syncBuiltinESMExports()`)
  const child = spawn(process.execPath, [...flags, '--import', listening, entry], {
    env: {},
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  })
  expect(await text(child.stdout as Readable)).toBe(REFUSED)
})

it('of each of its threads', async () => {
  const listening = loaded(`
    import { parentPort } from 'node:worker_threads'
    parentPort.on = () => parentPort.postMessage(${MADE})`)
  const { entry } = childProgram()
  const worker = new Worker(new URL(entry.replace(/child\/main\.(?=\w+$)/, 'worker/main.'), 'file:'), {
    workerData: { clock: new SharedArrayBuffer(16) },
    execArgv: ['--conditions=@writ/source', '--import', listening],
  })
  const [made] = await once(worker, 'message')
  await worker.terminate()
  expect(made).toBe(REFUSED)
})
