import { defined, type Price, WritError } from '@writ/contract'
import { parsePrice } from '../../index.ts'

/** An arm as `--arm` gives it. */
export interface ArmFlag {
  /** What was typed: its name in the report. */
  readonly name: string
  readonly strategy?: string
  readonly model?: string
  readonly subModel?: string
  readonly verifierModel?: string
  readonly baseUrl?: string
  readonly price?: Price
}

const SETTINGS = ['model', 'sub-model', 'verifier-model', 'base-url', 'price'] as const
const SETTING = new RegExp(`^(${SETTINGS.join('|')})=(.*)$`, 's')
const BETWEEN = new RegExp(`,(?=(?:${SETTINGS.join('|')})=)`)

/** Reads `<strategy>`, `model=<id>`, or both with a comma between: `recurse,model=openai/gpt-5,sub-model=…`. */
export function armFlag(text: string, before: readonly ArmFlag[] = []): readonly ArmFlag[] {
  const name = text.trim()
  const parts = name.split(BETWEEN)
  const [first = ''] = parts
  const strategy = SETTING.test(first) ? undefined : first
  const settings = new Map(parts.flatMap((part) => settingOf(part)))
  if (
    strategy === '' ||
    settings.size !== parts.length - (strategy === undefined ? 0 : 1) ||
    hasEmpty(settings)
  )
    throw new WritError(
      'USAGE',
      `--arm takes a strategy, then ${SETTINGS.map((key) => `${key}=…`).join(', ')}, each once and with commas between, not "${text}".`,
    )
  const price = settings.get('price')
  const arm = {
    name,
    ...defined({
      strategy,
      model: settings.get('model'),
      subModel: settings.get('sub-model'),
      verifierModel: settings.get('verifier-model'),
      baseUrl: settings.get('base-url'),
      price: price === undefined ? undefined : parsePrice(price),
    }),
  }
  return [...before, arm]
}

function settingOf(part: string): readonly (readonly [string, string])[] {
  const [, key, value = ''] = SETTING.exec(part) ?? []
  return key === undefined ? [] : [[key, value.trim()]]
}

function hasEmpty(settings: ReadonlyMap<string, string>): boolean {
  return [...settings.values()].includes('')
}
