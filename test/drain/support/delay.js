'use strict'

// A way between a proxy and its backends that is some ms long: test/support/delay-link.c, in
// a network namespace of this process' own.

const { spawn, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { once } = require('node:events')

/** The backends' addresses: the one they listen on, and the one behind the link. */
const nearHost = '10.9.0.1'
const farHost = '10.9.0.2'

function compile () {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-link-'))
  const program = path.join(folder, 'delay-link')
  const source = path.join(__dirname, '..', '..', 'support', 'delay-link.c')
  const { status, stderr } = spawnSync(process.env.CC || 'cc', ['-O2', '-std=gnu11', source, '-o', program], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`delay-link.c: ${stderr}`)
  return program
}

/** Runs this script again in a namespace of its own; true where that is the present one. */
function enterNamespace () {
  if (process.argv.includes('--inside')) return true
  const { status, error } = spawnSync('unshare', ['-n', process.execPath, ...process.argv.slice(1), '--inside'], { stdio: 'inherit' })
  if (error) throw new Error(`a network namespace is needed: ${error.message}`)
  process.exitCode = status
  return false
}

/** Starts a link of `delayMs` in each direction. Resolves to a function that ends it. */
async function startDelay (delayMs) {
  const program = compile()
  const child = spawn(program, [String(delayMs * 1000)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), exited.then(() => { throw new Error('delay-link did not start; it needs /dev/net/tun and the right to use it') })])
  return async () => {
    child.stdin.end()
    await exited
    fs.rmSync(path.dirname(program), { recursive: true })
  }
}

module.exports = { enterNamespace, farHost, nearHost, startDelay }
