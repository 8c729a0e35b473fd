'use strict'

// Durations as the vendors write them, in ms. Each parser takes a string or a number and
// returns null for what is no duration; nothing is guessed.

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const nginxUnits = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY, M: 30 * DAY, y: 365 * DAY }
const haproxyUnits = { us: 0.001, ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY }
const goUnits = { ns: 1e-6, us: 0.001, µs: 0.001, μs: 0.001, ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY }
const akamaiUnits = { s: SECOND, m: MINUTE, h: HOUR, d: DAY }
const squidUnits = {
  millisecond: 1, second: SECOND, minute: MINUTE, hour: HOUR, day: DAY, week: 7 * DAY, fortnight: 14 * DAY, month: 30 * DAY, year: 365 * DAY, decade: 3650 * DAY
}

function isDigit (char) {
  return char >= '0' && char <= '9'
}

/** A whole number of ms that is exact, or null. Rounded up: to outlast more is never wrong. */
function toMs (ms) {
  const rounded = Math.ceil(ms)
  return Number.isSafeInteger(rounded) && rounded >= 0 ? rounded : null
}

/** The digits from `at`, with a fraction where `fraction`: where they end, or `at` for none. */
function skipNumber (text, at, fraction) {
  let end = at
  while (isDigit(text[end])) end++
  if (fraction && text[end] === '.' && (end > at || isDigit(text[end + 1]))) {
    end++
    while (isDigit(text[end])) end++
  }
  return end
}

/** '1m30s' by `units`; a number without a unit counts as `bare` (undefined: refused). */
function parseUnits (value, units, { bare, fraction = false, spaces = false }) {
  const text = String(value).trim()
  // longer than any duration that a person or a program writes
  if (text === '' || text.length > 40) return null
  let total = 0
  let at = 0
  while (at < text.length) {
    const digitsEnd = skipNumber(text, at, fraction)
    if (digitsEnd === at) return null
    let end = digitsEnd
    while (end < text.length && !isDigit(text[end]) && text[end] !== '.' && text[end] !== ' ') end++
    const unit = text.slice(digitsEnd, end)
    const number = Number(text.slice(at, digitsEnd))
    if (unit === '') {
      if (bare === undefined && number !== 0) return null
      // nginx: only the last part may go without
      if (end < text.length) return null
      total += number * (bare ?? 0)
    } else {
      if (!Object.hasOwn(units, unit)) return null
      total += number * units[unit]
    }
    if (spaces) while (text[end] === ' ') end++
    at = end
  }
  return toMs(total)
}

function define (expected, parse) {
  parse.expected = expected
  return parse
}

function scaled (value, factor, fraction) {
  const text = String(value).trim()
  if (text === '' || text.length > 40 || skipNumber(text, 0, fraction) !== text.length) return null
  return toMs(Number(text) * factor)
}

module.exports = {
  SECOND,
  MINUTE,
  /** A bare number of seconds: AWS, Google, Apache's ttl, Squid's JSON cousins. */
  seconds: define('a whole number of seconds', (value) => scaled(value, SECOND, false)),
  /** Seconds as a program prints them: 60.000 */
  fractionalSeconds: define('a number of seconds', (value) => scaled(value, SECOND, true)),
  minutes: define('a whole number of minutes', (value) => scaled(value, MINUTE, false)),
  nginx: define('a time such as 60s or 1m30s', (value) => parseUnits(value, nginxUnits, { bare: SECOND, spaces: true })),
  haproxy: define('a time such as 30s or 30000 (ms)', (value) => parseUnits(value, haproxyUnits, { bare: 1 })),
  /** Go, Kubernetes and Istio: '1h30m', and '0'. */
  go: define("a duration such as '1m30s'", (value) => typeof value === 'number' && value !== 0 ? null : parseUnits(value, goUnits, { fraction: true })),
  /** Caddy's JSON: a number counts nanoseconds. */
  caddy: define("a duration such as '30s' or a number of nanoseconds", (value) => parseUnits(value, goUnits, { fraction: true, bare: typeof value === 'number' ? 1e-6 : undefined })),
  /** Traefik: a number without a unit counts seconds. */
  traefik: define("a duration such as '90s' or a number of seconds", (value) => parseUnits(value, goUnits, { fraction: true, bare: SECOND })),
  /** Protocol buffers' JSON: '3600s', '0.5s'. YAML bootstraps too. */
  proto: define("a duration such as '3600s'", (value) => typeof value === 'number' ? null : parseUnits(value, { s: SECOND }, { fraction: true })),
  akamai: define("a duration such as '5m'", (value) => typeof value === 'number' ? null : parseUnits(value, akamaiUnits, {})),
  /** Squid: '1 minute', '90 seconds', '90'. */
  squid: define("a time such as '1 minute'", (value) => {
    const words = String(value).trim().split(/\s+/)
    if (words.length > 2 || words[0] === '' || words[0].length > 40 || skipNumber(words[0], 0, true) !== words[0].length) return null
    const unit = (words[1] ?? 'second').toLowerCase()
    const name = unit.endsWith('s') ? unit.slice(0, -1) : unit
    return Object.hasOwn(squidUnits, name) ? toMs(Number(words[0]) * squidUnits[name]) : null
  })
}
