import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fullyConfined } from './fully-confined.fixture.ts'
import { python, pythonOptions, shownBy as shownByPython } from './python/python-vm.fixture.ts'
import { SandboxPool } from './sandbox-pool.ts'
import { sandboxChildren, shownBy, vmOptions } from './vm-fixture.ts'

const lack = await fullyConfined()
let pool: SandboxPool

beforeEach(() => {
  pool = new SandboxPool()
})
afterEach(() => pool.close())

/** Opens a sandbox, runs a cell in it, and gives the children there were meanwhile. */
async function use(): Promise<readonly number[]> {
  const sandbox = await pool.open()
  const vm = await sandbox.open(vmOptions())
  expect(await shownBy(vm, '6 * 7')).toBe('42')
  const children = sandboxChildren()
  await sandbox.close()
  return children
}

describe('a pool of sandboxes', () => {
  it('starts a spare once the third sandbox is closed, and uses it next', async () => {
    for (let n = 0; n < 3; n += 1) expect(await use()).toHaveLength(1)
    // While bubblewrap sets it up it is another process, so it is looked at until it stays the same.
    let spare: readonly number[] = []
    const stays = (): boolean => {
      const [before] = spare
      spare = sandboxChildren()
      return spare.length === 1 && spare[0] === before
    }
    await expect.poll(stays, { interval: 300 }).toBe(true)
    expect(await use()).toEqual(spare)
  })

  it('never gives a child to a second run', async () => {
    pool.warm()
    const both = [await pool.open(), await pool.open()]
    expect(sandboxChildren()).toHaveLength(2)
    for (const sandbox of both) expect(await shownBy(await sandbox.open(vmOptions()), '6 * 7')).toBe('42')
    for (const sandbox of both) await sandbox.close()
    expect(sandboxChildren()).toEqual([])
  })

  it.skipIf(lack !== undefined)('never gives an interpreter to a second run, asked for at once', async () => {
    pool.warm('python')
    const both = await Promise.all([pool.open({ language: 'python' }), pool.open({ language: 'python' })])
    const [one, other] = await Promise.all(both.map((sandbox) => sandbox.open(pythonOptions())))
    if (one === undefined || other === undefined) throw new Error('there are two')
    expect(await python(one, 'mine = 1')).toMatchObject({ outcome: 'ok' })
    expect(await shownByPython(other, '"mine" in globals()')).toBe('False')
    expect(await shownByPython(one, 'mine')).toBe('1')
    for (const sandbox of both) await sandbox.close()
  })

  it('starts one spare, however often it is asked to', async () => {
    const before = sandboxChildren()
    for (let n = 0; n < 3; n += 1) pool.warm()
    const children = await use()
    expect({ before, children: children.length }).toEqual({ before: [], children: 1 })
  })

  it('starts another child when the spare was lost', async () => {
    for (let n = 0; n < 3; n += 1) await use()
    await expect.poll(sandboxChildren).toHaveLength(1)
    for (const pid of sandboxChildren()) process.kill(pid, 'SIGKILL')
    await expect.poll(sandboxChildren).toEqual([])
    expect(await use()).toHaveLength(1)
  })

  it.each([
    ['that never closes it', 'for (let n = 0; n < 3; n += 1) await pool.use(() => Promise.resolve())'],
    ['once it is closed', 'pool.warm(); await setTimeout(1_000); await pool.close()'],
  ])('lets the process end %s', (_when, use) => {
    const script = `
      import { setTimeout } from 'node:timers/promises'
      const { SandboxPool } = await import(${JSON.stringify(new URL('./sandbox-pool.ts', import.meta.url).href)})
      const pool = new SandboxPool()
      ${use}
      process.stdout.write('done')`
    const args = ['--conditions=@writ/source', '--input-type=module', '-e', script]
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'done' })
  })

  it('leaves nothing when it is closed', async () => {
    for (let n = 0; n < 3; n += 1) await use()
    await pool.close()
    expect(sandboxChildren()).toEqual([])
    await expect(pool.open()).rejects.toMatchObject({ code: 'SANDBOX_FAILED' })
  })
})
