'use strict'

// The demo itself, in its short form: what it prints, and that its exit code can be believed.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')
const t = require('tap')

const demo = path.join(__dirname, '..', 'examples', 'demo', 'index.js')
const [plain, safe] = ['as Node makes it', 'with applyLbSafeTimeouts']

async function runDemo (...flags) {
  const child = spawn(process.execPath, [demo, '--quick', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => { output[name] += text })
  }
  const [exitCode] = await once(child, 'close')
  return { exitCode, ...output }
}

/** The rows of the table: proxy, server, attempts, 502s, answered on the idle connection, on a new one. */
function readTable (stdout) {
  return stdout.split('\n')
    .map((line) => line.split('│').map((cell) => cell.trim()).slice(1, -1))
    .filter(([, server]) => server === plain || server === safe)
    .map(([proxy, server, ...figures]) => {
      const [attempts, lost, reused, fresh] = figures.map(Number)
      return { proxy, server, attempts, lost, reused, fresh }
    })
}

t.test('the plain server loses requests, the safe one none', async (t) => {
  const { exitCode, stdout, stderr } = await runDemo()
  t.equal(exitCode, 0, stdout + stderr)
  t.equal(stderr, '')
  const rows = readTable(stdout)
  t.ok(rows.length === 2 || rows.length === 4, 'two rows for each proxy')
  for (const row of rows) {
    t.ok(row.attempts >= 80, `${row.attempts} attempts`)
    t.equal(row.lost + row.reused + row.fresh, row.attempts, 'every attempt has one outcome')
    if (row.server === plain) {
      t.ok(row.lost > 0, `${row.proxy}: the plain server lost ${row.lost}`)
    } else {
      t.equal(row.lost, 0, `${row.proxy}: the safe server lost none`)
      t.ok(row.reused > 0, `${row.proxy}: ${row.reused} answered on an idle connection`)
    }
  }
  t.match(stdout, /with one line more it lost none of \d+\.\n$/)
})

t.test('a "safe" server without the line fails the run', async (t) => {
  const { exitCode, stdout, stderr } = await runDemo('--nginx=off', '--safe=none')
  t.equal(exitCode, 1, stdout + stderr)
  const rows = readTable(stdout)
  t.equal(rows.length, 2)
  for (const { server, lost } of rows) t.ok(lost > 0, `${server} lost ${lost}`)
  t.match(stdout, /\nFAILED: the server with applyLbSafeTimeouts lost \d+ of \d+ requests\.\n$/)
})

t.test('a wrong flag is told', async (t) => {
  const { exitCode, stderr } = await runDemo('--nginx=maybe')
  t.equal(exitCode, 2)
  t.equal(stderr, 'The demo could not run: --nginx is auto or off, got maybe\n')
})

t.test('an interrupted run leaves no child behind', async (t) => {
  // detached: a process group of its own, which gets the signal as from a terminal's Ctrl-C
  const child = spawn(process.execPath, [demo], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const closed = once(child, 'close') // the children, nginx too, hold stdout: it ends with the last of them
  let isInterrupted = false
  for await (const text of child.stdout.setEncoding('utf8')) {
    // all is started; and once, for the last that it printed may be read when the group is gone
    if (!isInterrupted && / attempts, /.test(text)) isInterrupted = process.kill(-child.pid, 'SIGINT')
  }
  t.same(await closed, [130, null])
})
