'use strict'

const { fork, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const path = require('node:path')

const folder = path.join(__dirname, '..')

function modifiedMs (file) {
  return fs.statSync(path.join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** Installs the packages that are compared, once, and when their list has changed. */
function ensurePeers () {
  if (modifiedMs('package.json') <= modifiedMs('node_modules/.package-lock.json')) return
  const { status, stderr } = spawnSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the packages to compare with could not be installed: ${stderr}`)
}

/**
 * Starts backend.js under the Node binary `node`. Resolves to { child, port, shutdown(), used };
 * `used` resolves at its first request; shutdown() resolves to { code, tookMs, report } when the process has ended;
 * usage() to its memory (after a garbage collection, with `execArgv` ['--expose-gc']) and processor time.
 */
async function startBackend (node, settings, execArgv = []) {
  const child = fork(path.join(__dirname, 'backend.js'), [JSON.stringify(settings)], { execPath: node, execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  let report = null
  let setUsed
  let started
  let setStarted
  let setUsage
  const used = new Promise((resolve) => { setUsed = resolve })
  child.on('message', (message) => {
    report = message.report ?? report
    if (message.used) setUsed()
    if (message.started) setStarted()
    if (message.usage) setUsage(message.usage)
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

  function usage () {
    child.send('usage')
    return new Promise((resolve) => { setUsage = resolve })
  }

  return { child, port, exited, shutdown, started: () => started, usage, used }
}

module.exports = { ensurePeers, startBackend }
