'use strict'

// Blocks of TypeScript, compiled strictly against the declarations as a user's project finds them.

const path = require('node:path')
const ts = require('typescript')
const { root } = require('./markdown')

const options = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  types: ['node']
}

/** What the compiler complains of, by block. */
function complaintsOfTypes (blocks) {
  if (blocks.length === 0) return []
  // beside package.json, so that `lb-safe-timeouts` is found by its own exports
  const sources = new Map(blocks.map((block) => [path.join(root, `${block.file.replace(/\W/g, '-')}-${block.line}.mts`), block.code]))
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists, readFile } = host
  host.getSourceFile = (file, ...rest) => sources.has(file) ? ts.createSourceFile(file, sources.get(file), options.target) : getSourceFile.call(host, file, ...rest)
  host.fileExists = (file) => sources.has(file) || fileExists.call(host, file)
  host.readFile = (file) => sources.get(file) ?? readFile.call(host, file)
  const program = ts.createProgram([...sources.keys()], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => `${path.basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)
}

module.exports = { complaintsOfTypes }
