'use strict'

// What the suite does to a user's server, as a load balancer would: an idle connection, a
// request that comes while the event loop stands still, a request during shutdown. Each with a
// bare server beside it, which must lose.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const net = require('node:net')
const path = require('node:path')
const readline = require('node:readline')
const { talk } = require('../support/talk')

const server = path.join(__dirname, 'fixtures', 'server.cjs')

// A program that says nothing for so long is not going to
const patienceMs = 30000

/** Environment without anything that could help: no compiler, no build tool, no npm settings. */
function cleanEnv (env = {}) {
  // NODE_EXTRA_CA_CERTS: how some networks reach the registry
  const kept = Object.entries(process.env).filter(([name]) => name === 'NODE_EXTRA_CA_CERTS' || !/^(npm_|NODE_|LBST_|LB_SAFE|INIT_CWD|TAP_|CC$|CXX$|LINK$)/i.test(name))
  return { ...Object.fromEntries(kept), ...env }
}

/** Starts a program that talks as fixtures/server.cjs does; said(name) awaits a line with that key. */
function startProgram (command, args, { env, cwd, mode = 'ours' } = {}) {
  const child = spawn(command, args, { cwd, env: cleanEnv({ MODE: mode, ...env }), stdio: ['ignore', 'pipe', 'pipe'] })
  const lines = []
  const program = { child, stderr: '', stdout: '' }
  child.stderr.on('data', (chunk) => { program.stderr += chunk })
  let wake = []
  const wakeAll = () => {
    for (const resolve of wake) resolve()
    wake = []
  }
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    program.stdout += line + '\n'
    try {
      lines.push(JSON.parse(line))
    } catch {
      lines.push({ text: line })
    }
    wakeAll()
  })
  program.ended = new Promise((resolve) => child.on('close', (code, signal) => {
    program.exit = { code, signal }
    resolve(program.exit)
    wakeAll()
  }))
  child.on('error', (error) => { program.stderr += error.message })
  const wait = async (find, what) => {
    let timer
    const late = new Promise((resolve) => { timer = setTimeout(resolve, patienceMs, 'late') })
    try {
      for (;;) {
        const found = find()
        if (found) return found
        const end = program.exit && `it ended with ${program.exit.signal ?? program.exit.code}`
        if (end) throw new Error(`no ${what}: ${end}: ${program.stderr.slice(0, 2000)}${program.stdout.slice(0, 500)}`)
        const woken = new Promise((resolve) => { wake.push(resolve) })
        if (await Promise.race([woken, late]) === 'late') throw new Error(`no ${what} within ${patienceMs} ms: ${program.stderr.slice(0, 2000)}`)
      }
    } finally {
      clearTimeout(timer)
    }
  }
  program.said = (name) => wait(() => lines.find((line) => Object(line)[name] !== undefined), `'${name}'`)
  program.text = (pattern) => wait(() => pattern.exec(program.stdout), String(pattern))
  program.stop = async () => {
    if (!program.exit) child.kill('SIGKILL')
    await program.ended
  }
  return program
}

/** The length of the head and body of a complete answer at the start of `text`; 0: not yet. */
function answerLength (text) {
  const body = text.indexOf('\r\n\r\n') + 4
  if (body === 3) return 0
  const length = /^content-length: *(\d+)\r$/im.exec(text.slice(0, body))
  if (length !== null) return text.length >= body + Number(length[1]) ? body + Number(length[1]) : 0
  return text.endsWith('\r\n0\r\n\r\n') ? text.length : 0
}

/** The status of the answer to a request on an open connection; 0: closed without one. */
async function ask (peer, url = '/') {
  const before = peer.text().length
  peer.get(url)
  const answer = new Promise((resolve) => {
    const check = () => {
      const text = peer.text().slice(before)
      if (answerLength(text) > 0) resolve({ status: Number(text.slice(9, 12)), text })
    }
    peer.socket.on('data', check)
  })
  return Promise.race([answer, peer.ended.then((how) => ({ status: 0, how, text: '' }))])
}

/** Resolves to true when the peer was closed within `ms`. */
async function closesWithin (peer, ms) {
  let timer
  const open = new Promise((resolve) => { timer = setTimeout(resolve, ms, false) })
  const closed = await Promise.race([peer.ended.then(() => true), open])
  clearTimeout(timer)
  return closed
}

// A bare server of 100 ms closes after 100 ms or, with Node's buffer, 1100; ours keeps 2000
const bareMs = 5000

/** An idle connection: a bare server has closed it when ours still answers. */
async function outlast (ours, bare) {
  const [kept, lost] = [await talk(ours.port), await talk(bare.port)]
  const first = await Promise.all([ask(kept), ask(lost)])
  if (first.some(({ status }) => status !== 200)) throw new Error(`the first request got ${JSON.stringify(first)}`)
  const controlLost = await closesWithin(lost, bareMs)
  const { status } = controlLost ? await ask(kept) : { status: null }
  kept.socket.destroy()
  lost.socket.destroy()
  return { controlLost, ok: status === 200 }
}

/** A request that comes while the event loop stands still, past every idle deadline. */
async function stalled (program) {
  const [idle, other] = [await talk(program.port), await talk(program.port)]
  try {
    await ask(idle)
    await ask(other, '/stall')
    await program.said('stalling')
    const { status } = await ask(idle)
    return status === 200
  } finally {
    idle.socket.destroy()
    other.socket.destroy()
  }
}

/** A request on an idle connection after the shutdown has begun. */
async function shutdown (program) {
  const [idle, other] = [await talk(program.port), await talk(program.port)]
  try {
    await ask(idle)
    await ask(other, '/close')
    await program.said('closing')
    const { status, text } = await ask(idle)
    return { answered: status === 200, saysClose: /^connection: close\r$/im.test(text) }
  } finally {
    idle.socket.destroy()
    other.socket.destroy()
  }
}

/**
 * All of it. `start(mode)` starts a program; resolves to { results, keepAliveTimeout, outlast,
 * look, drain } where each of the last three is { ok, controlLost }.
 */
async function measure (start, { only = ['outlast', 'look', 'drain'] } = {}) {
  const [ours, bare] = [start('ours'), start('bare')]
  try {
    for (const program of [ours, bare]) Object.assign(program, await program.said('port'))
    const found = { results: ours.results, keepAliveTimeout: ours.keepAliveTimeout, report: ours.report, versions: ours.versions }
    if (only.includes('outlast')) found.outlast = await outlast(ours, bare)
    if (only.includes('look')) {
      const [ok, bareOk] = await Promise.all([stalled(ours), stalled(bare)])
      found.look = { ok, controlLost: !bareOk }
    }
    const peer = await talk(ours.port)
    const { text } = await ask(peer, '/status')
    peer.socket.destroy()
    found.status = JSON.parse(/^x-status: (.*)\r$/im.exec(text)?.[1] ?? 'null')
    if (only.includes('drain')) {
      const [{ answered, saysClose }, control] = await Promise.all([shutdown(ours), shutdown(bare)])
      found.drain = { ok: answered && saysClose, controlLost: !control.answered }
      found.drained = (await ours.said('drained')).drained
      const exit = await Promise.race([ours.ended, new Promise((resolve) => setTimeout(resolve, 5000, null).unref())])
      found.exit = exit
    }
    found.stderr = ours.stderr
    return found
  } finally {
    await Promise.all([ours.stop(), bare.stop()])
  }
}

/**
 * A Next.js server of a folder, started twice: `env` makes it ours, `bareEnv` the control.
 * Resolves to { ok, controlLost, body, stderr }; `body` is what `url` answers.
 */
async function measureNext (cwd, { file, url = '/', env = {}, bareEnv = {} }) {
  const start = async (mode, extra) => {
    const port = await freePort()
    const program = startProgram(process.execPath, [file], {
      cwd,
      mode,
      env: { PORT: String(port), HOSTNAME: '127.0.0.1', KEEP_ALIVE_TIMEOUT: '100', NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', LB_SAFE_TIMEOUTS_IDLE_MS: '5000', ...extra }
    })
    await program.text(/Ready in/)
    return Object.assign(program, { port })
  }
  const [ours, bare] = await Promise.all([start('ours', env), start('bare', bareEnv)])
  try {
    // instrumentation.js runs before the first answer
    const response = await fetch(`http://127.0.0.1:${ours.port}${url}`, { headers: { connection: 'close' } })
    const body = await response.text()
    const { ok, controlLost } = await outlast(ours, bare)
    return { ok, controlLost, body, stderr: ours.stderr + bare.stderr }
  } finally {
    await Promise.all([ours.stop(), bare.stop()])
  }
}

/** A port that is free now: a standalone server takes 0 for 3000. */
async function freePort () {
  const probe = net.createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

module.exports = { cleanEnv, measure, measureNext, server, startProgram }
