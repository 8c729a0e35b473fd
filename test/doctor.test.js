'use strict'

// doctor on the running Node: a part of test:doctor's table, the race, the command.

const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const http2 = require('node:http2')
const https = require('node:https')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const t = require('tap')
const { native } = require('../lib/binding')
const { startProgress } = require('../lib/cli/progress')
const { examine } = require('../lib/doctor')
const { planFor, readBalancer } = require('../lib/doctor/balancer')
const { summarize, spreadMs, watchMs } = require('../lib/doctor/measure')
const { sweepRace } = require('../lib/doctor/race')
const { ResponseReader } = require('../lib/doctor/response')
const { createTarget } = require('../lib/doctor/target')
const { tellReasons } = require('../lib/doctor/words')
const { cases } = require('./doctor/cases')
const { runCases } = require('./doctor/run')
const { createCertificate } = require('./support/certificate')
const { startRelay } = require('./support/relay')

const bin = path.join(__dirname, '..', 'bin', 'lb-safe-timeouts.js')
const host = '127.0.0.1'

const fast = [
  'as a plan sets it', 'keepAliveTimeout too short', 'headers below keepAlive, an unused connection', 'server.timeout', 'keepAliveTimeout 0',
  'requestTimeout too short for a body only', 'an answer that says close', 'the limit ends before anything happens', 'no idle limit in front, nor here', 'https'
]

async function listen (t, server, settings) {
  Object.assign(server, { keepAliveTimeoutBuffer: 0, ...settings })
  await once(server.listen(0, host), 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return server.address().port
}

function answer (req, res) {
  req.resume()
  req.on('end', () => res.end('ok'))
}

function run (args, options) {
  const child = spawn(process.execPath, [bin, 'doctor', ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (text) => { said.stdout += text })
  child.stderr.on('data', (text) => { said.stderr += text })
  const ended = once(child, 'close').then(([status, signal]) => ({ status, signal, ...said }))
  return { child, ended }
}

t.test('servers with known settings', { timeout: 30000 }, async (t) => {
  const rows = cases.filter(({ name }) => fast.includes(name))
  t.equal(rows.length, fast.length)
  const node = { version: process.versions.node, execPath: process.execPath }
  const sum = await runCases(node, rows, { connections: 5, atOnce: rows.length, onCase: ({ name }, report, wrong) => t.same(wrong, [], name) })
  t.equal(sum.controlsLost, sum.controls, `a mistaken model is found out (${sum.controlsLost} of ${sum.controls})`)
})

t.test('the race: lost within the way there and back, answered before', { timeout: 30000 }, async (t) => {
  const port = await listen(t, http.createServer(answer), { keepAliveTimeout: 400 })
  const delayMs = 40
  const relay = await startRelay({ port, delayMs })
  t.teardown(() => relay.close())
  const options = { lb: { id: null, name: 'x', idleTimeoutMs: 5000 }, connections: 5, limitMs: 3000, signal: new AbortController().signal }

  const { verdict, race, states } = await examine(createTarget(`http://${host}:${relay.port}`), options)
  t.equal(verdict, 'unsafe')
  t.equal(race.tried, 20)
  // A request is lost from two ways of the relay before the close is seen: most of the window.
  t.ok(race.lost >= 5, `${race.lost} of ${race.tried} lost`)
  t.ok(race.answered + race.lost + race.late + race.failed === race.tried)
  t.ok(race.lostMs.from > states.idle.minMs - 2 * delayMs - 60, 'not long before the close')

  // the control: far from the close, all of them are answered
  const early = await sweepRace(createTarget(`http://${host}:${relay.port}`), 10, { fromMs: 20, toMs: 100 }, { signal: options.signal, onDone () {} })
  t.match(early, { tried: 10, answered: 10, lost: 0, late: 0, failed: 0, lostMs: null })

  // and where the server keeps its connections there is nothing to sweep
  const patient = await listen(t, http.createServer(answer), { keepAliveTimeout: 0 })
  const { race: none, verdict: word } = await examine(createTarget(`http://${host}:${patient}`), { ...options, lb: { ...options.lb, idleTimeoutMs: 500 }, limitMs: 800 })
  t.equal(none, null, 'no close, no race')
  t.equal(word, 'safe')
})

t.test('an answer is read to its end', async (t) => {
  const answers = [
    ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=5\r\n\r\nok', { status: 200, keepAlive: 'timeout=5', close: false }],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\nKeep-Alive: \x1b[2Jx\x9b\r\n\r\n', { status: 200, keepAlive: '?[2Jx?', close: false }],
    ['HTTP/1.1 204 No Content\r\n\r\n', { status: 204, keepAlive: null, close: false }],
    ['HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', { status: 200, keepAlive: null, close: false }],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', { status: 200, keepAlive: null, close: false }],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n0\r\nA: b\r\n\r\n', { status: 200, keepAlive: null, close: false }],
    ['HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n', { status: 200, keepAlive: null, close: true }],
    ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', { status: 200, keepAlive: null, close: true }],
    ['HTTP/1.1 200 OK\r\n\r\nuntil the end', { status: 200, keepAlive: null, close: true }]
  ]
  for (const [text, expected] of answers) {
    t.same(new ResponseReader().push(text), expected, JSON.stringify(text))
    const reader = new ResponseReader()
    const byByte = [...text].map((byte) => reader.push(Buffer.from(byte, 'latin1'))).filter((found) => found !== null)
    t.same(byByte[0], expected, 'byte by byte')
  }
  const reader = new ResponseReader()
  const one = answers[0][0]
  t.equal(reader.push(one + one).status, 200)
  t.equal(reader.push('').status, 200, 'the second of two')
  t.equal(reader.push(''), null)
})

t.test('an answer without end', { timeout: 20000 }, async (t) => {
  const port = await listen(t, http.createServer((req, res) => {
    res.writeHead(200, { 'Content-Length': 64 * 1024 * 1024 })
    res.end(Buffer.alloc(64 * 1024 * 1024))
  }), {})
  const options = { lb: { id: null, name: 'x', idleTimeoutMs: 1000 }, connections: 1, limitMs: 100, signal: new AbortController().signal }
  await t.rejects(examine(createTarget(`http://${host}:${port}`), options), { code: 'LBST_E_UNREACHABLE', message: /longer than 4 MiB/ })
})

t.test('the command', { timeout: 40000 }, async (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lb-safe-timeouts-'))
  t.teardown(() => fs.rmSync(dir, { recursive: true }))
  const html = path.join(dir, 'report.html')
  const good = await listen(t, http.createServer(answer), { keepAliveTimeout: 2200 })
  const bad = await listen(t, http.createServer(answer), { keepAliveTimeout: 100, headersTimeout: 60000 })
  const common = ['--connections', '2', '--limit', '1500ms']

  const file = path.join(dir, 'attributes.json')
  fs.writeFileSync(file, JSON.stringify({ Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '1' }] }))

  const [safe, unsafe, unknown, fromFile] = await Promise.all([
    run([`http://${host}:${good}`, '--lb', '1000', ...common, '--json']).ended,
    run([`${host}:${bad}`, '--lb', 'aws-alb:1400', ...common, '--html', html]).ended,
    run([`http://${host}:${good}/x`, '--lb', 'aws-alb', ...common, '--path', '/healthz', '--no-race']).ended,
    run([`http://${host}:${bad}`, '--lb', file, ...common, '--no-race']).ended
  ])
  t.equal(safe.status, 0, safe.stderr)
  const report = JSON.parse(safe.stdout)
  t.equal(report.verdict, 'safe')
  t.same(Object.keys(report.states), ['unused', 'idle', 'headers', 'body'])
  t.same(report.remedies, [])
  t.match(safe.stderr, /^measuring: 0 of 8 connections, at most \d s left$/m, 'plain lines where there is no terminal')
  t.notMatch(safe.stderr, /[\r\x1b]/) // eslint-disable-line no-control-regex

  t.equal(unsafe.status, 1, unsafe.stderr)
  t.match(unsafe.stdout, /idle after an answer: unsafe: the server closes it first: .*\[LBST_D_CLOSES_FIRST\]/)
  t.match(unsafe.stdout, /on the side of Node: keepAliveTimeout \d+, /)
  t.match(unsafe.stdout, /applyLbSafeTimeouts\(server, \{"lb":\[\{"id":"aws-alb","idleTimeoutMs":1400\}\]\}\)/)
  t.match(unsafe.stdout, /on the side of AWS Application Load Balancer: an idle timeout of \d+(\.\d+)? ms at most|no idle timeout is short enough/)
  t.match(unsafe.stdout, /the race: 8 requests sent /)
  t.match(fs.readFileSync(html, 'utf8'), /^<!DOCTYPE html>/)

  t.equal(fromFile.status, process.versions.node.startsWith('20.') ? 0 : 1, fromFile.stderr)
  t.match(fromFile.stdout, /keeps an idle connection for 1 s/, "the load balancer's own attributes")

  t.equal(unknown.status, 3, unknown.stderr)
  t.match(unknown.stdout, /\/healthz \(status 200/)
  t.match(unknown.stdout, /INCONCLUSIVE: .*each connection was watched for 1\.5 s \(--limit\)/)
  t.match(unknown.stdout, /known is only that it is kept for 1\.5 s or longer/)
})

t.test('mistakes', async (t) => {
  const closed = net.createServer().listen(0, host)
  await once(closed, 'listening')
  const { port } = closed.address()
  closed.close()
  await once(closed, 'close')
  const url = `http://${host}:${port}`
  const wrong = [
    [[], /doctor needs one URL.*got 0/],
    [[url], /doctor needs --lb/],
    [[url, '--lb', 'aws_alb'], /did you mean 'aws-alb'\? \[LBST_E_UNKNOWN_LB\]/],
    [[url, '--lb', './nowhere.json'], /'\.\/nowhere\.json' cannot be read: ENOENT.*\[LBST_E_BAD_METADATA\]/],
    [[url, '--lb', '60'], /write 60000 for 60 seconds/],
    [['3000', '--lb', 'aws-alb'], /'3000' is no URL; for a server on this machine write http:\/\/127\.0\.0\.1:3000/],
    [[url, '-lb', 'x'], /unexpected '-lb'; did you mean '--lb'\?/],
    [[url, '--lbs', 'x'], /did you mean '--lb'\?/],
    [[url, 'again', '--lb', '1000'], /doctor needs one URL.*got 2/],
    [['ftp://x', '--lb', '1000'], /speaks http and https, got 'ftp'/],
    [['http://:x', '--lb', '1000'], /is no URL/],
    [[`http://${host}:0`, '--lb', '1000'], /from 1 to 65535, got 0 in 'http:\/\/127\.0\.0\.1:0' \[LBST_E_OUT_OF_RANGE\]/],
    [[`${host}:00/x`, '--lb', '1000'], /from 1 to 65535, got 0/],
    [[url, '--lb', '1000', '--path', 'healthz'], /--path must begin with '\/'/],
    [[url, '--lb', '1000', '--limit', '75'], /--limit is a duration such as 75s/],
    [[url, '--lb', '1000', '--connections', '1000'], /from 1 to 64/],
    [[url, '--lb', '1000', '--html', '/nowhere/at/all.html'], /cannot be written: ENOENT/],
    [[url, '--lb', '1000'], /does not answer: nothing listens there \(ECONNREFUSED\) \[LBST_E_UNREACHABLE\]/]
  ]
  for (const [args, message] of wrong) {
    const { status, stderr, stdout } = spawnSync(process.execPath, [bin, 'doctor', ...args], { encoding: 'utf8' })
    t.equal(status, 2, args.join(' '))
    t.match(stderr, message)
    t.equal(stdout, '')
  }
})

t.test('servers that tell nothing', async (t) => {
  const listening = async (server) => {
    await once(server.listen(0, host), 'listening')
    t.teardown(() => server.close())
    return server.address().port
  }
  const certificate = createCertificate()
  t.teardown(() => certificate.remove())
  const pem = { key: fs.readFileSync(certificate.key), cert: fs.readFileSync(certificate.cert) }
  const plain = await listening(http.createServer(answer))
  const secure = await listening(https.createServer(pem, answer))
  const http2Only = await listening(http2.createSecureServer(pem, answer))
  const banner = await listening(net.createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-x\r\n')))
  const refusing = await listening(http.createServer((req, res) => res.writeHead(400, { Connection: 'close' }).end()))
  const wrong = [
    [`https://${host}:${plain}`, new RegExp(`no TLS is spoken there; try http://${host}:${plain}`)],
    [`http://${host}:${secure}`, /if it speaks TLS, write https:/],
    [`https://${host}:${http2Only}`, /it speaks no HTTP\/1\.1 over TLS|answers with status 403 and ends/],
    [`http://${host}:${banner}`, /answers, but not in HTTP\/1\.1/],
    [`http://${host}:${refusing}`, /answers with status 400 and ends the connection, which tells nothing about its timeouts/]
  ]
  await Promise.all(wrong.map(async ([url, message]) => {
    t.match(await run([url, '--lb', '1s', '--connections', '1', '--limit', '500ms']).ended, { status: 2, stderr: message, stdout: '' })
  }))
})

// one check in checkMs closes what is older than headersTimeout, as seen by the doctor
function foresee ({ headersTimeout, checkMs, phaseMs, connections, idleTimeoutMs, limitMs }) {
  const openForMs = spreadMs(idleTimeoutMs, limitMs)
  return Array.from({ length: connections }, (_, index) => {
    const startAt = index * openForMs / connections
    const at = Math.ceil((startAt + headersTimeout - phaseMs) / checkMs) * checkMs + phaseMs
    const isClosed = at - startAt <= limitMs
    return { state: 'unused', startAt, closedAt: isClosed ? at : null, how: isClosed ? '408' : null, error: null, notKept: false }
  })
}

t.test('a check that runs now and then, at every moment of it', async (t) => {
  const nothing = { closesMs: [], answered: 0, open: 1, openMs: 1e9, notKept: 0, failed: 0, passedMs: 0 }
  const periodMs = 30000
  const phases = 60
  /** The verdicts on unused connections, and how often each. */
  const judge = ({ lbMs, connections, limitMs = Math.max(lbMs + 15000, watchMs(lbMs, connections)), checkMs = periodMs, headersTimeout }) => {
    const found = {}
    for (let i = 0; i < phases; i++) {
      const seen = foresee({ headersTimeout, checkMs, phaseMs: checkMs * i / phases, connections, idleTimeoutMs: lbMs, limitMs })
      const { verdict } = native().doctorJudge({ unused: summarize(seen, limitMs), idle: nothing, headers: nothing, body: nothing }, lbMs)
      found[verdict] = (found[verdict] ?? 0) + 1
    }
    return found
  }
  t.same(judge({ lbMs: 60000, connections: 20, headersTimeout: 66000 }), { safe: phases }, 'as the plan sets it, with the flags that doctor has of itself')
  t.same(judge({ lbMs: 60000, connections: 20, headersTimeout: 40000 }), { unsafe: phases })
  t.same(judge({ lbMs: 60000, connections: 3, headersTimeout: 40000 }), { unsafe: phases })
  t.same(judge({ lbMs: 4000, connections: 20, headersTimeout: 2500, checkMs: 3000 }), { unsafe: phases })

  // it may not be known, but it is never safe
  for (const lbMs of [2000, 20000, 45000, 60000, 350000]) {
    for (const connections of [1, 3, 20]) {
      for (const share of [0.1, 0.5, 0.99]) {
        for (const checkMs of [1000, 7000, periodMs]) {
          const { safe } = judge({ lbMs, connections, checkMs, headersTimeout: lbMs * share })
          t.equal(safe, undefined, `${share} of ${lbMs} ms, ${connections} connections, checked each ${checkMs} ms`)
        }
      }
    }
  }
})

t.test('headersTimeout below the idle time of the load balancer, at a moment that hides it', { timeout: 30000 }, async (t) => {
  const [headersTimeout, checkMs, lbMs] = [1250, 1500, 2000]
  const server = http.createServer({ connectionsCheckingInterval: checkMs }, answer)
  const port = await listen(t, server, { keepAliveTimeout: 0, headersTimeout })
  // what is opened now is old enough just after the next check, and closed by the one after it
  await new Promise((resolve) => setTimeout(resolve, checkMs - headersTimeout + 100))
  const common = { lb: { id: null, name: 'x', idleTimeoutMs: lbMs }, limitMs: 3500, race: false, signal: new AbortController().signal }
  const [many, one] = await Promise.all([5, 1].map((connections) => examine(createTarget(`http://${host}:${port}`), { ...common, connections })))
  t.equal(many.verdict, 'unsafe', 'some of them are opened at other moments')
  t.ok(many.states.unused.maxMs > lbMs, `as the first were hidden: ${many.states.unused.closesMs}`)
  t.equal(one.verdict, 'inconclusive')
  t.same(one.states.unused.reasons, ['LBST_D_MAY_BE_SOONER', 'LBST_D_UNASKED_ANSWER'])
  const [{ message }] = tellReasons(one.states.unused, common.lb, common.limitMs)
  t.match(message, /the soonest close that was seen came after 2\.\d+ s, by a check that runs now and then; .* known only that it is kept for 0 ms or longer/)
})

t.test('what fails proves nothing', { timeout: 30000 }, async (t) => {
  // greeted as it should be; then four of five, or all, are closed without an answer
  const closing = (share) => {
    let count = 0
    return listen(t, http.createServer((req, res) => {
      const index = req.method === 'GET' ? count++ : 0
      if (index > 0 && index % 5 < share) req.socket.destroy()
      else answer(req, res)
    }), { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 })
  }
  const [some, all] = [await closing(4), await closing(5)]
  const flags = ['--lb', '1s', '--connections', '5', '--limit', '1100ms']
  const [most, none] = await Promise.all([some, all].map((port) => run([`http://${host}:${port}`, ...flags]).ended))
  t.equal(most.status, 3, most.stdout)
  t.match(most.stdout, /idle after an answer: inconclusive: still open .*; 4 of 5 connections told nothing \((closed before there was an answer|ECONNRESET).*\[LBST_D_SOME_FAILED\]/)
  t.match(most.stdout, /^INCONCLUSIVE: .*; why is told with each kind of connection$/m)
  t.equal(none.status, 3, none.stdout)
  t.match(none.stdout, /idle after an answer: inconclusive: no connection told anything \(.*\[LBST_D_NO_SAMPLE\]/)
  t.notMatch(none.stdout, /--limit/, 'which is not why')
})

t.test('a progress bar on a terminal', async (t) => {
  const terminal = { isTTY: true, text: '', write (text) { this.text += text } }
  const progress = startProgress(terminal)
  progress.update({ label: 'measuring', totalMs: 2000, done: 0, count: 8 })
  t.match(terminal.text, /^\r░{30} measuring: 0 of 8 connections, at most 2 s left\x1b\[K$/) // eslint-disable-line no-control-regex
  progress.stop()
  t.ok(terminal.text.endsWith('\r\x1b[K'), 'and nothing of it is left')
  t.notMatch(terminal.text, /\n/)

  // a line as long as the terminal is wide wraps, and the next one is drawn below it
  const longest = { label: 'sweeping the race', totalMs: 80000, done: 80, count: 80 }
  for (const columns of [80, undefined, 40, 20]) {
    const narrow = { isTTY: true, columns, text: '', write (text) { this.text += text } }
    const wide = startProgress(narrow)
    wide.update(longest)
    wide.stop()
    const [, line] = /^\r([^\r]+)\x1b\[K/.exec(narrow.text) // eslint-disable-line no-control-regex
    t.equal(line.length, (columns ?? 80) - 1, `as long as fits ${columns} columns`)
    if (columns === 80) t.ok(line.endsWith(' sweeping the race: 80 of 80 connections, at most 80 s left'), 'the bar gives way first')
  }
})

t.test('what --lb takes', async (t) => {
  const idle = (text) => planFor(readBalancer(text)).lb.idleTimeoutMs
  t.equal(idle('60000'), 60000)
  t.equal(idle('60s'), 60000)
  t.equal(idle('1.5m'), 90000)
  t.equal(idle('aws-alb:2m'), 120000)
  t.equal(idle('aws-alb:120000'), 120000)
  t.equal(idle('cloudflare,aws-alb:90s'), 90000)
  t.throws(() => idle('60'), { code: 'LBST_E_LOOKS_LIKE_SECONDS' })
  t.throws(() => idle('aws-alb:soon'), { code: 'LBST_E_UNKNOWN_LB' })
})

t.test('Ctrl-C leaves nothing behind', { timeout: 20000 }, async (t) => {
  const sockets = new Set()
  const server = http.createServer(answer)
  const seen = []
  const port = await new Promise((resolve) => {
    listen(t, server, { keepAliveTimeout: 60000 }).then(resolve)
    server.on('connection', (socket) => {
      seen.push(socket)
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
  })
  const file = path.join(os.tmpdir(), `lb-safe-timeouts-${process.pid}.html`)
  const { child, ended } = run([`http://${host}:${port}`, '--lb', '2s', '--connections', '5', '--html', file])
  // one that says hello, and five of each kind
  while (seen.length < 21) await once(server, 'connection')
  const startedAt = Date.now()
  child.kill('SIGINT')
  const { status, stderr, stdout } = await ended
  t.equal(status, 130)
  t.match(stderr, /stopped; every connection is closed/)
  t.equal(stdout, '')
  t.ok(Date.now() - startedAt < 3000, 'at once, and not at the end of the limit')
  while (sockets.size > 0) await once([...sockets][0], 'close')
  t.notOk(fs.existsSync(file), 'no half report')
})
