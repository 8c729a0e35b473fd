'use strict'

// Asks a running process for the evidence about its servers, through the sockets of its
// threads and of its children (the workers of a cluster).

const fs = require('node:fs')
const net = require('node:net')
const path = require('node:path')
const { createError } = require('../errors')
const { plainLine } = require('../plain-text')
const { basesOf, findFault, folderIn, formatVersion, holdFolder, listSockets } = require('./folder')

// a healthy process answers within a turn of its event loop
const answerMsMax = 5000
// far more than a process with hundreds of servers has to say
const answerLengthMax = 4 * 1024 * 1024

// no such folder; the root of another user's process may not be entered at all
const absentCodes = ['ENOENT', 'ENOTDIR', 'EACCES']

function unreachable (message) {
  return createError('LBST_E_UNREACHABLE', message)
}

function readProc (pid, name) {
  try {
    return fs.readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return null // no such file system, or no right to read it
  }
}

/** The environment that a process was started with; {} where that cannot be known. */
function readEnv (pid) {
  const pairs = readProc(pid, 'environ')?.split('\0') ?? []
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

/** The number that a process has where it runs: in a container it is another one. */
function innerPid (pid) {
  const inner = /^NSpid:.*\s(\d+)$/m.exec(readProc(pid, 'status') ?? '')?.[1]
  return inner === undefined ? pid : Number(inner)
}

/** The users whose folder the socket may lie in: the process' own, and ours. */
function uidsOf (pid) {
  try {
    return [...new Set([fs.statSync(`/proc/${pid}`).uid, process.getuid()])]
  } catch {
    return [process.getuid()]
  }
}

function basesFor (pid, uids) {
  const bases = []
  for (const env of [readEnv(pid), process.env]) {
    try {
      bases.push(...basesOf(env) ?? [], ...basesOf({ ...env, LB_SAFE_TIMEOUTS_SOCKET: '1' }))
    } catch {
      // it opened none with such a setting
    }
  }
  return new Set([...bases, ...uids.map((uid) => `/run/user/${uid}`), '/tmp'])
}

/**
 * The sockets in the folders that can be trusted, `{ address, file, pid }` each, and what was
 * wrong with the others. The addresses hold until release().
 */
function findSockets (pid, inner) {
  const uids = uidsOf(pid)
  // what the process calls /tmp may be another place than ours: a container, PrivateTmp of
  // systemd. In a container the same number may be somebody else's here.
  const roots = inner === pid ? ['', `/proc/${pid}/root`] : [`/proc/${pid}/root`]
  const sockets = []
  const faults = []
  const held = []
  const seen = new Set()
  const look = (folder, uid) => {
    try {
      const stat = fs.lstatSync(folder)
      if (seen.has(`${stat.dev} ${stat.ino}`)) return
      seen.add(`${stat.dev} ${stat.ino}`)
      const fault = findFault(folder, uid, stat)
      if (fault !== null) return faults.push(fault)
      held.push(holdFolder(folder, stat))
      for (const { file, pid } of listSockets(held[held.length - 1].alias)) {
        sockets.push({ address: file, file: path.join(folder, path.basename(file)), pid })
      }
    } catch (error) {
      if (!absentCodes.includes(error.code)) faults.push(error.message)
    }
  }
  for (const base of basesFor(pid, uids)) {
    for (const uid of uids) {
      for (const root of roots) look(folderIn(`${root}${base}`, uid), uid)
    }
  }
  return { sockets, faults, release: () => held.forEach(({ release }) => release()) }
}

/** Text for a terminal: the one who is asked may be another user than the one who asks. */
function clean (key, value) {
  return typeof value === 'string' ? plainLine(value) : value
}

function readAnswer (text, file) {
  let answer = null
  try {
    answer = JSON.parse(text, clean)
  } catch {
    // below
  }
  if (!Array.isArray(answer?.servers)) throw unreachable(`what answers on ${file} is not lb-safe-timeouts`)
  if (answer.format !== formatVersion) throw unreachable(`the process runs lb-safe-timeouts ${answer['lb-safe-timeouts']}, whose answers this version cannot read`)
  return answer
}

// nobody listens on it: left behind by a process that has ended
const deadCodes = ['ECONNREFUSED', 'ENOENT']

/** What one socket answers; null where nobody listens on it. */
function ask ({ address, file }) {
  return new Promise((resolve, reject) => {
    const chunks = []
    let length = 0
    const socket = net.connect({ path: address })
    const settle = (done) => {
      clearTimeout(timer)
      socket.destroy()
      try {
        resolve(done())
      } catch (error) {
        reject(error)
      }
    }
    const fail = (message) => settle(() => { throw unreachable(message) })
    const read = () => settle(() => readAnswer(Buffer.concat(chunks).toString(), file))
    const timer = setTimeout(() => fail(`the process does not answer within ${answerMsMax / 1000} s: its event loop is blocked, or it is stopped`), answerMsMax)
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      length += chunk.length
      if (length > answerLengthMax) fail(`what answers on ${file} does not end`)
    })
    socket.on('error', ({ code, message }) => deadCodes.includes(code) ? settle(() => null) : fail(`the socket ${file} cannot be asked: ${message}`))
    socket.on('end', read)
    socket.on('close', read)
  })
}

/** Fails where there is no such process, or it is not ours to ask. */
function checkProcess (pid) {
  try {
    process.kill(pid, 0)
  } catch ({ code }) {
    if (code === 'EPERM') throw unreachable(`process ${pid} belongs to another user: run doctor as that user (for example with sudo -u)`)
    throw unreachable(`there is no process ${pid}`)
  }
}

/** Why there is no socket of `pid`. */
function explain (pid, faults) {
  const name = readProc(pid, 'comm')?.trim()
  const who = `process ${pid}${name === undefined ? '' : ` (${plainLine(name)})`}`
  if (faults.length > 0) return `${who} has no status socket that can be trusted: ${faults.join('; ')}`
  const setting = readEnv(pid).LB_SAFE_TIMEOUTS_SOCKET
  if (setting !== undefined && setting !== '' && setting !== '0') {
    return `${who} has no status socket, though LB_SAFE_TIMEOUTS_SOCKET is set: it does not load lb-safe-timeouts/register, no http server of it listens yet, or its stderr says why`
  }
  return `${who} has no status socket: start it with LB_SAFE_TIMEOUTS_SOCKET=1 and node --require lb-safe-timeouts/register`
}

/**
 * The answers of process `pid`: one of each thread that has a server, and of each child
 * process. Throws LBST_E_UNREACHABLE with the reason when there is none.
 */
async function askProcess (pid) {
  if (process.getuid === undefined) throw createError('LBST_E_UNSUPPORTED', `--pid is not supported on ${process.platform}: call status(server) in the process`)
  checkProcess(pid)
  const inner = innerPid(pid)
  const { sockets, faults, release } = findSockets(pid, inner)
  const own = sockets.filter((socket) => socket.pid === inner)
  const others = sockets.filter((socket) => socket.pid !== inner)
  const found = await Promise.all([
    ...own.map(ask),
    // of a stranger nothing is wanted but whether it is a child
    ...others.map((socket) => ask(socket).then((answer) => answer?.ppid === inner ? answer : null, () => null))
  ]).finally(release)
  const answers = found.filter((answer) => answer !== null)
  if (answers.length === 0) throw unreachable(explain(pid, faults))
  return answers.sort((a, b) => a.pid - b.pid || a.threadId - b.threadId)
}

module.exports = { askProcess }
