/** A line of a log, by the names of its fields; what it does not say is null. */
export type LogFields = ReadonlyMap<string, string | null>

/** Fields that tell how a line is written, and are no columns. */
export const HOW_WRITTEN: ReadonlySet<string> = new Set(['zone', 'order'])

/** A form of logs. Its lines are read whole or not at all. */
export interface LogForm {
  readonly read: (line: string) => LogFields | undefined
  /** Whether a line that is none of the form goes on with the one above, as a trace does. */
  readonly hasTraces: boolean
  /** Fields that are texts however they look. */
  readonly texts: readonly string[]
}

/** No longer line is a line of a log: expressions are held against it. */
export const MAX_LOG_LINE = 65_536

/** Words for how grave a line is. */
export const LEVEL: string =
  '(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|CRITICAL|CRIT|FATAL|ALERT|EMERG|EMERGENCY|SEVERE)'
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']

const ISO =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))? ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?![\w:])/
/** Zones by name: some of them are of several places, so their times are not told. */
const NAMED_ZONE =
  /^(?:[CEW]ES?T|[CEMP][SD]T|BST|MSK|AK[SD]T|HST|[IJK]ST|SGT|HKT|A[CEW][SD]T|NZ[SD]T|BRT|ART|SAST|(?:UTC|GMT)[+-]\d)(?!\w)/
// What sets the parts of a line apart is bounded: else expressions would be tried at every place of a long run of it.
const APART = '[\\s\\]|:-]{0,10}'
const UPPER_CASE = new RegExp(`^${APART}[[(]?(${LEVEL})(?![\\w-])[\\])]?${APART}`)
const ANY_CASE = new RegExp(`^${APART}(?:[[(]?)(${LEVEL})(?:[\\])]|(?=[:|]))${APART}`, 'i')
const LEVEL_FIRST = new RegExp(`^${APART}[[(]?${LEVEL}(?![\\w-])`, 'i')
const SOURCE = '[\\w.$/:@-]{1,100}'
const NAME_FIRST = new RegExp(
  `^${APART}(?:[[(](${SOURCE})[\\])][\\s|:-]{0,10}|(${SOURCE})\\s{0,3}[|:-][\\s|:-]{0,9})[[(]?(${LEVEL})(?![\\w-])[\\])]?${APART}`,
)
const NAME_NEXT = /^(?:\[([\w.$/@:-]{1,100})\]:?|([\w.$/@-]{1,100}):)\s+/
const WORD_OF_LEVEL = new RegExp(`(?<![\\w-])${LEVEL}(?![\\w-])`)

/** A day and time in one form: in UTC where a zone is given. Undefined for a time that there was not. */
export function timeText(day: string, time: string, fraction = '', zone = ''): string | undefined {
  const offset = /^[A-Z]*$/.test(zone) ? 'Z' : zone.replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2')
  const at = new Date(`${day}T${time}${offset}`)
  if (Number.isNaN(at.getTime())) return undefined
  const local = new Date(`${day}T${time}Z`)
  if (!Number.isNaN(local.getTime()) && !local.toISOString().startsWith(`${day}T${time}`)) return undefined
  return `${at.toISOString().slice(0, 19).replace('T', ' ')}${fraction === '' ? '' : `.${fraction}`}`
}

function fields(...entries: readonly (readonly [string, string | null | undefined])[]): LogFields {
  return new Map(entries.map(([name, value]) => [name, value === undefined || value === '' ? null : value]))
}

/** What is there; a dash says that nothing is. */
function dash(text: string | undefined): string | null {
  return text === undefined || text === '-' ? null : text
}

/** The two digits of a month; `00`, which no day has, for a name of none. */
function monthOf(name: string): string {
  return `${MONTHS.indexOf(name) + 1}`.padStart(2, '0')
}

/** `2026-01-02 10:11:12,123 ERROR app.db: text`, with brackets, bars and dashes as programs set them. */
function timeFirst(line: string): LogFields | undefined {
  const plain = line.startsWith('[') ? line.slice(1) : line
  const [all, day = '', time = '', fraction, zone] = ISO.exec(plain) ?? []
  const at = all === undefined ? undefined : timeText(day, time, fraction, zone)
  if (all === undefined || at === undefined) return undefined
  const rest = plain.slice(all.length)
  if (NAMED_ZONE.test(rest.trimStart())) return undefined
  const zoned: readonly [string, string] = ['zone', zone === undefined ? 'none' : 'UTC']
  const level = UPPER_CASE.exec(rest) ?? ANY_CASE.exec(rest)
  if (level !== null) {
    const said = rest.slice(level[0].length)
    const name = NAME_NEXT.exec(said)
    const message = name === null ? said : said.slice(name[0].length)
    return fields(
      ['time', at],
      zoned,
      ['order', 'level'],
      ['level', level[1]],
      ['source', name?.[1] ?? name?.[2]],
      ['message', message],
    )
  }
  const named = NAME_FIRST.exec(rest)
  if (named !== null)
    return fields(
      ['time', at],
      zoned,
      ['order', 'source'],
      ['level', named[3]],
      ['source', named[1] ?? named[2]],
      ['message', rest.slice(named[0].length)],
    )
  // A level elsewhere in its beginning is one that is not understood, and so is a word that may be one.
  if (LEVEL_FIRST.test(rest) || WORD_OF_LEVEL.test(rest.split(/\s+/, 6).join(' '))) return undefined
  return fields(
    ['time', at],
    zoned,
    ['order', 'none'],
    ['level', null],
    ['source', null],
    ['message', rest.replace(/^[\s\]|:-]+/, '')],
  )
}

const RFC5424 =
  /^<(\d{1,3})>1 (\S{1,40}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (-|(?:\[(?:[^\]"\\]|\\.|"(?:[^"\\]|\\.)*")*\])+)(?: \ufeff?(.*))?$/
const RFC3164 =
  /^(?:<(\d{1,3})>)?([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\S{0,254}[^\s:]) ([^\s:[]{1,100})(?:\[(\d{1,10})\])?: ?(.*)$/

function syslog(line: string): LogFields | undefined {
  const [all, priority = '', stamp = '', host, app, process, id, structured, message] =
    RFC5424.exec(line) ?? []
  const [iso, day = '', time = '', fraction, zone] = ISO.exec(stamp) ?? []
  if (all === undefined || (stamp !== '-' && (iso !== stamp || zone === undefined))) return undefined
  const at = stamp === '-' ? null : timeText(day, time, fraction, zone)
  if (at === undefined || Number(priority) > 191) return undefined
  return fields(
    ['time', at],
    ['level', SEVERITIES[Number(priority) % 8]],
    ['host', dash(host)],
    ['source', dash(app)],
    ['process', dash(process)],
    ['id', dash(id)],
    ['fields', dash(structured)],
    ['message', message],
  )
}

/** The older form, whose times have no year and no zone. */
function olderSyslog(line: string): LogFields | undefined {
  const [all, priority, month = '', day = '', time = '', host, source, process, message] =
    RFC3164.exec(line) ?? []
  const date = `${monthOf(month)}-${day.replace(' ', '0')}`
  // Any year that has a 29th of February will do.
  if (all === undefined || timeText(`2000-${date}`, time) === undefined) return undefined
  if (priority !== undefined && Number(priority) > 191) return undefined
  const level = priority === undefined ? null : SEVERITIES[Number(priority) % 8]
  return fields(
    ['time', `${date} ${time}`],
    ['level', level],
    ['host', host],
    ['source', source],
    ['process', process],
    ['message', message],
  )
}

const ACCESS =
  /^(\S{1,255}) (\S{1,255}) (\S{1,255}) \[(\d{2})\/([A-Z][a-z]{2})\/(\d{4})[: ](\d{2}:\d{2}:\d{2})(?: ([+-]\d{4}))?\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?$/

/** The common and the combined form of web servers, and the one of Python's, whose times have no zone. */
function access(line: string): LogFields | undefined {
  const found = ACCESS.exec(line)
  if (found === null) return undefined
  const [, host, , user, day, month = '', year, time = '', zone, asked = '', status, bytes, referrer, agent] =
    found
  const at = timeText(`${year}-${monthOf(month)}-${day}`, time, '', zone)
  if (at === undefined) return undefined
  const [, method, path] = /^([A-Z]{3,10}) (\S+)(?: HTTP\/[\d.]+)?$/.exec(asked) ?? []
  return fields(
    ['time', at],
    ['zone', zone === undefined ? 'none' : 'UTC'],
    ['source', host],
    ['user', dash(user)],
    ['method', method],
    ['path', path],
    ['status', status],
    ['bytes', dash(bytes)],
    ['referrer', dash(referrer)],
    ['agent', dash(agent)],
    ['message', asked],
  )
}

const NGINX =
  /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}:\d{2}:\d{2}) \[(debug|info|notice|warn|error|crit|alert|emerg)\] (\d{1,10}#\d{1,10}): (.*)$/

/** `2026/01/02 10:11:12 [error] 12#12: *3 open() …`: what nginx says of itself. */
function nginxError(line: string): LogFields | undefined {
  const [all, year, month, day, time = '', level, source, message] = NGINX.exec(line) ?? []
  const at = all === undefined ? undefined : timeText(`${year}-${month}-${day}`, time)
  if (at === undefined) return undefined
  return fields(['time', at], ['level', level], ['source', source], ['message', message])
}

const APACHE =
  /^\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))? (\d{4})\] \[(?:([\w-]{0,60}):)?([a-z]{1,12}\d?)\] (?:\[pid (\d{1,10})(?::tid \d{1,20})?\] )?(?:\[client ([^\]\s]{1,100})\] )?(.*)$/

/** `[Fri Jan 02 10:11:12.123 2026] [core:error] [pid 1] [client ::1:80] …`: what Apache says of itself. */
function apacheError(line: string): LogFields | undefined {
  const [all, month = '', day = '', time = '', fraction, year, source, level, process, client, message] =
    APACHE.exec(line) ?? []
  const date = `${year}-${monthOf(month)}-${day.replace(' ', '0')}`
  const at = all === undefined ? undefined : timeText(date, time, fraction)
  if (at === undefined) return undefined
  return fields(
    ['time', at],
    ['level', level],
    ['source', source],
    ['process', process],
    ['client', client],
    ['message', message],
  )
}

const PAIR = /([A-Za-z_][\w.@/-]{0,100})=(?:"((?:[^"\\]|\\.)*)"|([^\s"=]*))(?: +|$)/y
const STANDARD: Readonly<Record<string, string>> = {
  ts: 'time',
  timestamp: 'time',
  lvl: 'level',
  severity: 'level',
  msg: 'message',
  logger: 'source',
  component: 'source',
}

/** `time=… level=error msg="…" key=value`: every name once, and nothing beside the pairs. */
function logfmt(line: string): LogFields | undefined {
  const found = new Map<string, string | null>()
  let at = 0
  while (at < line.length) {
    PAIR.lastIndex = at
    const pair = PAIR.exec(line)
    const [all = '', given = '', quoted, plain = ''] = pair ?? []
    const name = Object.hasOwn(STANDARD, given) ? (STANDARD[given] ?? given) : given
    if (pair === null || found.has(name)) return undefined
    const value = quoted === undefined ? plain : quoted.replaceAll(/\\(["\\])/g, '$1')
    found.set(name, value === '' ? null : value)
    at += all.length
  }
  return found.size > 1 && found.has('time') ? found : undefined
}

/** The forms of logs that are read. */
export const LOG_FORMS: readonly LogForm[] = [
  { read: timeFirst, hasTraces: true, texts: ['time', 'level', 'source', 'message'] },
  {
    read: syslog,
    hasTraces: false,
    texts: ['time', 'level', 'host', 'source', 'process', 'id', 'fields', 'message'],
  },
  { read: olderSyslog, hasTraces: false, texts: ['time', 'level', 'host', 'source', 'process', 'message'] },
  {
    read: access,
    hasTraces: false,
    texts: ['time', 'source', 'user', 'method', 'path', 'referrer', 'agent', 'message'],
  },
  { read: nginxError, hasTraces: false, texts: ['time', 'level', 'source', 'message'] },
  {
    read: apacheError,
    hasTraces: false,
    texts: ['time', 'level', 'source', 'process', 'client', 'message'],
  },
  { read: logfmt, hasTraces: false, texts: ['time', 'level', 'source', 'message'] },
]
