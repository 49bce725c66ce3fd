import { type PythonPackage, WritError } from '@writ/contract'
import { z } from 'zod'
import type { SandboxChild } from '../sandbox-child.ts'
import { sandboxFailed } from '../sandbox-failed.ts'
import type { Wheel } from './wheels.ts'

/** An interpreter that is up or coming up, with what its cells can import. */
export interface StartedPython {
  readonly child: SandboxChild
  readonly wheels: readonly Wheel[]
  readonly packages: readonly PythonPackage[]
}

/** How long an interpreter may take to come up with its packages unpacked. */
const EXAMINE_MS = 60_000

const name = z
  .string()
  .max(300)
  .regex(/^[\w.+!-]+$/)

/** What an interpreter says of the wheels it was started with. */
const said = z.union([
  z.strictObject({ type: z.literal('packages'), refused: z.string().max(4_000) }),
  z.strictObject({
    type: z.literal('packages'),
    found: z.array(
      z.strictObject({ name, version: name, imports: z.array(z.string().regex(/^\w{1,200}$/)).max(20_000) }),
    ),
  }),
])

/**
 * What the wheels of a new interpreter are, as it found them. Rejects with `PYTHON_PACKAGE_REFUSED`, which names the wheel
 * and why, and ends the interpreter then.
 */
export async function examined(
  child: SandboxChild,
  wheels: readonly Wheel[],
): Promise<readonly PythonPackage[]> {
  try {
    const heard = said.safeParse(await answerOf(child))
    if (!heard.success) throw sandboxFailed('Python says nothing of its packages that can be read')
    const answer = heard.data
    if ('refused' in answer)
      throw new WritError('PYTHON_PACKAGE_REFUSED', `A Python package is refused. ${answer.refused}.`)
    return wheels.map(({ file, sha256 }, at) => {
      const found = answer.found[at]
      if (found === undefined) throw sandboxFailed('Python says nothing of a package')
      return { ...found, file, sha256 }
    })
  } catch (error) {
    child.kill()
    throw error
  }
}

async function answerOf(child: SandboxChild): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(sandboxFailed('Python does not load with its packages')), EXAMINE_MS)
    const settle = (end: () => void): void => {
      clearTimeout(late)
      end()
    }
    child.own({
      onMessage: (value) => settle(() => resolve(value)),
      onGone: (reason) =>
        settle(() => reject(sandboxFailed(`Python does not load with its packages: ${reason.slice(-500)}`))),
    })
    child.send({ type: 'packages' })
  })
}
