import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Sandbox } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childProgram } from './child-command.ts'
import { fullyConfined } from './fully-confined.fixture.ts'
import { openSandbox } from './index.ts'
import { sandboxChildren, vmOptions } from './vm-fixture.ts'

const { flags, entry } = childProgram()
const lack = await fullyConfined()

// The second wall: what the child process itself cannot do, should guest code ever reach it.

/** Runs code in a process with the child's own flags; gives the error code of each attempt, or 'done'. */
function probe(attempts: Readonly<Record<string, string>>): unknown {
  const tries = Object.entries(attempts).map(
    ([name, code]) =>
      `try { ${code}; out[${JSON.stringify(name)}] = 'done' } catch (e) { out[${JSON.stringify(name)}] = e.code ?? e.name }`,
  )
  const script = `const out = {}; ${tries.join('\n')}; process.stdout.write(JSON.stringify(out))`
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=commonjs', '-e', script], {
    env: {},
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await openSandbox()
  await sandbox.open(vmOptions())
})
afterAll(() => sandbox.close())

describe('the child process', () => {
  it('can do nothing with files but read its own code', () => {
    expect(
      probe({
        own: `require('fs').readFileSync(${JSON.stringify(entry)})`,
        passwd: "require('fs').readFileSync('/etc/passwd')",
        environ: "require('fs').readFileSync('/proc/self/environ')",
        list: "require('fs').readdirSync('/')",
        write: "require('fs').writeFileSync('/tmp/writ-probe', 'x')",
        spawn: "require('child_process').spawnSync('/bin/true')",
        addon: "process.dlopen({ exports: {} }, '/tmp/writ-probe.node')",
        wasi: "new (require('wasi').WASI)({ version: 'preview1' })",
      }),
    ).toEqual({
      own: 'done',
      passwd: 'ERR_ACCESS_DENIED',
      environ: 'ERR_ACCESS_DENIED',
      list: 'ERR_ACCESS_DENIED',
      write: 'ERR_ACCESS_DENIED',
      spawn: 'ERR_ACCESS_DENIED',
      addon: 'ERR_DLOPEN_DISABLED',
      wasi: 'ERR_ACCESS_DENIED',
    })
  })

  it('cannot read files from a thread of its own either', () => {
    const worker =
      "const { parentPort } = require('worker_threads'); try { require('fs').readFileSync('/etc/passwd'); parentPort.postMessage('read') } catch (e) { parentPort.postMessage(e.code) }"
    const script = `const { Worker } = require('worker_threads'); new Worker(${JSON.stringify(worker)}, { eval: true }).on('message', (m) => process.stdout.write(m))`
    const { stdout } = spawnSync(process.execPath, [...flags, '--input-type=commonjs', '-e', script], {
      env: {},
      encoding: 'utf8',
    })
    expect(stdout).toBe('ERR_ACCESS_DENIED')
  })

  it('runs with these flags and an empty environment', () => {
    const children = sandboxChildren()
    expect(children).toHaveLength(1)
    const of = (name: string): string[] =>
      readFileSync(`/proc/${children[0]}/${name}`, 'utf8')
        .split('\0')
        .filter((part) => part !== '')
    expect(of('cmdline').slice(1)).toEqual([...flags, entry])
    expect(of('environ').filter((one) => one !== 'PWD=/')).toEqual([])
  })

  // Else the suites that need full confinement would be skipped where they have to run.
  it('is fully confined wherever bubblewrap can make namespaces', () => {
    const able =
      spawnSync('/usr/bin/bwrap', ['--ro-bind', '/', '/', '--unshare-all', '/bin/true']).status === 0
    if (able) expect(lack).toBeUndefined()
    else expect(lack).not.toBe('')
  })

  it('is reported as what it is', () => {
    const layers = ['quickjs-wasi', 'worker-thread', 'node --permission']
    expect(sandbox.confinement).toMatchObject(
      lack === undefined
        ? { level: 'full', layers: [...layers, 'seccomp', 'bubblewrap'] }
        : { level: 'reduced', layers, lack },
    )
  })
})
