'use strict'

// YAML and TOML by libraries that are loaded when a text asks for them. Both are kept short:
// what they cost grows with the input, and a real configuration is small.

const { bad, tooBig } = require('./fail')
const { aliasesMax, markupBytesMax, markupDepthMax, markupDocumentsMax, markupFlowMax, markupLinesMax } = require('./limits')

function checkSize (text, what) {
  if (text.length > markupBytesMax) throw tooBig(`${what} of ${text.length} characters; ${markupBytesMax} are read. The same as JSON may be longer`)
  let lines = 0
  let documents = 0
  let flow = 0
  let depth = 0
  let indicators = 0
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '\n':
        lines++
        indicators = 0
        if (text.startsWith('---', i + 1)) documents++
        break
      case '[': case '{':
        flow++
        depth++
        break
      case ']': case '}':
        flow++
        depth--
        break
      case ',':
        flow++
        break
      case '-': case '?': case ':':
        if (text[i + 1] === ' ') indicators++
    }
    // the libraries recurse on both, and are slow where more brackets close than open
    if (Math.abs(depth) > markupDepthMax || indicators > markupDepthMax) throw tooBig(`${what} is nested more than ${markupDepthMax} deep`)
  }
  if (lines > markupLinesMax) throw tooBig(`${what} of ${lines} lines; ${markupLinesMax} are read. The same as JSON may be longer`)
  if (documents > markupDocumentsMax) throw tooBig(`${what} of ${documents} documents; ${markupDocumentsMax} are read. One list as JSON may be longer`)
  if (flow > markupFlowMax) throw tooBig(`${what} with ${flow} brackets and commas; ${markupFlowMax} are read. The same as JSON may be longer`)
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
  return documents.length === 1 ? documents[0] : documents
}

function parseToml (text) {
  checkSize(text, 'TOML')
  const { parse } = require('smol-toml')
  try {
    return parse(text)
  } catch (error) {
    throw bad('the TOML', `cannot be read: ${firstLine(error)}`)
  }
}

module.exports = { parseToml, parseYaml }
