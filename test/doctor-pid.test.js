'use strict'

// doctor --pid: the status socket of a running process, who may ask it, and what it survives.

const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const path = require('node:path')
const t = require('tap')
require('./support/no-platform')
const { main } = require('../lib/cli/main')
const { judgeProcess, tellProcess } = require('../lib/doctor/process')
const { askProcess } = require('../lib/socket/ask')
const { openStatusSocket } = require('../lib/socket/serve')
const { register, startProgram, stopProgram } = require('./helpers/preload')
const { Peer } = require('./helpers/peer')
const { shortFolder } = require('./support/socket-path')

const bin = path.join(__dirname, '..', 'bin', 'lb-safe-timeouts.js')
const fixture = (name) => path.join(__dirname, 'fixtures', 'register', name)
const unsupported = process.getuid === undefined && 'no socket can be kept from other users here'
const isRoot = process.getuid?.() === 0
const uid = process.getuid?.()
const nobody = 65534
const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups']
// tap's own preloads write where nobody may not
const bare = { ...process.env, NODE_OPTIONS: '' }

function makeBase (t) {
  const dir = shortFolder(t)
  fs.chmodSync(dir, 0o755)
  return { base: dir, folder: path.join(dir, `lb-safe-timeouts-${uid}`) }
}

async function start (t, file, env, options) {
  const program = await startProgram(fixture(file), { ...options, env })
  t.teardown(() => stopProgram(program))
  return program
}

/** The command, run here; process.env is the asker's. */
async function doctor (args, { env = {} } = {}) {
  const said = { stdout: '', stderr: '' }
  const stream = (name) => ({ write: (text) => { said[name] += text } })
  const before = { ...process.env }
  Object.assign(process.env, env)
  try {
    const status = await main(['doctor', ...args.map(String)], { stdout: stream('stdout'), stderr: stream('stderr') })
    return { status, ...said }
  } finally {
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
}

/** What a process prints first; fails where it ends instead. */
async function firstOutput (child) {
  const ended = once(child, 'exit').then(([code, signal]) => { throw new Error(`it ended with ${code ?? signal}`) })
  const [chunk] = await Promise.race([once(child.stdout, 'data'), ended])
  return String(chunk)
}

/** The names in the folder, once `wanted` holds for them. */
async function sockets (folder, wanted) {
  for (;;) {
    const names = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []
    if (wanted(names)) return names
    await new Promise((resolve) => setTimeout(resolve, 20)) // there is no event for it; tap ends a wait in vain
  }
}

t.test('a process is asked', { skip: unsupported }, async (t) => {
  const { base, folder } = makeBase(t)
  const env = { LB_SAFE_TIMEOUTS_SOCKET: base }
  const [{ child, port }, patient, broken] = await Promise.all([
    start(t, 'http.js', env),
    start(t, 'http.js', { ...env, LB_SAFE_TIMEOUTS_IDLE_MS: '', LB_SAFE_TIMEOUTS_LB: 'haproxy' }),
    start(t, 'http.js', { ...env, LB_SAFE_TIMEOUTS_LB: 'aws_alb', LB_SAFE_TIMEOUTS_LOG: 'off' })
  ])
  t.equal(fs.statSync(folder).mode & 0o777, 0o700)
  t.equal(fs.statSync(path.join(folder, `${child.pid}.sock`)).mode & 0o777, 0o600)

  const peers = await Promise.all([1, 2, 3].map(() => Peer.connect(port)))
  for (const peer of peers) await peer.request('/')
  peers[0].socket.end()
  await peers[0].closed

  const json = await doctor(['--pid', child.pid, '--json'], { env })
  t.equal(json.status, 3, json.stderr)
  const { pid, verdict, threads: [thread] } = JSON.parse(json.stdout)
  t.match({ pid, verdict, thread }, {
    pid: child.pid,
    verdict: 'unproven',
    thread: { pid: child.pid, threadId: 0, ppid: process.pid, servers: [{ address: { port }, status: { open: 2, idle: 2, idleCloses: { byPeer: 1, byNode: 0 } } }] }
  })
  const text = await doctor(['--pid', child.pid], { env })
  t.equal(text.status, 3, text.stderr)
  t.match(text.stdout, new RegExp(`^process ${child.pid}: Node \\d`))
  t.match(text.stdout, new RegExp(`^127\\.0\\.0\\.1:${port} behind .* \\(idle timeout 2\\.5 s, environment\\): UNPROVEN$`, 'm'))
  t.match(text.stdout, /2 connections open, 2 of them idle/)
  t.match(text.stdout, /1 by the peer.*; 0 by Node/)
  t.match(text.stdout, /UNPROVEN: nothing speaks against it/)
  for (const peer of peers) peer.destroy()

  const safe = await doctor(['--pid', patient.child.pid], { env })
  t.match(safe, { status: 0, stdout: /Node closes no idle connection$[\s\S]*^SAFE: /m })

  const unapplied = await doctor(['--pid', broken.child.pid], { env })
  t.match(unapplied, { status: 3, stdout: /UNPROVEN$\s+not applied: .*did you mean 'aws-alb'\?/m }, 'why nothing was applied')
})

t.test('an unsafe server, and one that is no more', { skip: unsupported }, async (t) => {
  const { base, folder } = makeBase(t)
  const env = { LB_SAFE_TIMEOUTS_SOCKET: base, LB_SAFE_TIMEOUTS_LB: 'aws-alb', LB_SAFE_TIMEOUTS_LOG: 'off' }
  const code = `
    const http = require('node:http')
    const make = () => http.createServer((req, res) => res.end('ok'))
    const one = make(), two = make()
    one.timeout = 1000
    one.listen(0, () => two.listen(0, () => console.log(two.address().port)))
    process.on('message', () => one.close(() => process.send('closed')))
    process.on('disconnect', () => process.exit())`
  const child = spawn(process.execPath, ['--require', register, '-e', code], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const ended = once(child, 'exit')
  await firstOutput(child)
  const unsafe = await doctor(['--pid', child.pid], { env })
  t.match(unsafe, { status: 1, stdout: /: UNSAFE$[\s\S]*: UNPROVEN$[\s\S]*^UNSAFE: requests can be lost/m })
  child.send('close')
  await once(child, 'message')
  const [{ servers }] = await askProcess(child.pid)
  t.equal(servers.length, 1, 'a closed server is not told of')
  child.disconnect()
  t.same(await ended, [0, null])
  t.same(fs.readdirSync(folder), [], 'removed at exit')
})

t.test('who cannot be asked', { skip: unsupported }, async (t) => {
  const { base } = makeBase(t)
  const off = await start(t, 'http.js', {})
  const env = { LB_SAFE_TIMEOUTS_SOCKET: base }
  const wrong = [
    [['--pid', off.child.pid], /process \d+ \(.*\) has no status socket: start it with LB_SAFE_TIMEOUTS_SOCKET=1 and node --require/],
    [['--pid', spawnSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).stdout.trim()], /there is no process \d+ \[LBST_E_UNREACHABLE\]/],
    [['--pid', 'x'], /--pid needs a whole number, got 'x'/],
    [['--pid', '1', '--lb', 'aws-alb'], /--pid asks a process.*got '--lb' \[LBST_E_CONFLICT\]/],
    [['--pid', '1', 'http://127.0.0.1'], /got 'http:\/\/127\.0\.0\.1' \[LBST_E_CONFLICT\]/]
  ]
  for (const [args, message] of wrong) {
    const { status, stdout, stderr } = await doctor(args, { env })
    t.equal(status, 2, args.join(' '))
    t.match(stderr, message)
    t.equal(stdout, '')
  }
  t.same(fs.readdirSync(base), [], 'off by default, and asking makes nothing')
})

t.test('a wrong setting costs one line, and not the server', { skip: unsupported }, async (t) => {
  const { base } = makeBase(t)
  const open = path.join(base, 'open')
  fs.mkdirSync(open)
  fs.chmodSync(open, 0o777)
  const long = path.join(base, 'x'.repeat(100))
  fs.mkdirSync(long)
  const settings = [
    ['true', /LB_SAFE_TIMEOUTS_SOCKET is 1, or the absolute path of a folder, got 'true'/],
    [path.join(base, 'missing'), /ENOENT/],
    [open, /other users may replace what lies in .*open/],
    [long, /has at most 103 bytes/]
  ]
  for (const [setting, message] of settings) {
    const { stderr } = await start(t, 'http.js', { LB_SAFE_TIMEOUTS_SOCKET: setting })
    t.equal(stderr.trim().split('\n').length, 2)
    t.match(stderr, message)
    t.match(stderr, /no status socket: /)
  }
})

t.test('where a socket cannot be kept from other users', async (t) => {
  const { getuid } = process
  t.teardown(() => { process.getuid = getuid })
  process.getuid = undefined // as on Windows
  t.throws(() => openStatusSocket({ LB_SAFE_TIMEOUTS_SOCKET: '1' }), { code: 'LBST_E_UNSUPPORTED', message: /call status\(server\) in the process/ })
  t.match(await doctor(['--pid', process.pid]), { status: 2, stderr: /--pid is not supported on \w+: call status\(server\)/ })
})

t.test('a folder that is not private is not used, by neither side', { skip: unsupported }, async (t) => {
  const faults = {
    'open to others': (folder) => {
      fs.mkdirSync(folder)
      fs.chmodSync(folder, 0o755)
      return /is open to other users/
    },
    'a link': (folder, base) => {
      const elsewhere = path.join(base, 'elsewhere')
      fs.mkdirSync(elsewhere, { mode: 0o700 })
      fs.symlinkSync(elsewhere, folder)
      return /is no folder/
    },
    "another user's": (folder) => {
      if (!isRoot) return null
      fs.mkdirSync(folder, { mode: 0o700 })
      fs.chownSync(folder, nobody, nobody)
      return /belongs to another user \(uid 65534\)/
    }
  }
  for (const [name, make] of Object.entries(faults)) {
    const { base, folder } = makeBase(t)
    const message = make(folder, base)
    if (message === null) continue
    const env = { LB_SAFE_TIMEOUTS_SOCKET: base }
    const { child, stderr } = await start(t, 'http.js', env)
    t.match(stderr, message, name)
    const { status, stderr: said } = await doctor(['--pid', child.pid], { env })
    t.equal(status, 2)
    t.match(said, /has no status socket that can be trusted: /)
    t.match(said, message)
    t.same(fs.readdirSync(fs.realpathSync(folder)), [], 'nothing was put there')
  }
})

/** Whether a process of nobody's can load the package: a checkout may lie below /root. */
function canBeNobody () {
  return spawnSync(asNobody[0], [...asNobody.slice(1), process.execPath, bin, '--help'], { env: bare }).status === 0
}

t.test('another user', { skip: unsupported || (!isRoot && 'only root can become another user') || (!canBeNobody() && 'no setpriv here, or nobody may not read this checkout') }, async (t) => {
  const { base, folder } = makeBase(t)
  const env = { LB_SAFE_TIMEOUTS_SOCKET: base }
  const { child } = await start(t, 'http.js', env)
  const file = path.join(folder, `${child.pid}.sock`)
  const connect = `require('node:net').connect({ path: ${JSON.stringify(file)} }).on('error', (error) => console.log(error.code)).on('connect', () => { console.log('connected'); process.exit() })`
  const ask = (...as) => spawnSync(as[0] ?? process.execPath, [...as.slice(1), ...(as.length > 0 ? [process.execPath] : []), '-e', connect], { encoding: 'utf8', env: bare }).stdout.trim()
  t.equal(ask(), 'connected', 'the control')
  t.equal(ask(...asNobody), 'EACCES')
  // the socket guards itself too, should it ever lie in the open
  fs.chmodSync(folder, 0o755)
  t.equal(ask(...asNobody), 'EACCES')
  fs.chmodSync(folder, 0o777)
  t.equal(ask(...asNobody), 'EACCES')
  fs.chmodSync(file, 0o666)
  t.equal(ask(...asNobody), 'connected', 'the control')
  fs.chmodSync(folder, 0o700)

  const refused = spawnSync(asNobody[0], [...asNobody.slice(1), process.execPath, bin, 'doctor', '--pid', child.pid], { encoding: 'utf8', env: { ...bare, ...env } })
  t.match(refused, { status: 2, stderr: /belongs to another user: run doctor as that user/ })

  // and root may ask anybody: the folder is that of the process' own user
  fs.chmodSync(base, 0o1777)
  const other = spawn('setpriv', [...asNobody.slice(1), process.execPath, '--require', register, fixture('http.js')], { env: { ...bare, ...env, LB_SAFE_TIMEOUTS_LB: 'haproxy', LB_SAFE_TIMEOUTS_LOG: 'off' }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  await firstOutput(other)
  t.match(await doctor(['--pid', other.pid]), { status: 0, stdout: /^SAFE/m }, 'found by the environment of the process')
  const ended = once(other, 'exit')
  other.kill()
  await ended
})

t.test('in a container', { skip: unsupported || (spawnSync('unshare', ['--mount', '--pid', '--fork', '--mount-proc', 'true']).status !== 0 && 'no namespaces can be made here') }, async (t) => {
  const { base } = makeBase(t)
  // its own numbers, and a /tmp that nobody else sees
  const command = ['sh', '-c', 'mount -t tmpfs none "$1" && shift && exec "$@"', 'sh', base, process.execPath, '--require', register, fixture('http.js')]
  const env = { ...process.env, LB_SAFE_TIMEOUTS_SOCKET: base, LB_SAFE_TIMEOUTS_LB: 'haproxy', LB_SAFE_TIMEOUTS_LOG: 'off' }
  const parent = spawn('unshare', ['--mount', '--pid', '--fork', '--mount-proc', ...command], { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const ended = once(parent, 'exit')
  const port = await firstOutput(parent)
  const pid = fs.readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').trim()
  t.same(fs.readdirSync(base), [], 'nothing of it is seen outside')
  const { status, stdout, stderr } = await doctor(['--pid', pid, '--json'])
  t.equal(status, 0, stderr)
  t.match(JSON.parse(stdout), { pid: Number(pid), threads: [{ pid: 1, servers: [{ address: { port: Number(port) } }] }] })
  parent.disconnect()
  await ended
})

t.test('a path that is too long for a socket, as below /proc/PID/root', { skip: process.platform !== 'linux' && 'no way through a descriptor here' }, async (t) => {
  const { base } = makeBase(t)
  const long = path.join(base, 'x'.repeat(100))
  const folder = path.join(long, `lb-safe-timeouts-${uid}`)
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const fd = fs.openSync(folder)
  const answer = JSON.stringify({ format: 1, pid: 1, threadId: 0, servers: [] })
  const server = net.createServer((socket) => socket.end(answer)).listen(`/proc/self/fd/${fd}/${process.pid}.sock`)
  t.teardown(() => {
    delete process.env.LB_SAFE_TIMEOUTS_SOCKET
    server.close()
    fs.closeSync(fd)
  })
  await once(server, 'listening')
  process.env.LB_SAFE_TIMEOUTS_SOCKET = long
  const [found] = await askProcess(process.pid)
  t.match(found, { pid: 1, servers: [] })
  const isOfFolder = (name) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${name}`) === folder
    } catch {
      return false // the descriptor of the listing itself
    }
  }
  t.equal(fs.readdirSync('/proc/self/fd').filter(isOfFolder).length, 1, 'no descriptor is left but that of this test')
})

t.test('sockets of the dead', { skip: unsupported }, async (t) => {
  const { base, folder } = makeBase(t)
  const env = { LB_SAFE_TIMEOUTS_SOCKET: base }
  const killed = await start(t, 'http.js', env)
  const stays = await start(t, 'http.js', env)
  killed.child.kill('SIGKILL')
  await killed.ended
  t.same(fs.readdirSync(folder).length, 2, 'SIGKILL leaves one behind')
  const next = await start(t, 'http.js', env)
  const wanted = [stays, next].map(({ child }) => `${child.pid}.sock`).sort()
  t.same(await sockets(folder, (names) => names.length === 2), wanted, 'the next process removes it, and no other')

  // the number of the dead is this process' own
  const preload = path.join(base, 'preload.js')
  fs.writeFileSync(preload, `
    if (!require('node:worker_threads').isMainThread) return
    const fs = require('node:fs')
    const file = ${JSON.stringify(folder)} + '/' + process.pid + '.sock'
    const server = require('node:net').createServer().listen(file)
    fs.renameSync(file, file + '.kept')
    server.close()
    fs.renameSync(file + '.kept', file)`)
  const heir = await start(t, 'http.js', { ...env, NODE_OPTIONS: `--require ${JSON.stringify(preload)}` })
  for (;;) {
    const { status } = await doctor(['--pid', heir.child.pid], { env })
    if (status === 3) break // the number's new owner answers, once the dead one's socket is gone
  }
})

t.test('it keeps nothing alive', { skip: unsupported }, async (t) => {
  const { base, folder } = makeBase(t)
  const { child, ended } = await start(t, 'http.js', { LB_SAFE_TIMEOUTS_SOCKET: base })
  const [name] = fs.readdirSync(folder)
  const client = net.connect({ path: path.join(folder, name) })
  await once(client, 'connect')
  child.disconnect() // closes its http server
  t.same(await ended, [0, null])
  t.same(fs.readdirSync(folder), [], 'and nothing is left')
  client.destroy()
})

t.test('clients that misbehave', { skip: unsupported }, async (t) => {
  const { base, folder } = makeBase(t)
  const { child, port } = await start(t, 'http.js', { LB_SAFE_TIMEOUTS_SOCKET: base })
  const file = path.join(folder, `${child.pid}.sock`)
  const clients = Array.from({ length: 40 }, (_, index) => {
    const client = net.connect({ path: file })
    client.on('error', () => {})
    if (index % 2 === 0) client.pause()
    client.write(Buffer.alloc(1024 * 1024, 'GET / HTTP/1.1\r\n'))
    return client
  })
  await Promise.all(clients.map((client) => new Promise((resolve) => client.closed ? resolve() : client.once('close', resolve))))
  const [answer] = await askProcess(child.pid)
  t.equal(answer.servers[0].address.port, port, 'it answers all the same')
  const peer = await Peer.connect(port)
  t.equal(await peer.request('/'), 200, 'and so does the server')
  peer.destroy()
})

t.test('answers that lie', { skip: unsupported }, async (t) => {
  const { base, folder } = makeBase(t)
  fs.mkdirSync(folder, { mode: 0o700 })
  const env = { LB_SAFE_TIMEOUTS_SOCKET: base }
  const file = path.join(folder, `${process.pid}.sock`)
  const answers = [
    ['no JSON', /is not lb-safe-timeouts/],
    ['null', /is not lb-safe-timeouts/],
    ['{"servers":{}}', /is not lb-safe-timeouts/],
    ['{"lb-safe-timeouts":"9.0.0","format":2,"servers":[]}', /runs lb-safe-timeouts 9\.0\.0/],
    ['{"lb-safe-timeouts":"0.1.0","format":1,"servers":[null]}', /this version cannot read/],
    ['{"lb-safe-timeouts":"0.1.0","format":1,"servers":[{"status":{}}]}', /this version cannot read/],
    ['x'.repeat(5 * 1024 * 1024), /does not end/]
  ]
  let text
  const server = net.createServer((socket) => socket.on('error', () => {}).end(text)).listen(file)
  await once(server, 'listening')
  process.env.LB_SAFE_TIMEOUTS_SOCKET = base
  for (const [answer, message] of answers) {
    text = answer
    await t.rejects(async () => tellProcess(judgeProcess(process.pid, await askProcess(process.pid))), { code: 'LBST_E_UNREACHABLE', message }, text.slice(0, 60))
  }
  delete process.env.LB_SAFE_TIMEOUTS_SOCKET
  text = JSON.stringify({ 'lb-safe-timeouts': '0', format: 1, pid: 1, threadId: 0, uptimeMs: 1, node: '\x1b[2J\u202e\x9b', servers: [] })
  const { status, stdout } = await doctor(['--pid', process.pid], { env })
  t.equal(status, 3, 'no server is no proof')
  t.match(stdout, /Node \?\[2J\?\?, since/, 'nothing that a terminal would obey')
  server.close()
})

t.test('a process that is stopped', { skip: unsupported }, async (t) => {
  const { base } = makeBase(t)
  const env = { LB_SAFE_TIMEOUTS_SOCKET: base }
  const { child } = await start(t, 'http.js', env)
  child.kill('SIGSTOP')
  const { status, stderr } = await doctor(['--pid', child.pid], { env })
  child.kill('SIGCONT')
  t.equal(status, 2)
  t.match(stderr, /does not answer within 5 s: its event loop is blocked, or it is stopped/)
})

t.test('workers of a cluster, and worker threads', { skip: unsupported }, async (t) => {
  const { base, folder } = makeBase(t)
  const env = { XDG_RUNTIME_DIR: base, LB_SAFE_TIMEOUTS_SOCKET: '1' }
  const cluster = await start(t, 'cluster.js', env)
  const names = await sockets(folder, (names) => names.length === 2)
  t.notOk(names.includes(`${cluster.child.pid}.sock`), 'the primary has no server')
  const { threads } = JSON.parse((await doctor(['--pid', cluster.child.pid, '--json'], { env })).stdout)
  t.same(threads.map(({ pid }) => `${pid}.sock`).sort(), names, 'asked through the primary')
  t.ok(threads.every(({ servers }) => servers[0].address.port === cluster.port))
  const one = JSON.parse((await doctor(['--pid', threads[1].pid, '--json'], { env })).stdout)
  t.same(one.threads.map(({ pid }) => pid), [threads[1].pid], 'or alone')

  const { child, ended } = await start(t, 'worker.js', env)
  const { stdout } = await doctor(['--pid', child.pid], { env })
  const [, thread] = new RegExp(`^process ${child.pid}, thread (\\d+): `).exec(stdout) ?? []
  const name = `${child.pid}-${thread}.sock`
  t.ok(fs.readdirSync(folder).includes(name), name)
  child.disconnect() // terminates the worker
  await ended
  t.notOk(fs.readdirSync(folder).includes(name), 'a terminated thread leaves nothing')
})
