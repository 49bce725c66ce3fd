import * as $ from './intrinsics.js'

/** Number grouping as `en-US` does it, whatever the machine: 1,234,567.891. */
export function groupNumbers() {
  $.define($.numberPrototype, 'toLocaleString', function (_locale, options) {
    return localeText($.numberOf(this), options)
  })
  $.define($.bigintPrototype, 'toLocaleString', function () {
    return grouped($.bigintText(this))
  })
}

function localeText(value, options) {
  if (!$.isFiniteNumber(value)) return $.is(value, NaN) ? 'NaN' : value < 0 ? '-∞' : '∞'
  const least = digits(options?.minimumFractionDigits, 0)
  const most = digits(options?.maximumFractionDigits, $.max(least, 3))
  let text = $.toFixed(value, most)
  if ($.indexOf(text, 'e') >= 0) return text
  const dot = $.indexOf(text, '.')
  if (dot < 0) return grouped(text)
  while (text.length > dot + 1 + least && text[text.length - 1] === '0') text = $.slice(text, 0, -1)
  const fraction = text.length === dot + 1 ? '' : $.slice(text, dot)
  return grouped($.slice(text, 0, dot)) + fraction
}

const digits = (wanted, fallback) => ($.isInteger(wanted) && wanted >= 0 && wanted <= 20 ? wanted : fallback)

function grouped(integer) {
  const sign = integer[0] === '-' ? '-' : ''
  let rest = $.slice(integer, sign.length)
  let text = ''
  while (rest.length > 3) {
    text = `,${$.slice(rest, -3)}${text}`
    rest = $.slice(rest, 0, -3)
  }
  return sign + rest + text
}
