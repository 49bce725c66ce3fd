import { it } from 'vitest'
import { killAndGoOn } from './killed-ingestion-fixture.ts'

it('goes on after being killed, and answers as one that nobody disturbed', async () => {
  await killAndGoOn(80, 1)
})
