import { WritError } from '@writ/contract'
import type { ContextSource } from '../index.ts'
import type { AskFlags } from './ask-options.ts'
import type { Config } from './config.ts'
import { expandPaths, expandWithin } from './expand-paths.ts'

/** What is asked over; undefined for a follow-up. */
export async function contextOf(
  paths: readonly string[],
  flags: Pick<AskFlags, 'continue' | 'corpus' | 'label' | 'includeSecret'>,
  config: Config,
): Promise<ContextSource | undefined> {
  if (flags.continue !== undefined) return withoutContext(paths, flags)
  if (flags.corpus !== undefined && paths.length > 0)
    throw new WritError('USAGE', 'Give either paths or --corpus, not both.')
  if (paths.length > 0) return await expandPaths(paths)
  const corpus = flags.corpus ?? config.corpus
  if (corpus !== undefined) return { corpus }
  if (config.paths !== undefined) {
    const { paths: configured, pathsWithin } = config
    return await (pathsWithin === undefined ? expandPaths(configured) : expandWithin(pathsWithin, configured))
  }
  throw new WritError(
    'USAGE',
    'There is nothing to ask over: give paths or --corpus, or set them in writ.config.json.',
  )
}

/** A follow-up is over the corpus of the run it goes on from, with the labels it has. */
function withoutContext(
  paths: readonly string[],
  { corpus, label, includeSecret }: Pick<AskFlags, 'corpus' | 'label' | 'includeSecret'>,
): undefined {
  const given = [corpus, label, includeSecret].some((flag) => flag !== undefined)
  if (paths.length === 0 && !given) return
  throw new WritError(
    'USAGE',
    '--continue asks over the corpus of that run: give no paths, and neither --corpus, --label nor --include-secret.',
  )
}
