import type { Script } from '../reply.ts'
import { classifyRoot } from './classify-root.ts'
import type { OolongSpec } from './oolong-questions.ts'

const LIBRARY = `
const chosen = (over = {}) => rows.filter((row) =>
  (over.users === undefined || over.users.includes(row.user)) &&
  (over.month === undefined || row.month === over.month) &&
  (over.from === undefined || row.day >= over.from) &&
  (over.to === undefined || row.day <= over.to));
const count = (part, label) => part.reduce((sum, row) => sum + (row.label === label ? 1 : 0), 0);
const ranked = (keys) => {
  const found = {};
  for (const key of keys) found[key] = (found[key] || 0) + 1;
  return Object.entries(found).sort((a, b) => b[1] - a[1]);
};
const relation = (a, b) => (a > b ? 'more common than' : a < b ? 'less common than' : 'same frequency as');
const wherever = (a, b) => [...new Set(rows.map((row) => row.month))].sort().filter((month) => {
  const part = chosen({ month });
  return count(part, a) > count(part, b);
});`

const ALL_LABELS = `['abbreviation', 'entity', 'description and abstract concept', 'human being', 'location', 'numeric value']`

/** The cell that computes the answer of each kind of question. */
const COMPUTE: { readonly [K in OolongSpec['kind']]: string } = {
  'extreme-label': `
    const part = chosen(spec.over);
    const counts = ${ALL_LABELS}.map((label) => [label, count(part, label)]).sort((a, b) => b[1] - a[1]);
    result = 'Label: ' + (spec.most ? counts[0][0] : counts[counts.length - 1][0]);`,
  'compare-labels': `
    const part = chosen(spec.over);
    result = 'Answer: ' + spec.a + ' is ' + relation(count(part, spec.a), count(part, spec.b)) + ' ' + spec.b;`,
  'count-label': `
    result = 'Answer: ' + count(chosen(spec.over), spec.label);`,
  'top-user': `
    const part = spec.label === undefined ? rows : rows.filter((row) => row.label === spec.label);
    result = 'User: ' + ranked(part.map((row) => row.user))[spec.place - 1][0];`,
  'compare-users': `
    const of = (user) => count(chosen({ users: [user] }), spec.label);
    result = 'User: ' + (of(spec.a) > of(spec.b) ? spec.a : spec.b);`,
  'top-day': `
    const [year, month, day] = ranked(rows.map((row) => row.day))[spec.place - 1][0].split('-');
    result = 'Date: ' + [month, day, year].join('/');`,
  'days-with': `
    result = 'Answer: ' + ranked(rows.map((row) => row.day)).filter((found) => found[1] === spec.times).length;`,
  'before-after': `
    const share = (part) => count(part, spec.label) / part.length;
    const [before, after] = [rows.filter((row) => row.day < spec.day), rows.filter((row) => row.day > spec.day)];
    result = 'Answer: ' + spec.label + ' is ' + relation(share(before), share(after)) + ' after';`,
  'first-month': `
    result = 'Answer: ' + wherever(spec.a, spec.b)[0];`,
  'months-where': `
    result = 'Answer: ' + wherever(spec.a, spec.b).length;`,
}

/** The root of an OOLONG-like question. */
export function oolongRoot(spec: OolongSpec): Script {
  return classifyRoot(
    `${LIBRARY}\nconst spec = ${JSON.stringify(spec)};\nlet result;\n{${COMPUTE[spec.kind]}\n}\nprint('candidate ' + result);`,
  )
}
