import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Simulator, type SimulatorOptions, startSimulator } from '@writ/simulator'
import { createWrit, type Writ, type WritOptions } from 'writ'

/** A scripted server and an empty directory, for as long as some work takes. */
export async function served<T>(
  options: SimulatorOptions,
  work: (simulator: Simulator, place: string) => Promise<T>,
): Promise<T> {
  const place = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  const simulator = await startSimulator(options)
  try {
    return await work(simulator, place)
  } finally {
    await simulator.stop()
    await rm(place, { recursive: true, force: true })
  }
}

/** The same with a home in that directory whose model is the server. */
export async function servedHome<T>(
  { price, ...options }: SimulatorOptions & Required<Pick<WritOptions, 'price'>>,
  work: (writ: Writ, simulator: Simulator, home: string) => Promise<T>,
): Promise<T> {
  return await served(options, async (simulator, place) => {
    const home = join(place, 'home')
    const writ = await createWrit({ home, model: 'any/model', baseUrl: simulator.url, price })
    try {
      return await work(writ, simulator, home)
    } finally {
      await writ.close()
    }
  })
}
