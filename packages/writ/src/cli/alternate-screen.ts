/** A terminal, or what stands for one. */
export type Terminal = NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number }

const ENTER = '\u001b[?1049h'
const LEAVE = '\u001b[?1049l'
/** Lines that are too long are cut by the terminal, not continued on the next. */
const CUT_LINES = '\u001b[?7l'
const CONTINUE_LINES = '\u001b[?7h'
const HOME_AND_CLEAR = '\u001b[H\u001b[J'

/**
 * The second screen of a terminal, as pagers use it: what is drawn there never mixes with what stands on the first, however
 * the window is resized. INVARIANT: the process never ends without having left it.
 */
export class AlternateScreen {
  readonly #out: Terminal
  #entered = false
  readonly #leave = (): void => this.leave()

  constructor(out: Terminal) {
    this.#out = out
  }

  draw(lines: readonly string[]): void {
    if (!this.#entered) {
      this.#entered = true
      process.once('exit', this.#leave)
      this.#out.write(ENTER + CUT_LINES)
    }
    this.#out.write(HOME_AND_CLEAR + lines.join('\r\n'))
  }

  leave(): void {
    if (!this.#entered) return
    this.#entered = false
    process.off('exit', this.#leave)
    // Cleared first, for terminals that have but one screen.
    this.#out.write(HOME_AND_CLEAR + CONTINUE_LINES + LEAVE)
  }
}

/** Whether a terminal can be expected to have a second screen. */
export function hasAlternateScreen({ TERM = '', STY, TMUX }: NodeJS.ProcessEnv): boolean {
  // GNU screen shows the first one only, unless it is told otherwise.
  const insideScreen = STY !== undefined && TMUX === undefined
  return TERM !== '' && TERM !== 'dumb' && TERM !== 'linux' && !insideScreen
}
