import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fullyConfined } from '../fully-confined.fixture.ts'
import { openEscapeScene } from './escape-scene.fixture.ts'
import { attempt, rawCall, run } from './escaped-program.fixture.ts'
import { MADE_WITHOUT, SYSTEM_CALLS } from './system-calls.fixture.ts'

// The last wall: a child that runs whatever it likes, as if guest code had got out of the VM and past Node's permission
// model. Every attempt is also made with nothing around it, where it has to succeed: so a wall is tested, not a mistake.

const lack = await fullyConfined()
const scene = await openEscapeScene()
afterAll(() => scene.close())

describe.skipIf(lack !== undefined)('a child that runs what it likes', () => {
  let confined: Readonly<Record<string, string>>
  let free: Readonly<Record<string, string>>
  const names = Object.keys(scene.attempts)

  beforeAll(async () => {
    confined = await attempt(scene.attempts, 'confined')
    expect(await scene.untouched()).toBe(true)
    free = await attempt(scene.attempts, 'free')
  })

  it.each(names)('%s', (name) => {
    expect(free[name]).toMatch(/^done: /)
    expect(confined[name]).not.toMatch(/^done: /)
  })

  it('may leave no core when it crashes, and cannot raise that limit', async () => {
    const limit = 'JSON.stringify(process.report.getReport().userLimits.core_file_size_blocks)'
    const script = `require('fs').writeSync(1, ${limit}); process.abort()`
    const { stdout, code } = await run([process.execPath, '-e', script], 'confined')
    expect(JSON.parse(stdout)).toEqual({ soft: 0, hard: 0 })
    expect(code).toBeGreaterThan(128) // a signal ended it
  })

  it('finds no descriptor that came along', async () => {
    const script = `
      const fs = require('fs'); const found = []
      for (let fd = 0; fd < 1024; fd += 1) try { if (fs.fstatSync(fd).isFile()) found.push(fd) } catch {}
      fs.writeSync(1, JSON.stringify(found))`
    expect((await run([process.execPath, '-e', script], 'confined')).stdout).toBe('[]')
  })
})

describe.skipIf(lack !== undefined || process.arch !== 'x64')('a system call of its own', () => {
  describe.each(Object.entries(SYSTEM_CALLS))('%s', (_mechanism, calls) => {
    it.each(Object.entries(calls))('%s', async (_name, { ends, ...call }) => {
      expect(ends).toContain(await rawCall(call, 'confined'))
    })
  })

  it.each(MADE_WITHOUT)('$number would be made without the wall', async (call) => {
    expect(await rawCall(call, 'free')).not.toBe(1)
  })
})

it.runIf(lack !== undefined)(`shows nothing at full confinement here: ${lack}`, ({ skip }) => skip())
