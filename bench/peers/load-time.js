'use strict'

// In a new process that has an http server already: the time to load the package, and the
// time to load it and put it to use on the server.

const { spawnSync } = require('node:child_process')

function script (body) {
  return `const server = require('node:http').createServer()
const startMs = performance.now()
function done () {
  const endMs = performance.now()
  console.log(endMs - startMs)
  process.exit()
}
${body}`
}

function runMs (node, folder, body) {
  const { status, stdout, stderr, error } = spawnSync(node, ['-e', script(body)], { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw error ?? new Error(stderr)
  return Number(stdout)
}

function measureLoadTime ({ node, subject: { folder, load, use } }) {
  return { loadMs: runMs(node, folder, load), useMs: runMs(node, folder, use) }
}

module.exports = { measureLoadTime }
