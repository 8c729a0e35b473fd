'use strict'

const { fork, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const path = require('node:path')

const folder = path.join(__dirname, '..')

/** Installs the packages that are compared, once. */
function ensurePeers () {
  if (fs.existsSync(path.join(folder, 'node_modules', '.package-lock.json'))) return
  const { status, stderr } = spawnSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the packages to compare with could not be installed: ${stderr}`)
}

/**
 * Starts backend.js under the Node binary `node`. Resolves to { child, port, shutdown(), used };
 * `used` resolves at its first request; shutdown() resolves to { code, tookMs, report } when the process has ended.
 */
async function startBackend (node, settings) {
  const child = fork(path.join(__dirname, 'backend.js'), [JSON.stringify(settings)], { execPath: node, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  let report = null
  let setUsed
  let started
  let setStarted
  const used = new Promise((resolve) => { setUsed = resolve })
  child.on('message', (message) => {
    report = message.report ?? report
    if (message.used) setUsed()
    if (message.started) setStarted()
  })
  const [{ port }] = await once(child, 'message')
  const exited = once(child, 'exit')

  async function shutdown (limitMs = 20000) {
    const startMs = performance.now()
    started = new Promise((resolve) => { setStarted = resolve })
    child.send('shutdown')
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
    const [code] = await exited
    clearTimeout(timer)
    return { code, tookMs: performance.now() - startMs, report }
  }

  return { child, port, exited, shutdown, started: () => started, used }
}

module.exports = { ensurePeers, startBackend }
