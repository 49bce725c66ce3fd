// What the command line shows, for programs that want to show the same.
export { printAnswer } from './print-answer.ts'
export { RunTree } from './run-tree.ts'
export { describeVerdicts } from './verify.ts'
export { lineWatch, treeWatch, type Watch } from './watch.ts'
