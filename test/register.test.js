'use strict'

const { execFile, spawnSync } = require('node:child_process')
const path = require('node:path')
const t = require('tap')
require('./support/no-platform')
const { register, startProgram, stopProgram, outlives } = require('./helpers/preload')

const fixture = (name) => path.join(__dirname, 'fixtures', 'register', name)

function run (code, env = {}, args = ['--require', register]) {
  const result = spawnSync(process.execPath, [...args, '-e', code], { encoding: 'utf8', env: { ...process.env, ...env }, timeout: 20000 })
  return { code: result.status, signal: result.signal, stdout: result.stdout.trim(), stderr: result.stderr.trim() }
}

/** run() beside others. */
function start (code, env) {
  const options = { env: { ...process.env, ...env }, timeout: 20000 }
  return new Promise((resolve) => execFile(process.execPath, ['--require', register, '-e', code], options, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : error.code, signal: error === null ? null : error.signal, stdout: stdout.trim(), stderr: stderr.trim() })
  }))
}

const serve = 'const s = require("http").createServer(); s.listen(0, () => { console.log(s.keepAliveTimeout); s.close() })'

t.test('the kept-alive connection outlives the load balancer', async (t) => {
  const programs = [
    { file: 'http.js', with: 'none', count: 0 },
    { file: 'http.js', with: 'require', count: 4 },
    { file: 'http.js', with: 'options', count: 4 },
    { file: 'https.mjs', with: 'import', count: 4, protocol: 'https' },
    { file: 'cluster.js', with: 'none', count: 0 },
    { file: 'cluster.js', with: 'require', count: 4 },
    { file: 'worker.js', with: 'none', count: 0 },
    { file: 'worker.js', with: 'require', count: 4 }
  ]
  const found = await Promise.all(programs.map(async ({ file, with: how, protocol }) => {
    const program = await startProgram(fixture(file), { with: how })
    t.teardown(() => stopProgram(program))
    return outlives(program, { protocol })
  }))
  programs.forEach(({ file, with: how, count }, i) => {
    t.equal(found[i], count, `${file}, ${how}: ${count === 0 ? 'the control is closed' : 'all are answered'}`)
  })
})

t.test('loaded when a server listens already, as by instrumentation.js of Next.js', async (t) => {
  const late = `const s = require("http").createServer(); s.listen(0, () => { require(${JSON.stringify(register)}); console.log(s.keepAliveTimeout); s.close() })`
  const { code, stdout, stderr } = run(late, { LB_SAFE_TIMEOUTS_LB: 'aws-alb' }, [])
  t.equal(code, 0)
  t.equal(stdout, '65000')
  t.match(stderr, /^lb-safe-timeouts: .*keepAliveTimeout 65000/)
  const net = `const s = require("net").createServer(); s.listen(0, () => { require(${JSON.stringify(register)}); s.close() })`
  t.same(run(net, {}, []), { code: 0, signal: null, stdout: '', stderr: '' }, 'none of http: not touched')
})

t.test('one line at most', async (t) => {
  const twice = 'const http = require("http"); for (const a of [0, 0]) { const s = http.createServer(); s.listen(a, () => s.close()) }'
  const line = run(twice, { LB_SAFE_TIMEOUTS_LB: 'aws-alb' })
  t.match(line.stderr, /^lb-safe-timeouts: .+ \(idle timeout 60000 ms, environment\): keepAliveTimeout 65000/)
  t.equal(line.stderr.split('\n').length, 1)
  const { stderr } = run(twice, { LB_SAFE_TIMEOUTS_LOG: 'json' })
  t.equal(JSON.parse(stderr)['lb-safe-timeouts'].after.keepAliveTimeout, 65000)
  t.equal(run(twice, { LB_SAFE_TIMEOUTS_LOG: 'off' }).stderr, '')
})

t.test('one line from all threads, whichever has a server', async (t) => {
  const hooks = 'data:text/javascript,' + encodeURIComponent("import { register } from 'node:module'; register?.('data:text/javascript,export const a = 1')")
  const cases = [
    ['main and worker', ['serve', 'serve']],
    ['the second worker', ['-', '-', 'serve']],
    ['two workers', ['-', 'serve', 'serve']],
    ["a worker beside the hooks' thread", ['-', 'serve'], ['--import', hooks]]
  ]
  for (const [name, threads, flags = []] of cases) {
    const env = { ...process.env, LB_SAFE_TIMEOUTS_LB: 'aws_alb', NODE_NO_WARNINGS: '1' }
    const { status, stderr } = spawnSync(process.execPath, [...flags, '--require', register, fixture('threads.js'), ...threads], { encoding: 'utf8', env, timeout: 20000 })
    t.equal(status, 0, name)
    t.match(stderr, /^lb-safe-timeouts: not applied: [^\n]*\?\n$/, name)
  }
})

t.test('a later write is undone without a word', async (t) => {
  const code = serve.replace('console.log', 's.keepAliveTimeout = 5000; s.headersTimeout = null; console.log')
  t.same(run(code, { LB_SAFE_TIMEOUTS_LOG: 'off' }), { code: 0, signal: null, stdout: '65000', stderr: '' })
})

t.test('what the application asked for itself holds', async (t) => {
  const code = `require(${JSON.stringify(path.join(__dirname, '..'))})`
  const stdout = run(serve.replace('s.listen', `${code}.applyLbSafeTimeouts(s, { idleTimeoutMs: 90000 }); s.listen`)).stdout
  t.equal(stdout, '95000')
})

t.test('never throws into the application', async (t) => {
  const result = run(serve, { LB_SAFE_TIMEOUTS_LB: 'aws_alb' })
  t.match(result, { code: 0, stdout: '5000', stderr: /did you mean 'aws-alb'\?$/ })
  const badPort = 'try { require("http").createServer().listen(-1) } catch (error) { console.log(error.code) }'
  t.equal(run(badPort).stdout, 'ERR_SOCKET_BAD_PORT', "and throws what is Node's to throw")
})

t.test('a variable that it cannot follow: one line that names it, and the timeouts all the same', async (t) => {
  const rows = [
    [{ LB_SAFE_TIMEOUTS_DRAIN: 'true' }, "environment variable LB_SAFE_TIMEOUTS_DRAIN must be one of '0', '1', got 'true'"],
    [{ LB_SAFE_TIMEOUTS_LOG: 'of' }, "environment variable LB_SAFE_TIMEOUTS_LOG must be one of 'line', 'json', 'off', got 'of'; did you mean 'off'?"],
    [{ LB_SAFE_TIMEOUTS_LOG: 'silent' }, "environment variable LB_SAFE_TIMEOUTS_LOG must be one of 'line', 'json', 'off', got 'silent'"]
  ]
  const twice = `{ ${serve} }\n{ ${serve} }`
  const found = await Promise.all(rows.map(([env]) => start(twice, env)))
  rows.forEach(([, line], i) => {
    const [complaint, ...others] = found[i].stderr.split('\n').sort((a, b) => b.includes('environment variable') - a.includes('environment variable'))
    t.equal(complaint, `lb-safe-timeouts: ${line}`)
    t.equal(others.length, 1, 'and the line about the timeouts')
    t.match(found[i], { code: 0, stdout: '65000\n65000' })
  })
  const json = await start(serve, { LB_SAFE_TIMEOUTS_DRAIN: 'yes', LB_SAFE_TIMEOUTS_LOG: 'json' })
  t.match(JSON.parse(json.stderr.split('\n')[0]), { 'lb-safe-timeouts': { error: { code: 'LBST_E_INVALID_TYPE', message: /DRAIN.*'yes'/ } } })
  t.match(await start(serve, { LB_SAFE_TIMEOUTS_DRAIN: 'yes', LB_SAFE_TIMEOUTS_LOG: 'off' }), { code: 0, stderr: /^$/ })
  t.match(await start(serve, { LB_SAFE_TIMEOUTS_REQUIRE_NATIVE: 'true' }), {
    code: 0,
    stdout: '5000',
    stderr: /^lb-safe-timeouts: not applied: environment variable LB_SAFE_TIMEOUTS_REQUIRE_NATIVE must be '1' or not set, got 'true'$/
  })
})

t.test('does nothing where there is no http server', async (t) => {
  const loaded = 'console.log(process.moduleLoadList.filter((name) => /_http_server|http2/.test(name)).length, Object.keys(require.cache).length)'
  t.match(run(loaded), { code: 0, stdout: /^0 /, stderr: '' })
  t.match(run('const s = require("net").createServer(); s.listen(0, () => s.close())'), { code: 0, stderr: '' })
  t.match(run(serve, { AWS_LAMBDA_FUNCTION_NAME: 'f' }), { code: 0, stdout: '5000', stderr: '' })
})

t.test('twice is once', async (t) => {
  const { stdout, stderr } = run(serve, {}, ['--require', register, '--import', register])
  t.equal(stdout, '65000')
  t.equal(stderr.split('\n').length, 1)
})

t.test('LB_SAFE_TIMEOUTS_DRAIN=1: a signal drains every server and ends the process', async (t) => {
  // an answer under way when the signal comes, another server, and no handler of their own
  const program = (first = '') => `
    const http = require('node:http')
    ${first}
    const server = http.createServer((req, res) => {
      process.kill(process.pid, 'SIGTERM')
      setTimeout(() => res.end('late'), 300)
    }).listen(0, '127.0.0.1', () => {
      http.createServer().listen(0, '127.0.0.1', () => {
        http.get({ port: server.address().port, host: '127.0.0.1', agent: new http.Agent({ keepAlive: true }) }, (res) => {
          res.setEncoding('utf8').on('data', (text) => console.log(text, res.headers.connection))
        })
      })
    })`
  const env = { LB_SAFE_TIMEOUTS_LB: 'nginx', LB_SAFE_TIMEOUTS_LOG: 'off' }
  const drained = { code: 0, signal: null, stdout: 'late close', stderr: '' }
  const foreign = "require('node:net').createServer().on('request', () => {}).listen(0, '127.0.0.1')"
  const rows = [
    ['the control: the answer is lost', program(), {}, { code: null, signal: 'SIGTERM', stdout: '' }],
    ['drained', program(), { LB_SAFE_TIMEOUTS_DRAIN: '1' }, drained],
    ['a load balancer that no source has a number for', program(), { LB_SAFE_TIMEOUTS_DRAIN: '1', LB_SAFE_TIMEOUTS_LB: 'gcp-cloud-run' }, drained],
    ['no http server, though it has a listener for requests, came first', program(foreign), { LB_SAFE_TIMEOUTS_DRAIN: '1' }, drained],
    ['or later', program(`setImmediate(() => { ${foreign} })`), { LB_SAFE_TIMEOUTS_DRAIN: '1' }, drained]
  ]
  const found = await Promise.all(rows.map(([, code, more]) => start(code, { ...env, ...more })))
  rows.forEach(([name, , , wanted], i) => t.match(found[i], wanted, name))
})

t.test('LB_SAFE_TIMEOUTS_DRAIN=1 leaves alone what the application drains itself', async (t) => {
  const listen = "listen(0, '127.0.0.1')"
  const program = (early, late) => `
    const { drain } = require(${JSON.stringify(path.join(__dirname, '..'))})
    const server = require('node:http').createServer()
    const own = () => drain.onSignals(server, { windowMs: 0, deadlineMs: 5000, onDrained: closeDatabase })
    const closeDatabase = async ({ windowMs }) => {
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 10))
      console.log('window', windowMs, 'database closed')
    }
    ${early}
    ${late}
    server.once('listening', () => process.kill(process.pid, 'SIGTERM'))`
  const env = { LB_SAFE_TIMEOUTS_LB: 'nginx', LB_SAFE_TIMEOUTS_DRAIN: '1', LB_SAFE_TIMEOUTS_LOG: 'off' }
  const orders = [['own()', `server.${listen}`], [`server.${listen}`, 'own()']]
  for (const found of await Promise.all(orders.map(([early, late]) => start(program(early, late), env)))) {
    t.same(found, { code: 0, signal: null, stdout: 'window 0 database closed', stderr: '' })
  }
})
