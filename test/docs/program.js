'use strict'

// A block of JavaScript as a program: with what it takes for given, and its `// =>` lines as
// comparisons. Line numbers stay those of the document.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const path = require('node:path')

const preload = path.join(__dirname, 'preload.js')
const msMax = 20000

// what a block may take for given, by its marker
const givens = {
  server: "const server = require('node:http').createServer((req, res) => res.end('hello'));",
  listening: "const server = require('node:http').createServer((req, res) => res.end('hello')); server.listen(0);",
  // all that an Express app is here: something that a handler is given to, and is asked
  app: "const app = { get (path, handler) { const http = require('node:http'); const own = http.createServer(handler); own.listen(0) } };",
  handler: "const handler = (req, res) => res.end('hello'); const http = require('node:http');",
  database: 'const database = { async end () {} };'
}

const checkLine = /^(\s*)(\S.*?)\s*\/\/ => (.+)$/

/** { source, checks } */
function toProgram ({ file, line, code, marker, language }) {
  let checks = 0
  const given = marker?.name === 'given' ? marker.rest.split(' ') : []
  const lines = code.split('\n').map((text, index) => {
    const [, indent, expression, expected] = checkLine.exec(text) ?? []
    if (expression === undefined) return text
    checks++
    const isPartial = expected.endsWith(', ... }')
    const value = isPartial ? expected.replace(', ... }', ' }') : expected
    return `${indent}docsTestEqual('${file}:${line + index}', ${expression}, ${value}, ${isPartial})`
  })
  // a block that uses the package without requiring it goes on where the reader is
  if (language === 'js' && /\bapplyLbSafeTimeouts\(/.test(code) && !code.includes("require('lb-safe-timeouts')")) {
    given.push('package')
  }
  const prelude = given.map((name) => {
    if (name === 'package') return "const { applyLbSafeTimeouts } = require('lb-safe-timeouts');"
    if (givens[name] === undefined) throw new Error(`${file}:${line}: nothing is known of a given '${name}'`)
    return givens[name]
  })
  return { source: prelude.join(' ') + lines.join('\n'), checks }
}

/** Runs a block in the sandbox; resolves to { code, output, checks }. */
async function runProgram (block, { folder, env }) {
  const { source, checks } = toProgram(block)
  const name = `${block.file.replace(/\W/g, '-')}-${block.line}.${block.language === 'mjs' ? 'mjs' : 'js'}`
  fs.writeFileSync(path.join(folder, name), source)
  const child = spawn(process.execPath, ['--require', preload, name], {
    cwd: folder, env: { ...env, DOCS_TEST_CHECKS: String(checks) }, stdio: ['ignore', 'pipe', 'pipe'], timeout: msMax
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { output += chunk })
  const [code, signal] = await once(child, 'close')
  return { code: code ?? signal, output, checks }
}

module.exports = { runProgram }
