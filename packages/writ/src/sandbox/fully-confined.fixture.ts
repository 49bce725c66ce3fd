import { startChild } from './start-child.ts'

/** Why nothing can be shown at full confinement here; undefined where it can. */
export async function fullyConfined(): Promise<string | undefined> {
  const { child, lack } = await startChild()
  await child.close()
  return lack
}
