import type { ReplLanguage, Sandbox } from '@writ/contract'
import { openSandbox } from './open-sandbox.ts'

/** Opens a sandbox for frames that write a language. What runs Python is loaded when it is asked for. */
export async function openFor(language: ReplLanguage): Promise<Sandbox> {
  return language === 'python'
    ? await (await import('./python/open-python.ts')).openPython()
    : await openSandbox()
}
