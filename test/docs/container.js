'use strict'

// What the Dockerfile of examples/docker promises: node is the first process of its container,
// gets SIGTERM, drains and ends by itself. A container is a process namespace here.

const assert = require('node:assert/strict')
const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const { setTimeout: wait } = require('node:timers/promises')
const { readDockerCommand, readDockerEnv, readDockerfile } = require('./manifests')
const { root } = require('./markdown')

// a process that ignores SIGTERM is alive for longer than one that drains needs
const ignoredMs = 2000
// the Dockerfile's own window and deadline take longer than a test should
const drainEnv = { DRAIN_WINDOW_MS: '1000', DRAIN_DEADLINE_MS: '5000' }

const namespace = ['--fork', '--pid', '--mount-proc', '--kill-child']

function canUnshare () {
  return spawnSync('unshare', [...namespace, 'true']).status === 0
}

/** Starts `command` as the first process of a namespace; resolves when it listens. */
async function start (command, cwd, env) {
  const child = spawn('unshare', [...namespace, ...command], { cwd, env: { ...process.env, ...env, HOST: '127.0.0.1', PORT: '0' }, stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = once(child, 'exit')
  const failed = exited.then(([code]) => { throw new Error(`${command.join(' ')} ended with ${code} before it listened`) })
  failed.catch(() => {})
  let text = ''
  while (!text.includes('listening on')) text += (await Promise.race([once(child.stdout, 'data'), failed]))[0]
  const [, port] = /:(\d+)/.exec(text)
  // unshare's only child is the first process of the namespace
  const pid = Number(fs.readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'))
  return { child, exited, pid, port }
}

async function get (port, agent) {
  const [response] = await once(http.get({ host: '127.0.0.1', port, path: '/ready', agent }), 'response')
  response.resume()
  await once(response, 'end')
  return response
}

async function stopContainer (folder) {
  if (!canUnshare()) return 'not run: no namespaces here'
  const found = readDockerfile(fs.readFileSync(path.join(root, 'examples', 'docker', 'Dockerfile'), 'utf8'))
  for (const name of ['server.js', 'package.json']) fs.copyFileSync(path.join(root, 'examples', 'docker', name), path.join(folder, name))
  const command = readDockerCommand(found)

  const drained = await start(command, folder, { ...readDockerEnv(found), ...drainEnv })
  const agent = new http.Agent({ keepAlive: true })
  assert.equal((await get(drained.port, agent)).statusCode, 200)
  process.kill(drained.pid, 'SIGTERM')
  // the signal and the next request are on their way at the same time
  let leaving
  do leaving = await get(drained.port, agent)
  while (leaving.statusCode === 200)
  assert.equal(leaving.statusCode, 503, 'not ready from the signal on')
  assert.equal(leaving.headers.connection, 'close')
  const [code] = await drained.exited
  assert.equal(code, 0)

  // the control: the same signal to a first process that waits for none
  fs.copyFileSync(path.join(root, 'examples', 'register', 'server.js'), path.join(folder, 'plain.js'))
  const plain = await start(['node', 'plain.js'], folder, {})
  process.kill(plain.pid, 'SIGTERM')
  const ended = await Promise.race([plain.exited.then(() => true), wait(ignoredMs, false)])
  if (!ended) process.kill(plain.pid, 'SIGKILL')
  await plain.exited
  assert.equal(ended, false, 'a first process without us ignores SIGTERM, or this proves nothing')
  return 'the first process of a container drains at SIGTERM and ends with 0; without us it ignores the signal'
}

module.exports = { stopContainer }
