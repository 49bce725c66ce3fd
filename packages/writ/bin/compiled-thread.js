// Where a thread of the command starts.
import { runThread } from './compiled-code.js'

runThread()
