import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const PROGRAM = `
  const [module, url] = process.argv.slice(-2)
  const { boundedFetch } = await import(module)
  console.log(await (await boundedFetch(url)).text())
`

async function server(said: string): Promise<{ port: number; asked: () => number }> {
  let asked = 0
  const made = createServer((_, response) => {
    asked += 1
    response.end(said)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void made.close())
  await once(made, 'listening')
  return { port: (made.address() as AddressInfo).port, asked: () => asked }
}

it.each(['127.0.0.1', 'localhost'])(
  'asks a server at %s itself, whatever proxy the environment names',
  async (host) => {
    const [model, proxy] = [await server('the model'), await server('the proxy')]
    const proxied = `http://127.0.0.1:${proxy.port}`
    const env = { ...process.env, NODE_USE_ENV_PROXY: '1', http_proxy: proxied, HTTP_PROXY: proxied }
    const run = async (url: string): Promise<string> => {
      const module = new URL('bounded-fetch.ts', import.meta.url).href
      const args = ['--conditions=@writ/source', '--input-type=module', '-e', PROGRAM, module, url]
      return (await promisify(execFile)(process.execPath, args, { env })).stdout.trim()
    }
    expect(await run(`http://${host}:${model.port}/`)).toBe('the model')
    expect(proxy.asked()).toBe(0)
    // A server elsewhere is reached as the environment says.
    expect(await run('http://model.invalid/')).toBe('the proxy')
  },
)
