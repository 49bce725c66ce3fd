import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { corpusText } from './corpus-fixture.ts'
import { workspace } from './memory-fixture.ts'

// Every flush to the disk fails from one on: strace has the system call return an error.

it.for([1, 3, 6])('a disk that fails is told as that, from flush %i on', (first, context) => {
  const strace = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync']
  if (spawnSync('strace', ['-V']).status !== 0) context.skip('there is no strace here')
  const space = workspace()
  try {
    for (let n = 0; n < 6; n += 1) space.write(`${n}.txt`, corpusText(n))
    const program = new URL('./ingest-process-fixture.ts', import.meta.url).pathname
    const inject = `inject=fsync,fdatasync:error=EIO:when=${first}+`
    const node = [process.execPath, '--conditions=@writ/source', program, space.home, space.docs, '2000']
    const { stderr } = spawnSync('strace', [...strace, '-e', inject, ...node], { encoding: 'utf8' })
    expect(stderr).toContain("code: 'HOME_UNUSABLE'")
    expect(stderr).toContain('EIO: i/o error')
  } finally {
    space.remove()
  }
})
