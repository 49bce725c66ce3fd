import { createWrit, type Writ } from '../index.ts'

/** Does one thing in a home, and closes it. For tests only. */
export async function withinHome<T>(home: string, work: (writ: Writ) => Promise<T>): Promise<T> {
  const writ = await createWrit({ home })
  try {
    return await work(writ)
  } finally {
    await writ.close()
  }
}
