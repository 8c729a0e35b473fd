'use strict'

// YAML and TOML by libraries that are loaded when a text asks for them. Both are kept short:
// what they cost grows with the input, and a real configuration is small.

const { bad, tooBig } = require('./fail')
const { aliasesMax, markupBytesMax, valuesMax } = require('./limits')

function checkSize (text, what) {
  if (text.length > markupBytesMax) throw tooBig(`${what} of ${text.length} characters; ${markupBytesMax} are read. The same as JSON may be longer`)
}

/** How deep brackets and indentation go: the libraries recurse, and slow down, on both. */
function checkDepth (text) {
  let depth = 0
  let indicators = 0
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === 91 || char === 123) depth++ // [ {
    else if (char === 93 || char === 125) depth-- // ] }
    if (depth > 1000) throw tooBig('the metadata is nested more than 1000 deep')
    // "- - - -" and "? ? ? ?" nest on one line
    if ((char === 45 || char === 63 || char === 58) && text.charCodeAt(i + 1) === 32) indicators++
    else if (char === 10) indicators = 0
    if (indicators > 1000) throw tooBig('one line of the metadata holds more than 1000 indicators')
  }
}

function firstLine (error) {
  return String(error?.message ?? error).split('\n')[0].slice(0, 160)
}

/** !Ref x and !Sub x of CloudFormation as { Ref: x } and { 'Fn::Sub': x }. */
function intrinsicTags () {
  const names = ['Ref', 'Condition', 'Sub', 'GetAtt', 'Join', 'Select', 'Split', 'If', 'Equals', 'And', 'Or', 'Not', 'FindInMap', 'ImportValue', 'Base64', 'Cidr', 'GetAZs', 'Transform']
  return names.flatMap((name) => {
    const key = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`
    const of = (value) => ({ [key]: value })
    return [
      { tag: `!${name}`, resolve: (text) => of(text) },
      { tag: `!${name}`, collection: 'seq', resolve: (node) => of(node.toJSON()) },
      { tag: `!${name}`, collection: 'map', resolve: (node) => of(node.toJSON()) }
    ]
  })
}

/** One document, or an array of those in the text. */
function parseYaml (text) {
  checkSize(text, 'YAML')
  checkDepth(text)
  const { parseAllDocuments } = require('yaml')
  let documents
  try {
    // a broken document is told by its first error; warnings are for the writer
    documents = [...parseAllDocuments(text, { customTags: intrinsicTags(), logLevel: 'silent', uniqueKeys: false, prettyErrors: false, stringKeys: true })]
    const error = documents.flatMap(({ errors }) => errors)[0]
    if (error !== undefined) throw error
    documents = documents.map((document) => document.toJS({ maxAliasCount: aliasesMax })).filter((value) => value !== null && value !== undefined)
  } catch (error) {
    const line = Array.isArray(error?.pos) ? ` at character ${error.pos[0]}` : ''
    throw bad('the YAML', `cannot be read${line}: ${firstLine(error)}`)
  }
  if (documents.length > valuesMax) throw tooBig(`the metadata holds more than ${valuesMax} documents`)
  return documents.length === 1 ? documents[0] : documents
}

function parseToml (text) {
  checkSize(text, 'TOML')
  checkDepth(text)
  const { parse } = require('smol-toml')
  try {
    return parse(text)
  } catch (error) {
    throw bad('the TOML', `cannot be read: ${firstLine(error)}`)
  }
}

module.exports = { parseToml, parseYaml }
