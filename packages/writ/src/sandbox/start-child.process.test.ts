import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { ConfinedChild } from '../confinement/confined-child.ts'
import { childProgram } from './child-command.ts'
import { fullyConfined } from './fully-confined.fixture.ts'
import { openSandbox } from './index.ts'
import { startChild } from './start-child.ts'
import { runCell, sandboxChildren, shownBy, vmOptions } from './vm-fixture.ts'

// What calls itself bubblewrap is believed nothing: each of these starts the child and lets something open.

const lack = await fullyConfined()
const place = await mkdtemp(join(tmpdir(), 'writ-bubblewrap-'))
await mkdir(join(place, 'root'))
afterAll(() => rm(place, { recursive: true, force: true }))

/** What is tried here is bubblewrap. */
const NO_DENO = { lack: 'no deno' }

let scripts = 0

async function script(text: string): Promise<string> {
  scripts += 1
  const path = join(place, `bwrap-${scripts}`)
  await writeFile(path, `#!/bin/sh\n${text}\n`)
  await chmod(path, 0o755)
  return path
}

/** Processes with this as their first argument. */
function processesOf(argument: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1] === argument
    } catch {
      return false // no process, or one that has ended
    }
  })
}

/** A pattern that no argument has. */
const NOTHING = '//'

/** Bubblewrap with other arguments than it is given. */
const changed = (pattern: string, to = '', more = ''): string => `
  for argument in "$@"; do
    shift
    case "$argument" in ${pattern}) ${to === '' ? '' : `set -- "$@" ${to}`} ;; *) set -- "$@" "$argument" ;; esac
  done
  exec /usr/bin/bwrap ${more} "$@"`

/** Bubblewrap as it is, after a program that shares its descriptors. */
const beside = (program: string): string => `${program}\nexec /usr/bin/bwrap "$@"`

const UNCONFINED = `
  printf '{ "child-pid": %s }' "$$" >&4
  while [ "$1" != -- ]; do shift; done
  shift
  exec 4>&- 5<&-
  exec "$@"`

const HOLES: Readonly<Record<string, readonly [text: string, lack: string]>> = {
  'does nothing': ['exit 0', 'it '],
  fails: ['echo "no namespaces here" >&2; exit 1', 'no namespaces here'],
  'runs the program as it is': [UNCONFINED, 'the process named is another one'],
  'shares the network': [changed('--unshare-net'), 'it shares the net namespace'],
  'shares the processes': [changed('--unshare-pid|--as-pid-1'), 'it shares the pid namespace'],
  'shares memory between processes': [changed('--unshare-ipc'), 'it shares the ipc namespace'],
  'shares the name of the machine': [changed('--unshare-uts|--hostname|writ'), 'it shares the uts namespace'],
  'shares the control groups': [changed('--unshare-cgroup'), 'it shares the cgroup namespace'],
  'filters no system calls': [changed('--seccomp|5'), 'its system calls are not filtered'],
  'lets files be written': [changed('--ro-bind', '--bind'), 'it can write to'],
  'lets its root be written': [changed('--remount-ro', '--chdir'), 'it can write to /'],
  'shows another directory': [changed(NOTHING, '', '--ro-bind /etc /etc'), 'it sees /etc'],
  'shows processes': [changed(NOTHING, '', '--proc /proc'), 'it sees /proc'],
  // What would be bound becomes part of the environment, so that nothing stands against the other root.
  'shows the whole file system': [
    changed('--ro-bind', '--setenv', '--ro-bind / /'),
    'its root is not an empty one',
  ],
  'shows a directory in memory as its root': [
    changed(NOTHING, '', `--bind ${join(place, 'root')} /`),
    'its root is not an empty one',
  ],
  'hands its environment on': [
    changed('--clearenv', '', '--setenv SECRET x'),
    'it has an environment: SECRET',
  ],
  'writes what is no message': [beside('echo garbage >&3'), 'it wrote a line that is no JSON'],
  'writes a message of its own': [
    beside(`echo '{"type":"opened","vm":0}' >&3`),
    'it spoke before it was asked',
  ],
  'keeps a file open': [`exec 7</etc/passwd\n${changed(NOTHING)}`, 'it has /etc/passwd open'],
  'keeps the root of the machine open': [`exec 7</\n${changed(NOTHING)}`, 'it has / open'],
}

describe.skipIf(lack !== undefined)('a program that is named bubblewrap', () => {
  it.each(Object.entries(HOLES))('and %s is not used', async (_what, [text, why]) => {
    const path = await script(text)
    const started = await startChild({ bubblewrap: { path }, deno: NO_DENO })
    onTestFinished(() => started.child.close())
    expect(started.level).toBe('reduced')
    expect(started.lack).toContain(`${path} does not confine: `)
    expect(started.lack).toContain(why)
    await started.child.close()
    await expect.poll(sandboxChildren).toEqual([])
  })

  it('and leaves a program that holds its output keeps nobody waiting', async () => {
    const path = await script(beside('(while [ -d "$(dirname "$0")" ]; do sleep 0.5; done) &'))
    const started = await startChild({ bubblewrap: { path }, deno: NO_DENO })
    expect(started.lack).toBeUndefined()
    await started.child.close()
  })

  it('and is killed while it sets up leaves nothing', async () => {
    for (let ms = 0; ms < 60; ms += 3) {
      const child = new ConfinedChild({ level: 'full', bubblewrap: '/usr/bin/bwrap' }, childProgram())
      await setTimeout(ms)
      await child.close() // what is left would hold its sockets open, and this would not end
      expect(sandboxChildren()).toEqual([])
    }
  })

  it('and still sets up when this process ends does not outlive it, nor does what it started', async () => {
    const mark = `61.${process.pid}`
    const path = await script(`sleep ${mark} &\nwait`)
    const ending = `
      import { readdirSync, readFileSync } from 'node:fs'
      const { ConfinedChild } = await import(${JSON.stringify(new URL('../confinement/confined-child.ts', import.meta.url).href)})
      const { childProgram } = await import(${JSON.stringify(new URL('./child-command.ts', import.meta.url).href)})
      new ConfinedChild({ level: 'full', bubblewrap: ${JSON.stringify(path)} }, childProgram())
      const runs = (pid) => { try { return readFileSync('/proc/' + pid + '/cmdline', 'utf8').split(String.fromCharCode(0))[1] === '${mark}' } catch {} }
      while (!readdirSync('/proc').some(runs)) await new Promise((resolve) => setTimeout(resolve, 5))
      process.exit()`
    const args = ['--conditions=@writ/source', '--input-type=module', '-e', ending]
    expect(spawnSync(process.execPath, args, { timeout: 60_000 })).toMatchObject({ status: 0 })
    await expect.poll(() => processesOf(mark)).toEqual([])
  })

  it('and leaves capabilities is not used', async () => {
    const path = await script(changed('--cap-drop', '--cap-add'))
    const started = await startChild({ bubblewrap: { path }, deno: NO_DENO })
    expect(started.lack).toContain('it has capabilities')
    await started.child.close()
  })

  it('and writes what is no message while a cell runs costs the cell, and nothing else', async () => {
    const marker = join(place, 'garbled')
    const path = await script(
      beside(
        `[ -e ${marker} ] || (while [ ! -e ${marker} ]; do sleep 0.05; done; echo garbage >&3) 4>&- 5>&- &`,
      ),
    )
    const sandbox = await openSandbox({ bubblewrap: { path }, deno: NO_DENO })
    expect(sandbox.confinement.level).toBe('full')
    const vm = await sandbox.open(vmOptions())
    await runCell(vm, 'let n = 1')
    const stopped = runCell(vm, 'n = 2; await read()', {}, () => {
      writeFileSync(marker, '')
      return undefined
    })
    expect(await stopped).toMatchObject({ outcome: 'imposed', error: { name: 'CellStopped' } })
    expect(await shownBy(vm, 'n')).toBe('1')
    await sandbox.close()
  })

  it('and confined once is never replaced by less', async () => {
    const marker = join(place, 'broken')
    const path = await script(`[ -e ${marker} ] && exit 3\nexec /usr/bin/bwrap "$@"`)
    const sandbox = await openSandbox({ bubblewrap: { path }, deno: NO_DENO })
    expect(sandbox.confinement.level).toBe('full')
    const vm = await sandbox.open(vmOptions())
    expect(await shownBy(vm, '6 * 7')).toBe('42')
    await writeFile(marker, '')
    for (const pid of sandboxChildren()) process.kill(pid, 'SIGKILL')
    await expect(sandbox.open(vmOptions())).rejects.toMatchObject({ code: 'SANDBOX_FAILED' })
    const other = await openSandbox({ bubblewrap: { path }, deno: NO_DENO })
    await expect(other.open(vmOptions())).rejects.toMatchObject({ code: 'SANDBOX_FAILED' })
    await Promise.all([sandbox.close(), other.close()])
  })
})

it('where the system starts no process, it is said what to do, and no less confinement is taken', async () => {
  const starting = `
    import { closeSync, openSync } from 'node:fs'
    const { startChild } = await import(${JSON.stringify(new URL('./start-child.ts', import.meta.url).href)})
    await (await startChild()).child.close()
    const open = []
    for (;;) try { open.push(openSync('/dev/null', 'r')) } catch { break }
    let failed = 0
    for (; failed < 8; failed += 1) try {
      await (await startChild()).child.close()
      break
    } catch (error) {
      if (error.code !== 'SANDBOX_FAILED' || !error.message.includes('ulimit -n')) throw error
      closeSync(open.pop()) // the next one gets a little further
    }
    for (const fd of open) closeSync(fd)
    const { child, level } = await startChild()
    await child.close()
    process.stdout.write(JSON.stringify({ failed, level }))`
  const args = ['--conditions=@writ/source', '--input-type=module', '-e', starting]
  const limited = ['-c', 'ulimit -n 1000; exec "$@"', 'sh', process.execPath, ...args]
  const { stdout, stderr } = spawnSync('/bin/sh', limited, { encoding: 'utf8', timeout: 60_000 })
  expect(stderr).toBe('')
  const { failed, level } = JSON.parse(stdout) as { failed: number; level: string }
  expect(level).toBe(lack === undefined ? 'full' : 'reduced')
  expect(failed).toBeGreaterThan(2)
})

it('a child that is gone before it is known to be confined never is', async () => {
  const child = new ConfinedChild({ level: 'reduced' }, childProgram())
  child.kill()
  await expect(child.confined).rejects.toThrow('it was killed')
  await child.close()
})

it.each([
  ['does nothing', 'exit 0', 'it ended (0)'],
  ['says something first', `echo '{"type":"opened","vm":0}' >&3; sleep 5`, 'it spoke before it was asked'],
])('a program that is named Deno and %s is not used', async (_what, text, why) => {
  const path = await script(text)
  const started = await startChild({ bubblewrap: { lack: 'there is none' }, deno: { path } })
  onTestFinished(() => started.child.close())
  expect(started).toMatchObject({ level: 'reduced', lack: expect.stringContaining(why) })
  expect(started.lack).toContain(`there is none; ${path} does not confine: `)
})

it('without bubblewrap cells run, and what is missing is said', async () => {
  const sandbox = await openSandbox({ bubblewrap: { lack: 'there is none' }, deno: NO_DENO })
  expect(sandbox.confinement).toMatchObject({
    level: 'reduced',
    layers: ['quickjs-wasi', 'worker-thread', 'node --permission'],
    lack: 'there is none; no deno',
  })
  const vm = await sandbox.open(vmOptions())
  expect(await shownBy(vm, '6 * 7')).toBe('42')
  await sandbox.close()
})
