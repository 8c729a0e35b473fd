'use strict'

// Plain text logs, read and scanned by the native module in libuv's thread pool.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const t = require('tap')
const { generateLines } = require('../bench/alb-generator')
const { native } = require('../lib/binding')
const { classifyLog, classifyLogFiles } = require('../lib/logs')
const { Lane } = require('../lib/logs/lane')

const text = [...generateLines(12000, 7)].join('')
const wanted = classifyLog(text, { entries: true })

function openLog (entries = 'none') {
  return native().logOpen({ format: 'alb', record: false, logFormat: '', entries, evidence: 5, sinceMs: null, untilMs: null })
}

async function readAll (handle) {
  const all = []
  for (;;) {
    const { done, error, entries } = await native().logRead(handle)
    all.push(...entries)
    if (done) return { error, entries: all }
  }
}

function write (t, name, content) {
  return path.join(t.testdir({ [name]: content }), name)
}

t.test('pieces give what the whole gives', async (t) => {
  const file = write(t, 'a.log', text)
  const size = fs.statSync(file).size
  for (const [mode, pieces] of [['all', 1], ['all', 3], ['all', 1000], ['evidence', 7], ['none', 4]]) {
    const lane = new Lane({ entries: mode, evidence: 1e6 })
    const entries = []
    let before = 0
    for (let i = 0; i < pieces; i++) {
      const to = i + 1 === pieces ? Infinity : Math.floor(size / pieces * (i + 1))
      const { result, failure } = await lane.run({ file, packing: 'plain', from: Math.floor(size / pieces * i), to }, (some) => {
        for (const { line, verdict, method, status, target, text } of some) entries.push({ line: line + before, verdict, method, status, target, text })
      })
      t.equal(failure, undefined)
      before += result.seen
    }
    lane.close()
    t.equal(before, 12000)
    const lines = text.split('\n')
    const expected = mode === 'none' ? [] : wanted.entries.filter(({ verdict }) => mode === 'all' || verdict !== 'ok')
    t.strictSame(entries, expected.map(({ line, verdict, method, status, target }) => ({ line, verdict, method, status, target, text: lines[line - 1] })), `${mode}, ${pieces} pieces`)
  }
})

t.test('lines longer than a block, and no end of the last one', async (t) => {
  const line = text.slice(0, text.indexOf('\n'))
  for (const length of [262143, 262144, 262145, 524288, 1500000]) {
    const log = `${line}\n${'x'.repeat(length)}\n${line}\n\n${line}`
    const { lines, bad, counts } = await classifyLogFiles([write(t, `${length}.log`, log)])
    t.match({ lines, bad, counts }, { lines: 4, bad: 1, counts: { ok: 3 } }, `${length}`)
  }
})

t.test('a log that is cut while it is read ends early', async (t) => {
  const file = write(t, 'cut.log', text)
  const fd = fs.openSync(file, 'r')
  const handle = openLog('all')
  native().logSource(handle, fd, 0, Infinity)
  const first = await native().logRead(handle)
  t.notOk(first.done, 'there is no room for all entries at once')
  fs.truncateSync(file, 1000)
  const { error, entries } = await readAll(handle)
  t.equal(error, 0)
  t.ok(first.entries.length + entries.length < 12000)
  native().logClose(handle)
  fs.closeSync(fd)
})

t.test('an error of the file, and a part of none', async (t) => {
  const handle = openLog()
  t.throws(() => native().logRead(handle), /nothing to read/)
  t.throws(() => native().logSource(handle, 0, -1, Infinity), { code: 'LBST_E_OUT_OF_RANGE' })
  t.throws(() => native().logSource(handle, 0, 2, 1), { code: 'LBST_E_OUT_OF_RANGE' })
  t.throws(() => native().logSource(handle, 0, NaN, 1), { code: 'LBST_E_OUT_OF_RANGE' })
  const fd = fs.openSync(t.testdir({}), 'r')
  native().logSource(handle, fd, 0, Infinity)
  const { done, error } = await native().logRead(handle)
  t.ok(done && error < 0, `a folder: ${error}`)
  fs.closeSync(fd)
  native().logClose(handle)
})

t.test('while a thread has it, nobody else may', async (t) => {
  const fd = fs.openSync(write(t, 'busy.log', text), 'r')
  const handle = openLog()
  native().logSource(handle, fd, 0, Infinity)
  const read = native().logRead(handle)
  for (const call of ['logClose', 'logResult', 'logRead']) t.throws(() => native()[call](handle), { code: 'LBST_E_CONFLICT' }, call)
  t.throws(() => native().logScan(handle, Buffer.from('x'), true), { code: 'LBST_E_CONFLICT' })
  await read
  t.equal(native().logResult(handle).lines, 12000)
  native().logClose(handle)
  fs.closeSync(fd)
})

t.test('its environment may end while it reads, and its handle may be forgotten', async (t) => {
  const dir = t.testdir({ 'end.log': text.repeat(8) })
  const script = `
    const { Worker, isMainThread, workerData } = require('node:worker_threads')
    const fs = require('node:fs')
    const { native } = require(${JSON.stringify(require.resolve('../lib/binding'))})
    const start = () => {
      const handle = native().logOpen({ format: 'alb', record: false, logFormat: '', entries: 'none', evidence: 0, sinceMs: null, untilMs: null })
      native().logSource(handle, fs.openSync(${JSON.stringify(path.join(dir, 'end.log'))}, 'r'), 0, Infinity)
      return native().logRead(handle)
    }
    if (!isMainThread) {
      start()
      require('node:worker_threads').parentPort.postMessage('reading')
    } else {
      const worker = new Worker(__filename)
      worker.on('message', () => worker.terminate())
      worker.on('exit', () => {
        const read = start()
        gc()
        read.then(({ done, error }) => { console.log(done, error); start(); process.exit(0) })
      })
    }`
  fs.writeFileSync(path.join(dir, 'end.js'), script)
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', path.join(dir, 'end.js')], { encoding: 'utf8' })
  t.match({ status, stdout, stderr }, { status: 0, stdout: 'true 0\n', stderr: '' })
})
