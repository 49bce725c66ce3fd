import { parseArgs } from 'node:util'
import { STALLS, withFaults } from './faults.ts'
import type { Script } from './reply.ts'
import { BAD_ROOTS, fanOut, leafEcho, sequence, tree } from './roots.ts'
import { startSimulator } from './simulator.ts'

// A simulator for manual trials: node packages/simulator/src/serve.ts --port 4711 --scenario fanout

const SCENARIOS: Readonly<Record<string, Script>> = {
  echo: leafEcho,
  fanout: fanOut(20),
  tree: tree(2, 3),
  flaky: withFaults({ rate: 0.3, seed: 'serve' }, fanOut(20)),
  slow: (request) => ({ kind: 'text', text: `ECHO ${request.prompt}`, delayMs: 2_000 }),
  ...Object.fromEntries(Object.entries(STALLS).map(([name, reply]) => [name, () => reply])),
  ...Object.fromEntries(Object.entries(BAD_ROOTS).map(([name, turns]) => [`bad-${name}`, sequence(turns)])),
}

const { values } = parseArgs({
  options: { port: { type: 'string', default: '4711' }, scenario: { type: 'string', default: 'fanout' } },
})
const script = Object.hasOwn(SCENARIOS, values.scenario) ? SCENARIOS[values.scenario] : undefined
if (script === undefined) {
  console.error(`No scenario "${values.scenario}". There are: ${Object.keys(SCENARIOS).join(', ')}.`)
  process.exitCode = 2
} else {
  const simulator = await startSimulator({ script, port: Number(values.port), honourKeys: true })
  console.log(`${simulator.url} plays ${values.scenario}; a root's task text needs the marker SIMTASK:<id>`)
}
