'use strict'

// The formats by name, and which one a log has, by its content.

const { native } = require('../binding')
const { createError, inspect } = require('../errors')
const { detectJson, jsonFormats } = require('./json')
const { JsonSplitter } = require('./splitter')

const formats = ['alb', 'clb', 'cloudfront', 'gcp', 'azure-appgw', 'azure-frontdoor', 'nginx-error', 'nginx-access', 'ingress-nginx', 'haproxy', 'envoy', 'istio', 'traefik', 'traefik-json', 'apache-error', 'heroku', 'varnish']

// That much of a log's beginning tells its format.
const headLength = 65536

function checkFormat (format) {
  if (format === 'auto' || formats.includes(format)) return format
  const nearest = typeof format === 'string' ? native().spellNearest(format, formats) : null
  throw createError('LBST_E_LOG_FORMAT', `there is no log format ${inspect(format)}; ${nearest === null ? `known are auto, ${formats.join(', ')}` : `did you mean '${nearest}'?`}`)
}

/**
 * What of a log's beginning is JSON: the `format` of its first entry of any, or null; whether
 * `any` entry is there, of a known format or not; whether those known are `most` of what is
 * there; whether each has a line of its own (`lines`).
 */
function detectJsonHead (head) {
  if (!head.includes('{')) return { format: null, any: false, most: false, lines: true }
  const splitter = new JsonSplitter()
  const found = splitter.push(head)
  const entries = found.filter(({ value }) => value !== undefined)
  const known = entries.map(({ value }) => detectJson(value)).filter((format) => format !== null)
  return {
    format: known[0] ?? null,
    any: entries.length > 0,
    most: known.length * 2 >= found.length,
    lines: !splitter.isOverLines && entries.every(({ isLine }) => isLine)
  }
}

/**
 * What the lines of `head` (a Buffer) are: { format, json }, or null when they tell nothing.
 * A format that was named may still be written in JSON (Envoy's is).
 */
function detectFormat (head, named = 'auto') {
  if (named !== 'auto' && !['envoy', 'istio'].includes(named)) return { format: named, json: jsonFormats.includes(named) }
  const { format, any, most } = detectJsonHead(head)
  // a line that was cut, or an application's own, tells nothing
  const text = format !== null && most ? null : native().logDetect(head)
  // a proxy that writes its own messages in JSON does so with what comes later
  if (named !== 'auto') return { format: named, json: any && text === null }
  return format === null && text === null ? null : { format: text ?? format, json: text === null }
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

module.exports = { formats, headLength, checkFormat, detectFormat, detectJsonHead, readLogFormat }
