import type { PythonPackage, Sandbox } from '@writ/contract'
import { openSandbox } from '../open-sandbox.ts'
import { examined, type StartedPython } from './examine-wheels.ts'
import { interpreters } from './interpreters.ts'
import { PythonSandbox } from './python-sandbox.ts'
import { areStillKept, installedWheels, recordedWheels, type Wheel, type WheelPlaces } from './wheels.ts'

/** Starts an interpreter with the packages that the user installed. Rejects as `openPython` does, and with `PYTHON_PACKAGE_REFUSED`. */
export async function withInstalled(places: WheelPlaces): Promise<StartedPython> {
  return await started(installedWheels(places))
}

/** Starts an interpreter with the packages of a recorded run. Rejects with `PYTHON_PACKAGE_MISSING` where one is not here. */
export async function withRecorded(
  packages: readonly PythonPackage[],
  places: WheelPlaces,
): Promise<StartedPython> {
  return await started(recordedWheels(packages, places))
}

/** Whether an interpreter that was started before can still serve a run. */
export function isReady({ child, wheels }: StartedPython): boolean {
  return child.gone === undefined && areStillKept(wheels)
}

async function started(wheels: readonly Wheel[]): Promise<StartedPython> {
  const child = (await interpreters()).start(wheels)
  return { child, wheels, packages: wheels.length === 0 ? [] : await examined(child, wheels) }
}

/**
 * Opens a sandbox whose frames write Python, over an interpreter that is up already where one is given. Rejects with
 * `PYTHON_NOT_INSTALLED` and `CONFINEMENT_REDUCED`.
 */
export async function openPython(
  given?: StartedPython,
  openJavaScript: () => Promise<Sandbox> = openSandbox,
): Promise<Sandbox> {
  return new PythonSandbox(await interpreters(), given ?? (await started([])), openJavaScript)
}
