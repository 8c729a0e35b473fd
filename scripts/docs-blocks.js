'use strict'

// The generated blocks of docs/: each is { file, open, close, text() }, as in sync-docs.js.

const fs = require('node:fs')
const path = require('node:path')
const { loadBalancers, nodeTimers, planLbSafeTimeouts } = require('..')
const { native } = require('../lib/binding')
const { describeAnswer, describeIdle, describeStale, seconds, unknown } = require('../lib/cli/describe')
const { main } = require('../lib/cli/main')
const { logFormats } = require('../lib/logs')
const { names: readers } = require('../lib/metadata/formats')

const root = path.join(__dirname, '..')

// A kind that is not here gets its own name as title.
const kindTitles = {
  'l7-lb': 'Managed HTTP load balancers',
  'l4-lb': 'Managed and built-in TCP balancers',
  cdn: 'CDNs',
  paas: 'Platforms',
  ingress: 'Kubernetes ingress controllers and gateways',
  mesh: 'Service meshes',
  proxy: 'Proxies',
  client: 'HTTP clients without a load balancer between'
}

function table (head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Text of a table's cell: a pipe would end it. */
function cell (text) {
  return text.replace(/\|/g, '\\|').replace(/\s+/g, ' ')
}

// ---- load-balancers.md ---------------------------------------------------------------

function planCell (row) {
  if (row.role !== 'pool-owner') return 'owns no pool'
  if (row.unbounded) return 'never close first'
  if (row.idleTimeoutMs === null) return 'pass yours'
  return seconds(planLbSafeTimeouts({ lb: row.id }, { nodeVersion: '22' }).after.keepAliveTimeout)
}

function rangeCell ({ configurable, rangeMs }) {
  if (configurable !== true || rangeMs === null) return describeAnswer(configurable)
  const { min, max } = rangeMs
  return `${min === null ? '' : `from ${seconds(min)} `}${max === null ? '' : `to ${seconds(max)}`}`.trim() || 'yes'
}

function kindTable (kind, rows) {
  const head = ['id', 'load balancer (source)', 'read', 'confidence', 'idle timeout', 'configurable', 'drain', 'a lost request looks like', 'keepAliveTimeout']
  return `## ${kindTitles[kind] ?? kind}\n\n` + table(head, rows.map((row) => [
    `\`${row.id}\``, `[${row.name}](${row.url})`, row.asOf, row.confidence, describeIdle(row), rangeCell(row),
    row.drainMs === null ? unknown : seconds(row.drainMs), describeStale(row), planCell(row)
  ]))
}

function lbTables () {
  const rows = loadBalancers()
  const kinds = [...new Set(rows.map(({ kind }) => kind))]
  return kinds.map((kind) => kindTable(kind, rows.filter((row) => row.kind === kind))).join('\n\n')
}

/** What is mistaken for the number, and where yours stands. */
function lbNotes () {
  const rows = loadBalancers().filter(({ caveat, revealedBy }) => caveat !== null || revealedBy !== null)
  return table(['id', 'where yours stands', 'mind'], rows.map(({ id, revealedBy, caveat }) => [`\`${id}\``, cell(revealedBy ?? unknown), cell(caveat ?? unknown)]))
}

// ---- model.md ------------------------------------------------------------------------

const linesShown = ['18', '20', '22', '24', '26']

const idleBuffers = { none: 'nothing', constant: '1000 ms', property: '`keepAliveTimeoutBuffer` (1000 ms)' }
const strayBytes = { cancels: 'cancels it for good', restarts: 'restarts it' }
const badIdles = { throws: 'uncaught exception', ignored: 'no timer' }
const badLimits = { loose: 'compared as it is', aborts: 'aborts the process', zero: 'is 0' }
const http2Limits = { none: 'none', limits: 'headersTimeout, requestTimeout', all: 'all' }
const yesNo = (value) => value ? 'yes' : 'no'

function nodeTable () {
  const lines = linesShown.map((line) => nodeTimers(line))
  const row = (title, read) => [title, ...lines.map(read)]
  return table(['', ...lines.map(({ version }) => `Node ${version}`)], [
    row('keepAliveTimeout, headersTimeout, requestTimeout by default', ({ defaults }) => [defaults.keepAliveTimeout, defaults.headersTimeout, defaults.requestTimeout].join(', ')),
    row('added to keepAliveTimeout', ({ idleBuffer }) => idleBuffers[idleBuffer]),
    row('a stray byte on an idle connection and the idle timer', ({ strayByte }) => strayBytes[strayByte]),
    row('keepAliveTimeout that is no number', ({ badKeepAliveTimeout }) => badIdles[badKeepAliveTimeout]),
    row('headersTimeout or requestTimeout that is no number', ({ badLimit }) => badLimits[badLimit]),
    row('headersTimeout counts during idle', ({ headerTimerRunsIdle }) => yesNo(headerTimerRunsIdle)),
    row('server.close() destroys idle connections', ({ closeEndsIdle }) => yesNo(closeEndsIdle)),
    row('server.close() destroys unused connections', ({ closeEndsFresh }) => yesNo(closeEndsFresh)),
    row('timeouts of HTTP/1 connections to an http2 server', ({ http2AllowHttp1 }) => http2Limits[http2AllowHttp1]),
    row('timers run before sockets are read', ({ timersBeforePoll }) => yesNo(timersBeforePoll))
  ])
}

// ---- codes.md ------------------------------------------------------------------------

function read (file) {
  return fs.readFileSync(path.join(root, file), 'utf8')
}

/** The text of adjacent C string literals. */
function joinLiterals (source) {
  return [...source.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => JSON.parse(`"${text}"`)).join('')
}

function errorTable () {
  const source = read('src/core/status.h')
  const rows = Object.entries(native().statusList()).map(([code, name]) => {
    const row = new RegExp(`XX\\(${code.slice('LBST_'.length)},\\s*\\w+,\\s*("(?:[^"\\\\]|\\\\.)*")`).exec(source)
    if (row === null) throw new Error(`${code} has no row in src/core/status.h`)
    return [`\`${code}\``, name, cell(joinLiterals(row[1]))]
  })
  return table(['code', 'class', 'what happened'], rows)
}

function noteTable (macro) {
  const rows = [...read('src/core/note.def').matchAll(new RegExp(`^${macro}\\((\\w+),([\\s\\S]*?)\\)$`, 'gm'))]
  if (rows.length === 0) throw new Error(`no ${macro} in src/core/note.def`)
  return table(['code', 'text'], rows.map(([, code, text]) => [`\`LBST_${code}\``, cell(joinLiterals(text))]))
}

// ---- cli.md, metadata.md, logs.md ----------------------------------------------------

/** What the command prints with these words; --help is answered at once. */
function printed (...argv) {
  let text = ''
  main(argv, { stdout: { write: (chunk) => { text += chunk } } })
  return text.trimEnd()
}

function commands () {
  const overview = printed('--help')
  const names = [...overview.matchAll(/^ {2}(\w+) +\S/gm)].map(([, name]) => name)
  return [overview, ...names.map((name) => printed(name, '--help'))]
    .map((text, index) => `${index === 0 ? '' : `## ${names[index - 1]}\n\n`}\`\`\`text\n${text}\n\`\`\``).join('\n\n')
}

function readerTable () {
  return table(['format', 'what is read'], readers.map((name) => [`\`${name}\``, cell(require(`../lib/metadata/${name}`).what)]))
}

function block (file, name, text) {
  return { file, open: `<!-- <generated: ${name}, by scripts/sync-docs.js> -->`, close: `<!-- </generated: ${name}> -->`, text }
}

const docsBlocks = [
  block('docs/load-balancers.md', 'sources', lbTables),
  block('docs/load-balancers.md', 'notes', lbNotes),
  block('docs/model.md', 'Node versions', nodeTable),
  block('docs/codes.md', 'errors', errorTable),
  block('docs/codes.md', 'reasons', () => noteTable('LBST_REASON')),
  block('docs/codes.md', 'warnings', () => noteTable('LBST_WARNING')),
  block('docs/cli.md', 'commands', commands),
  block('docs/metadata.md', 'formats', readerTable),
  block('docs/logs.md', 'formats', () => logFormats.map((name) => `\`${name}\``).join(', '))
]

module.exports = { docsBlocks, kindTitles }
