'use strict'

// Which readers there are, and which of them a text is for. A reader is { name, what } with
// readText(text, context) and its `words` where it is a format of its own, with
// matches(root) and readDocument(root) where it is JSON, YAML or TOML; findForeign(root) tells
// of a document of the same tool that it cannot read.

const { createError, inspect } = require('../errors')
const { native } = require('../binding')
const { bad } = require('./fail')

const readers = [
  require('./aws'),
  require('./gcloud'),
  require('./azure'),
  require('./oci'),
  require('./terraform'),
  require('./cloudformation'),
  require('./kubernetes'),
  require('./akamai'),
  require('./envoy'),
  require('./caddy'),
  require('./traefik'),
  require('./varnish'),
  require('./nginx'),
  require('./haproxy'),
  require('./apache'),
  require('./trafficserver'),
  require('./squid'),
  require('./kong')
]

const names = readers.map(({ name }) => name)

// more lines than these tell no more about a text
const linesJudged = 3000
// the beginning of a line, and its last character
const lineJudged = 2000
// a word of a reader's own says more than a "key =" that many formats have
const wordWeight = 3

const votersByWord = new Map()
for (const reader of readers) {
  for (const word of reader.words ?? []) votersByWord.set(word, [...votersByWord.get(word) ?? [], reader])
}

function findReader (name) {
  const reader = readers.find((one) => one.name === name)
  if (reader !== undefined) return reader
  if (typeof name !== 'string') throw createError('LBST_E_INVALID_TYPE', `format must be a string such as 'nginx', got ${inspect(name)}`)
  const nearest = native().spellNearest(name, names)
  throw createError('LBST_E_UNKNOWN_FORMAT', `there is no format ${inspect(name)}; ${nearest === null ? `known are ${names.join(', ')}` : `did you mean '${nearest}'?`}`)
}

/** The first lines that say something, trimmed, one by one. */
function * judgedLines (text) {
  let from = 0
  for (let count = 0; count < linesJudged && from < text.length;) {
    let to = text.indexOf('\n', from)
    if (to === -1) to = text.length
    const whole = to - from < lineJudged
    const line = whole ? text.slice(from, to).trim() : text.slice(from, from + lineJudged).trim() + text[to - 1]
    from = to + 1
    // "nginx: the configuration file ... syntax is ok" is what nginx -T says beside its dump
    if (line === '' || line.startsWith('#') || line.startsWith('nginx: ')) continue
    count++
    yield line
  }
}

function firstWord (line) {
  let end = 0
  while (end < line.length && !' \t={(;'.includes(line[end])) end++
  return line.slice(0, end)
}

function add (votes, key, weight) {
  votes.set(key, (votes.get(key) ?? 0) + weight)
}

function voteLine (line, votes) {
  const word = firstWord(line)
  const lower = word.toLowerCase()
  const voters = votersByWord.get(lower) ?? (lower.startsWith('kong_') ? votersByWord.get('kong_') : []) ?? []
  for (const reader of voters) if (reader.accepts?.(line) ?? true) add(votes, reader, wordWeight)
  if (word.endsWith(':') || line.startsWith('- ') || line === '---') add(votes, 'yaml', 1)
  else if ((line.startsWith('[') && line.includes(']')) || (/^[\w."'-]+$/.test(word) && line.slice(word.length).trimStart().startsWith('='))) add(votes, 'toml', 1)
}

/** The reader of a text that is not JSON, 'yaml', 'toml', or null. */
function judgeText (text) {
  const votes = new Map()
  let first = null
  for (const line of judgedLines(text)) {
    if (first === null) {
      first = line
      // no other format begins so; embedded files in a ConfigMap have no vote then
      if (line === '---' || line.startsWith('- ') || line.startsWith('%YAML') || (firstWord(line).length > 1 && firstWord(line).endsWith(':'))) return 'yaml'
    }
    voteLine(line, votes)
  }
  let best = null
  for (const [key, count] of votes) if (best === null || count > votes.get(best)) best = key
  return best
}

function findDocumentReader (root) {
  return readers.find((reader) => {
    try {
      return reader.matches?.(root) ?? false
    } catch {
      // of a type that this reader did not expect: another one's document
      return false
    }
  })
}

// what is tried beside a load balancer's own configuration, by a line that only it has
const foreignTexts = [
  { line: /^(?:resource|data|variable|module|provider|output) +"[^"]*"(?: +"[^"]*")? *\{/, what: "is in Terraform's own language, which is not read; what `terraform show -json` prints of the state or of a plan is" },
  { line: /^(?:FROM|ENTRYPOINT) +\S/, what: "is a Dockerfile, which tells of no load balancer; what is read is the load balancer's own configuration, or what its own tool prints" }
]

/** What a text is that no reader is for, where that can be told. */
function findForeignText (text) {
  for (const line of judgedLines(text)) {
    const found = foreignTexts.find((foreign) => foreign.line.test(line))
    if (found !== undefined) return found.what
  }
  return undefined
}

/** The same of a document. */
function findForeign (root) {
  return readers.map((reader) => reader.findForeign?.(root)).find((found) => found !== undefined)
}

function unknown (what, foreign = `is of no format that is known (${names.join(', ')}); name it with format if it is one of these`) {
  return createError('LBST_E_UNKNOWN_FORMAT', `${what} ${foreign}`)
}

function mismatch (reader, other) {
  return bad('the metadata', `is not of format ${reader.name} (${reader.what})${other == null ? '' : `; it looks like ${other.name}`}`)
}

module.exports = { findDocumentReader, findForeign, findForeignText, findReader, judgeText, mismatch, names, unknown }
