import { type Script, startSimulator } from '@writ/simulator'

// A scripted model for the examples. Prints its address; ends with whoever started it.

const QUOTE = '[lease.txt] "Either party may end the lease with thirty days notice."'

const script: Script = ({ prompt }) =>
  prompt.includes('</message-') ? `Either party.\n${QUOTE}` : `With thirty days notice.\n${QUOTE}`

const model = await startSimulator({ script })
console.log(model.url)
process.stdin.resume().once('close', () => void model.stop())
