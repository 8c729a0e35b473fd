'use strict'

// The formats by name, and which one a log has, by its content.

const { native } = require('../binding')
const { createError, inspect } = require('../errors')
const { detectJson, entriesOf, jsonFormats, withoutMark } = require('./json')

const formats = ['alb', 'clb', 'cloudfront', 'gcp', 'azure-appgw', 'azure-frontdoor', 'nginx-error', 'nginx-access', 'ingress-nginx', 'haproxy', 'envoy', 'istio', 'traefik', 'traefik-json', 'apache-error', 'heroku', 'varnish']

// That much of a log's beginning tells its format.
const headLength = 65536

function checkFormat (format) {
  if (format === 'auto' || formats.includes(format)) return format
  const nearest = typeof format === 'string' ? native().spellNearest(format, formats) : null
  throw createError('LBST_E_LOG_FORMAT', `there is no log format ${inspect(format)}; ${nearest === null ? `known are auto, ${formats.join(', ')}` : `did you mean '${nearest}'?`}`)
}

/** An object, or an array of them; a time between brackets is neither. */
function looksLikeJson (head) {
  return /^\ufeff?\s*(\[\s*)?\{/.test(head.toString('utf8', 0, 256))
}

function detectJsonHead (head) {
  for (const line of head.toString('utf8').split('\n')) {
    try {
      const format = detectJson(entriesOf(JSON.parse(withoutMark(line)))[0])
      if (format !== null) return format
    } catch {
      // cut off, or no JSON: the next line may tell
    }
  }
  return null
}

/**
 * What the lines of `head` (a Buffer) are: { format, json }, or null when they tell nothing.
 * A format that was named may still be written in JSON (Envoy's is).
 */
function detectFormat (head, named = 'auto') {
  const json = looksLikeJson(head)
  if (named !== 'auto') return { format: named, json: jsonFormats.includes(named) && (json || !['envoy', 'istio'].includes(named)) }
  const format = json ? detectJsonHead(head) : native().logDetect(head)
  return format === null ? null : { format, json }
}

/** nginx's own directive, as it stands in a configuration, to the string that it builds. */
function readLogFormat (text) {
  if (text === undefined) return ''
  if (typeof text !== 'string') throw createError('LBST_E_INVALID_TYPE', `logFormat must be a string, got ${inspect(text)}`)
  const directive = /^\s*log_format\s+\S+\s+(?:escape=\w+\s+)?([\s\S]*?);?\s*$/.exec(text)
  if (directive === null) return text
  return [...directive[1].matchAll(/'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|(\S+)/g)]
    .map(([, single, double, bare]) => (single ?? double ?? bare).replace(/\\(["'\\])/g, '$1')).join('')
}

module.exports = { formats, headLength, checkFormat, detectFormat, readLogFormat }
