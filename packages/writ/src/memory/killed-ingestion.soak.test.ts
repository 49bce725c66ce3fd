import { it } from 'vitest'
import { killAndGoOn } from './killed-ingestion-fixture.ts'

it('goes on after being killed at any moment, however often', async () => {
  await killAndGoOn(600, 40)
}, 1_200_000)
