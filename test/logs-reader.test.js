'use strict'

// Plain text logs, read and scanned by the native module in libuv's thread pool.

const { execFileSync, spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const zlib = require('node:zlib')
const t = require('tap')
const { generateLines } = require('../bench/alb-generator')
const { native } = require('../lib/binding')
const { classifyLog, classifyLogFiles } = require('../lib/logs')
const { Lane } = require('../lib/logs/lane')
const { readSome } = require('../lib/logs/read')
const { logFixtures } = require('./support/log-fixtures')

// for a read in the pool to find nothing; less would find what was written, and prove nothing
const quietMs = 100

const bin = path.join(__dirname, '..', 'bin', 'lb-safe-timeouts.js')
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
  native().logSource(handle, fd, 'plain', 0, Infinity)
  const first = await native().logRead(handle)
  t.notOk(first.done, 'there is no room for all entries at once')
  fs.truncateSync(file, 1000)
  const { error, entries } = await readAll(handle)
  t.equal(error, 0)
  t.ok(first.entries.length + entries.length < 12000)
  native().logClose(handle)
  fs.closeSync(fd)
})

async function readPacked (t, content) {
  const file = write(t, 'packed', content)
  const lane = new Lane({ entries: 'none' })
  const outcome = await lane.run({ file, packing: content[0] === 0x1f ? 'gzip' : 'zstd', from: 0, to: Infinity }, () => {})
  const started = lane.worker !== null
  lane.close()
  return { lines: outcome.result?.lines ?? 0, code: outcome.failure?.code, started }
}

t.test('gzip', async (t) => {
  const half = text.length >> 1
  const whole = zlib.gzipSync(text)
  const members = Buffer.concat([zlib.gzipSync(text.slice(0, half)), zlib.gzipSync(''), zlib.gzipSync(text.slice(half))])
  t.strictSame(await readPacked(t, whole), { lines: 12000, code: undefined, started: false }, 'one member')
  t.strictSame(await readPacked(t, members), { lines: 12000, code: undefined, started: false }, 'members')
  t.strictSame(await readPacked(t, Buffer.concat([members, Buffer.alloc(700000)])), { lines: 12000, code: undefined, started: false }, 'padding')
  t.match(await readPacked(t, Buffer.concat([whole, Buffer.from('rubbish')])), { lines: 12000, code: 'Z_DATA_ERROR' }, 'rubbish behind it')
  t.match(await readPacked(t, zlib.gzipSync('')), { lines: 0, code: undefined }, 'nothing in it')
  t.match(await readPacked(t, zlib.gzipSync(text + '\n'.repeat(5e7))), { lines: 12000, code: undefined }, 'packed very well')
  for (let i = 1; i <= 20; i++) {
    const cut = members.subarray(0, Math.floor(members.length * i / 21))
    const complete = zlib.gunzipSync(cut, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).toString().split('\n').length - 1
    t.match(await readPacked(t, cut), { lines: complete, code: 'Z_BUF_ERROR' }, `cut behind ${cut.length} bytes`)
  }
})

t.test('bytes that are wrong', async (t) => {
  const whole = zlib.gzipSync(text)
  for (let i = 0; i < 40; i++) {
    const wrong = Buffer.from(whole)
    wrong[10 + Math.floor((wrong.length - 10) * i / 40)] ^= 1 << i % 8
    const { lines, code } = await readPacked(t, wrong)
    // if not before, at the checksum
    t.match(code, /^Z_(DATA|BUF)_ERROR$/, `after ${lines} lines`)
  }
})

t.test('zstd', { skip: zlib.zstdCompressSync === undefined && 'this Node has none' }, async (t) => {
  const frames = Buffer.concat([zlib.zstdCompressSync(text.slice(0, 100000)), zlib.zstdCompressSync(text.slice(100000))])
  t.strictSame(await readPacked(t, frames), { lines: 12000, code: undefined, started: false }, 'frames')
  t.match(await readPacked(t, frames.subarray(0, -1)), { code: 'Z_BUF_ERROR' }, 'cut')
  t.match(await readPacked(t, Buffer.concat([frames, Buffer.from('rubbish')])), { lines: 12000, code: 'Z_DATA_ERROR' }, 'rubbish behind it')
})

t.test('what this process cannot unpack is left to a thread', async (t) => {
  const file = write(t, 'a.gz', zlib.gzipSync(text))
  const lane = new Lane({ entries: 'evidence', evidence: 5 })
  const { result, failure } = await lane.runInThread({ file, packing: 'gzip' }, () => {})
  lane.close()
  t.match({ lines: result.lines, failure }, { lines: 12000, failure: undefined })
  t.equal(native().logUnpack(Buffer.from('x'), 'plain', Buffer.alloc(9)), null)
  if (zlib.zstdCompressSync === undefined) t.match(await readPacked(t, Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0])), { code: 'LBST_E_UNSUPPORTED', started: true })
})

t.test('a pipe', { skip: process.platform === 'win32' && 'there are none in the file system' }, async (t) => {
  const file = path.join(t.testdir({}), 'pipe')
  for (const content of [Buffer.from(text), zlib.gzipSync(text)]) {
    execFileSync('mkfifo', [file])
    const written = fs.promises.writeFile(file, content)
    t.match(await classifyLogFiles([file]), { lines: 12000, bad: 0, failures: [] })
    await written
    fs.rmSync(file)
  }
})

// as of a descriptor that is shared with a program of another taste
t.test('a pipe that does not block', { skip: process.platform === 'win32' && 'there are none in the file system' }, async (t) => {
  const file = path.join(t.testdir({}), 'pipe')
  execFileSync('mkfifo', [file])
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
  const writer = fs.openSync(file, 'w')
  const lines = text.split('\n').slice(0, 20)
  const handle = openLog('all')
  native().logSource(handle, fd, 'plain', Buffer.from(`${lines.slice(0, 10).join('\n')}\n`), Infinity)
  // there is nothing in it yet, and then something, and then the end
  const reading = readAll(handle)
  await new Promise((resolve) => setTimeout(resolve, quietMs))
  fs.writeSync(writer, `${lines.slice(10).join('\n')}\n`)
  fs.closeSync(writer)
  const { error, entries } = await reading
  t.equal(error, 0)
  t.equal(entries.length, 20)
  native().logClose(handle)
  fs.closeSync(fd)
})

t.test('a pipe whose writer comes and goes', { skip: process.platform === 'win32' && 'there are none in the file system' }, async (t) => {
  const file = path.join(t.testdir({}), 'pipe')
  execFileSync('mkfifo', [file])
  // a reader that opens twice waits for ever for a second one
  for (let i = 0; i < 10; i++) {
    const writer = spawn('sh', ['-c', ': > "$0"', file])
    t.match(await classifyLogFiles([file]), { lines: 0, bad: 0, failures: [] })
    if (writer.exitCode === null) await once(writer, 'exit')
  }
})

t.test('a pipe that does not wait', { skip: process.platform === 'win32' && 'there are none in the file system' }, async (t) => {
  const file = path.join(t.testdir({}), 'pipe')
  execFileSync('mkfifo', [file])
  const { O_RDONLY, O_NONBLOCK } = fs.constants
  const open = () => [fs.openSync(file, O_RDONLY | O_NONBLOCK), fs.openSync(file, 'w')]

  t.test('what comes later is read, too', async (t) => {
    const [fd, writer] = open()
    const buffer = Buffer.alloc(10)
    const length = readSome(fd, buffer, 2)
    await t.rejects(promisify(fs.read)(fd, Buffer.alloc(1), 0, 1, null), { code: 'EAGAIN' }, 'there is nothing yet')
    fs.writeSync(writer, 'late')
    t.equal(await length, 4)
    t.equal(buffer.toString('latin1', 2, 6), 'late')
    const end = readSome(fd, buffer, 0)
    fs.closeSync(writer)
    t.equal(await end, 0)
    fs.closeSync(fd)
    await t.rejects(readSome(fd, buffer, 0), { code: 'EBADF' })
  })

  t.test('as stdin', async (t) => {
    const [fd, writer] = open()
    const line = logFixtures().find(({ name }) => name === 'gcp').cases[0].line + '\n'
    const half = line.repeat(Math.ceil(150000 / line.length))
    // libuv makes the first three descriptors of a child wait
    const child = spawn('sh', ['-c', 'exec "$0" "$@" <&3', process.execPath, bin, 'logs', '-', '--csv'], { stdio: ['ignore', 'pipe', 'pipe', fd] })
    fs.closeSync(fd)
    let rows = -1
    let stderr = ''
    const count = half.length / line.length
    child.stderr.on('data', (data) => { stderr += data })
    const output = fs.createWriteStream(null, { fd: writer })
    output.on('error', (error) => { stderr += error.message })
    child.stdout.on('data', (data) => {
      const before = rows
      rows += data.toString('latin1').split('\n').length - 1
      // it has all there is, and reads on
      if (before < count && rows >= count) output.end(half)
    })
    output.write(half)
    const [status] = await once(child, 'close')
    t.match({ rows, stderr, status }, { rows: 2 * count, stderr: '', status: 0 })
    output.destroy()
  })
})

t.test('JSON is left to a thread, packed or not', async (t) => {
  const json = logFixtures().find(({ name }) => name === 'gcp').cases.map(({ line }) => line).join('\n')
  const wanted = classifyLog(json)
  const packed = write(t, 'a.gz', zlib.gzipSync(json))
  t.match(await classifyLogFiles([packed]), { format: 'gcp', lines: wanted.lines, counts: wanted.counts, failures: [] })
})

t.test("what the caller's function throws is the caller's", async (t) => {
  const oops = new Error('oops')
  const onEntries = () => { throw oops }
  for (const content of [text, zlib.gzipSync(text), '{"response_flags":"-","response_code":200}\n']) {
    await t.rejects(classifyLogFiles([write(t, 'a', content)], { onEntries }), oops)
  }
})

t.test('an error of the file, and a part of none', async (t) => {
  const handle = openLog()
  t.throws(() => native().logRead(handle), /nothing to read/)
  t.throws(() => native().logSource(handle, 0, 'plain', -1, Infinity), { code: 'LBST_E_OUT_OF_RANGE' })
  t.throws(() => native().logSource(handle, 0, 'plain', 2, 1), { code: 'LBST_E_OUT_OF_RANGE' })
  t.throws(() => native().logSource(handle, 0, 'plain', NaN, 1), { code: 'LBST_E_OUT_OF_RANGE' })
  const fd = fs.openSync(t.testdir({}), 'r')
  native().logSource(handle, fd, 'plain', 0, Infinity)
  const { done, error } = await native().logRead(handle)
  t.ok(done && error < 0, `a folder: ${error}`)
  fs.closeSync(fd)
  native().logClose(handle)
})

t.test('while a thread has it, nobody else may', async (t) => {
  const fd = fs.openSync(write(t, 'busy.log', text), 'r')
  const handle = openLog()
  native().logSource(handle, fd, 'plain', 0, Infinity)
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
      native().logSource(handle, fs.openSync(${JSON.stringify(path.join(dir, 'end.log'))}, 'r'), 'plain', 0, Infinity)
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
