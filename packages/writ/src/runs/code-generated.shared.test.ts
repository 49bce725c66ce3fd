import { block, Random, sequence } from '@writ/simulator'
import { expect, it } from 'vitest'
import { testRuns } from './test-runs.fixture.ts'

// Programs made at random, of which it is known which function calls which: what is called certain has to be just that.

const { run, verified } = testRuns()

const MODULES = 6
const FUNCTIONS = 5

/** A program of modules, and its calls by name as `caller → callee`. */
function program(seed: string): { texts: { id: string; text: string }[]; calls: Set<string> } {
  const random = new Random(seed)
  const calls = new Set<string>()
  const texts = Array.from({ length: MODULES }, (_, own) => {
    const imports = new Set<string>()
    const bodies = Array.from({ length: FUNCTIONS }, (_function, at) => {
      const caller = `m${own}.js#f${own}_${at}`
      const lines = Array.from({ length: 4 }, () => {
        const [module, number] = [random.below(MODULES), random.below(FUNCTIONS)]
        const callee = `f${module}_${number}`
        const certain = (line: string, imported?: string): string => {
          if (imported !== undefined) imports.add(imported)
          calls.add(`${caller} → m${module}.js#${callee}`)
          return line
        }
        const from = `from './m${module}.js'`
        const alias = `a_${callee}`
        if (module === own) {
          switch (random.below(3)) {
            case 0:
              return certain(`${callee}()`)
            case 1:
              return `{ const ${callee} = (x) => x; ${callee}(1) }`
            default:
              return `((${callee}) => ${callee}(2))(Math.abs)`
          }
        }
        switch (random.below(7)) {
          case 0:
            return certain(`${alias}()`, `import { ${callee} as ${alias} } ${from}`)
          case 1:
            return certain(`n${module}.${callee}()`, `import * as n${module} ${from}`)
          case 2:
            return certain(`b_${callee}()`, `import { x_${callee} as b_${callee} } from './barrel.js'`)
          case 3:
            return certain(
              `t${module}.${callee}.call(null)`,
              `import { all${module} as t${module} } from './barrel.js'`,
            )
          case 4:
            return certain(`{ const k = n${module}; k.${callee}() }`, `import * as n${module} ${from}`)
          case 5:
            imports.add(`import { ${callee} as ${alias} } ${from}`)
            return `{ let ${alias}; ${alias} = Math.abs; ${alias}(3) }`
          default:
            imports.add(`import * as n${module} ${from}`)
            return `n${module}[${JSON.stringify(callee)} + '']; unknown.${callee}()`
        }
      })
      return `export function f${own}_${at}() {\n  ${lines.join('\n  ')}\n}`
    })
    return { id: `m${own}.js`, text: `${[...imports].join('\n')}\n${bodies.join('\n')}\n` }
  })
  const handed = texts.flatMap((_, module) => [
    `export * as all${module} from './m${module}.js'`,
    ...Array.from({ length: FUNCTIONS }, (_function, at) => {
      return `export { f${module}_${at} as x_f${module}_${at} } from './m${module}.js'`
    }),
  ])
  return { texts: [...texts, { id: 'barrel.js', text: `${handed.join('\n')}\n` }], calls }
}

const CODE = `
  const { symbols: all } = await symbols(undefined, { kind: 'function', limit: 1000 })
  const found = []
  for (const { id } of all.filter(({ name }) => /^f\\d_\\d$/.test(name)))
    for (const link of (await links(id, { kind: 'calls' })).links) if (link.confidence === 'certain') found.push(link.from + ' → ' + link.to)
  FINAL([...new Set(found)].sort())`

it.each(['one', 'two', 'three'])('are linked as they were made: %s', async (seed) => {
  const { texts, calls } = program(seed)
  const { answer } = await run(sequence([block(CODE)]), { asked: { context: texts } })
  expect(answer.value).toEqual([...calls].sort())
  expect(calls.size).toBeGreaterThan(40)
  await verified(answer)
})
