'use strict'

// Blocks that are no program: read by the reader of their format, and held against what the
// document says of them. Each check returns complaints.

const fs = require('node:fs')
const path = require('node:path')
const { readLbMetadata } = require('../..')
const { main } = require('../../lib/cli/main')
const { classifyLog } = require('../../lib/logs')
const { checkDockerfile, checkObjects, readDockerfile, readYaml } = require('./manifests')
const { root } = require('./markdown')

/** `expected` is 'nginx:60000', or 'haproxy:unbounded'. */
function checkHops (text, expected) {
  const hops = readLbMetadata(text).map(({ id, idleTimeoutMs, unbounded }) => `${id}:${unbounded ? 'unbounded' : idleTimeoutMs}`)
  return hops.join(' ') === expected ? [] : [`readLbMetadata() finds ${hops.join(' ') || 'nothing'}`]
}

const variables = {
  remote_addr: '203.0.113.7',
  time_iso8601: '2026-01-14T09:00:00+00:00',
  request: 'POST /order HTTP/1.1',
  status: '502',
  upstream_addr: '127.0.0.1:3000',
  upstream_status: '502',
  upstream_response_time: '0.001'
}

/** A log_format: a line that it writes of a lost request is found in it. */
function checkLogFormat (text) {
  const format = [.../log_format \w+((?:\s+'[^']*')+);/.exec(text)[1].matchAll(/'([^']*)'/g)].map(([, part]) => part).join('')
  const line = format.replace(/\$(\w+)/g, (whole, name) => variables[name] ?? whole)
  if (line.includes('$')) return [`the test does not know a variable in ${line}`]
  const { counts } = classifyLog(line + '\n', { format: 'nginx-access', logFormat: format })
  return counts['keep-alive-race'] === 1 ? [] : [`a lost request is not found in: ${line}: ${JSON.stringify(counts)}`]
}

/** An alert's metrics are those of examples/prometheus.js. */
function checkAlerts (text) {
  const [{ groups }] = readYaml(text)
  const source = fs.readFileSync(path.join(root, 'examples', 'prometheus.js'), 'utf8')
  return groups.flatMap(({ rules }) => rules).flatMap(({ expr }) => expr.match(/lb_safe_timeouts_\w+/g))
    .filter((name) => !source.includes(`'${name.slice('lb_safe_timeouts_'.length)}'`))
    .map((name) => `examples/prometheus.js has no ${name}`)
}

/** What a command prints when it is asked for help. */
function checkHelp (text) {
  const [, command] = /^usage: lb-safe-timeouts (\S+)/.exec(text) ?? []
  let printed = ''
  main(command.startsWith('<') ? ['--help'] : [command, '--help'], { stdout: { write: (chunk) => { printed += chunk } } })
  return printed.trim() === text.trim() ? [] : ['is not what --help prints']
}

/** A signature in docs/api.md: of something that the declarations have. */
function checkSignature (text) {
  const [, name] = /^(?:type |function |const )?(\w+)/.exec(text)
  const declared = ['index', 'logs', 'model'].map((file) => fs.readFileSync(path.join(root, 'lib', `${file}.d.ts`), 'utf8')).join('\n')
  return new RegExp(`(?:function|const|type|interface) ${name}\\b|\\b${name} \\(`).test(declared) ? [] : [`nothing declares ${name}`]
}

function checkYaml (text, marker) {
  if (marker?.name === 'prometheus') return checkAlerts(text)
  return checkObjects(readYaml(text))
}

const checks = {
  json: (text) => { JSON.parse(text); return [] },
  yaml: checkYaml,
  dockerfile: (text) => checkDockerfile(readDockerfile(text)),
  nginx: (text, marker) => marker?.rest === 'http' ? checkLogFormat(text) : checkHops(text, marker.rest),
  haproxy: (text, marker) => checkHops(text, marker.rest),
  caddyfile: (text, marker) => checkHops(text, marker.rest),
  text: checkHelp
}

/** Complaints about a block; undefined where no check fits. */
function checkConfiguration ({ file, language, code, marker, heading }) {
  if (file === 'docs/api.md' && language === 'ts' && heading !== 'Example' && heading !== 'TypeScript') return checkSignature(code)
  return checks[language]?.(code, marker)
}

module.exports = { checkConfiguration }
