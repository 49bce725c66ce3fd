export { openParser } from './open-parser.ts'
