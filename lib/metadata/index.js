'use strict'

// A load balancer's own configuration, or what its own tool prints of it, to hops.

const { createError, inspect } = require('../errors')
const { pick } = require('../options')
const { Cursor, copyPlain, parseJson } = require('./document')
const { bad, tooBig } = require('./fail')
const { findDocumentReader, findForeign, findReader, findForeignText, judgeText, mismatch, unknown } = require('./formats')
const { hopsMax, inputBytesMax, textBytesMax } = require('./limits')
const { parseToml, parseYaml } = require('./markup')

/** The text of a string or of bytes: UTF-8, or UTF-16 as PowerShell redirects it. */
function toText (input) {
  const size = typeof input === 'string' ? input.length : input.byteLength
  if (size > inputBytesMax) throw tooBig(`the metadata is ${size} bytes long; up to ${inputBytesMax} are read`)
  // of a detached view not even Buffer.from() may be asked
  if (size === 0) return ''
  const text = typeof input === 'string' ? input : decode(Buffer.from(input.buffer, input.byteOffset, input.byteLength))
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

function decode (bytes) {
  return bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8')
}

/** Whether a text is meant as JSON. A Caddyfile begins with '{' too, and TOML with '['. */
function looksLikeJson (text) {
  const start = text.trimStart()
  if (start[0] !== '{' && start[0] !== '[') return false
  const next = start.slice(1, 10000).trimStart()[0]
  return next === undefined || '"{}[]'.includes(next) || (start[0] === '[' && (next === '-' || (next >= '0' && next <= '9')))
}

function readDocument (value, reader) {
  const root = new Cursor(copyPlain(value), '$')
  const found = reader ?? findDocumentReader(root)
  if (found === undefined) throw unknown('the document', findForeign(root))
  if (reader !== undefined && (reader.matches === undefined || !matchesQuietly(reader, root))) throw mismatch(reader, findDocumentReader(root))
  return { format: found.name, hops: found.readDocument(root) }
}

function matchesQuietly (reader, root) {
  try {
    return reader.matches(root)
  } catch {
    return false
  }
}

function readText (text, file, given) {
  if (text.trim() === '') throw bad('the metadata', 'is empty')
  if (looksLikeJson(text)) return readDocument(parseJson(text), given)
  if (text.length > textBytesMax) throw tooBig(`the metadata is ${text.length} characters long; up to ${textBytesMax} are read, of JSON more`)
  const judged = judgeText(text)
  const parse = judged === 'yaml' ? parseYaml : judged === 'toml' ? parseToml : null
  // a format that is named wins over what the text looks like, where it can be read as that
  if (given !== undefined && given.readText === undefined) return tryDocument(parse ?? parseYaml, text, given)
  if (parse !== null && (given === undefined || given.matches !== undefined)) {
    const result = tryDocument(parse, text, given)
    if (result !== null) return result
  }
  const reader = given ?? judged
  if (reader === null || typeof reader === 'string') throw unknown('the text', findForeignText(text))
  return { format: reader.name, hops: reader.readText(text, { file }) }
}

/** As YAML or TOML; null where a named format is to be read as its own text instead. */
function tryDocument (parse, text, given) {
  try {
    return readDocument(parse(text), given)
  } catch (error) {
    if (given?.readText !== undefined) return null
    const foreign = findForeignText(text)
    throw foreign === undefined ? error : unknown('the text', foreign)
  }
}

/** As readLbMetadata(), with the name of the format: { format, hops }. `file` is for `where`. */
function parseLbMetadata (input, { format, file = 'input' } = {}) {
  const given = format === undefined ? undefined : findReader(format)
  const isText = typeof input === 'string' || ArrayBuffer.isView(input)
  if (!isText && (typeof input !== 'object' || input === null)) {
    throw createError('LBST_E_INVALID_TYPE', `metadata is the text of a configuration, a Buffer, or parsed JSON, got ${inspect(input)}`)
  }
  const result = isText ? readText(toText(input), file, given) : readDocument(input, given)
  if (result.hops.length > hopsMax) throw tooBig(`the metadata names ${result.hops.length} hops; up to ${hopsMax} are read`)
  return result
}

/**
 * Reads a load balancer's own configuration: text, a Buffer, or parsed JSON. The format is
 * recognised by content unless `format` names it. Returns every hop that it tells of, or
 * throws an error with a code; it never runs anything and opens no file.
 */
function readLbMetadata (input, options = {}) {
  const { format, file } = pick(options, ['format', 'file'], 'the options of readLbMetadata()', "{ format: 'nginx' }")
  if (file !== undefined && typeof file !== 'string') throw createError('LBST_E_INVALID_TYPE', `file must be a string, got ${inspect(file)}`)
  return parseLbMetadata(input, { format, file }).hops
}

module.exports = { parseLbMetadata, readLbMetadata }
