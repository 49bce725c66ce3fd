import { type Script, startSimulator } from '@writ/simulator'

// A scripted model for the examples. Prints its address; ends with whoever started it.

const QUOTE = '[lease.txt] "Either party may end the lease with thirty days notice."'

const ROWS = JSON.stringify([
  { file: 'lease.txt', ends: null, noticeDays: 30 },
  { file: 'loan.txt', ends: '2027-06-30', noticeDays: null },
])

const script: Script = ({ prompt }) => {
  if (prompt.includes('does not fit')) return ROWS
  if (prompt.includes('When does each contract end')) return 'Soon.'
  if (prompt.includes('about this clause')) return prompt.includes('Mill Lane') ? 'Thirty days.' : 'Another.'
  return prompt.includes('</message-') ? `Either party.\n${QUOTE}` : `With thirty days notice.\n${QUOTE}`
}

const model = await startSimulator({ script })
console.log(model.url)
process.stdin.resume().once('close', () => void model.stop())
