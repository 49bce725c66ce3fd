import { WritError } from '@writ/contract'
import { OBJECT_PREFIX } from '../model-object.ts'
import type { Provider } from '../provider.ts'

/** Models that a program gives as objects: their ids name them in records, and reach nothing. */
export const program: Provider = {
  prefix: OBJECT_PREFIX,
  open: (_, { id }) =>
    Promise.reject(
      new WritError('MODEL_NOT_GIVEN', `"${id}" is a model object, which only a program can give.`),
    ),
}
