'use strict'

// Whole processes, from the start of node to its end: with the package loaded, and with it
// put to use on a server.

const { spawnSync } = require('node:child_process')

const server = "const server = require('node:http').createServer();"

function runMs (node, folder, script) {
  const startedAt = process.hrtime.bigint()
  const { status, stderr, error } = spawnSync(node, ['-e', `${server} ${script}`], { cwd: folder, encoding: 'utf8' })
  const ms = Number(process.hrtime.bigint() - startedAt) / 1e6
  if (status !== 0) throw error ?? new Error(stderr)
  return ms
}

function measureLoadTime ({ node, subject: { folder, load, use } }) {
  return { loadMs: runMs(node, folder, load), useMs: runMs(node, folder, use) }
}

module.exports = { measureLoadTime }
