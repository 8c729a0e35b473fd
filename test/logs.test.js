'use strict'

// Every fixture line of every format, the ways in, and what must never stop a run.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { Readable } = require('node:stream')
const { pipeline } = require('node:stream/promises')
const zlib = require('node:zlib')
const t = require('tap')
const { generateLines } = require('../bench/alb-generator')
const { classifyLog, classifyLogFiles, createLogClassifier, logFormats } = require('../lib/logs')
const { LogScanner } = require('../lib/logs/scanner')
const { logFixtures } = require('./support/log-fixtures')

const bin = path.join(__dirname, '..', 'bin', 'lb-safe-timeouts.js')
const race = 'https 2026-01-14T09:12:31.004217Z app/shop/50dc 203.0.113.7:51234 192.0.2.15:3000 0.000 0.001 -1 502 - 412 277 "POST https://shop.example.com:443/api/cart HTTP/1.1" "Mozilla/5.0" - - arn "Root=1" "-" "-" 0 2026-01-14T09:12:31.001000Z "forward" "-" "-" "192.0.2.15:3000" "-" "-" "-"'
const casesMin = 30

function count (entries) {
  const counts = {}
  for (const { verdict } of entries) counts[verdict] = (counts[verdict] ?? 0) + 1
  return counts
}

function compare (t, cases, { entries }) {
  const byLine = new Map(entries.map((entry) => [entry.line, entry]))
  cases.forEach((wanted, index) => {
    const { verdict, method, status, target } = byLine.get(index + 1) ?? { verdict: 'bad', method: null, status: null, target: null }
    t.strictSame({ verdict, method, status, target }, { verdict: wanted.verdict, method: wanted.method, status: wanted.status, target: wanted.target }, `${index + 1}: ${wanted.why}`)
  })
}

t.test('the fixtures', async (t) => {
  const fixtures = logFixtures()
  t.strictSame([...new Set(fixtures.map(({ format }) => format))].sort(), [...logFormats].sort(), 'every format has one')
  for (const { name, format, cases } of fixtures) {
    t.test(name, async (t) => {
      t.ok(cases.length >= casesMin, `${cases.length} lines`)
      const text = cases.map(({ line }) => line).join('\n')
      const verdicts = classifyLog(text, { entries: true })
      t.equal(verdicts.format, format, 'found by content')
      t.equal(verdicts.lines, cases.length)
      t.equal(verdicts.bad, cases.filter(({ verdict }) => verdict === 'bad').length)
      compare(t, cases, verdicts)
      const named = classifyLog(Buffer.from(text.replaceAll('\n', '\r\n')), { format, entries: true })
      t.strictSame(named, verdicts, 'the same when named, with CRLF')
      t.ok(verdicts.entries.every(({ why }) => why.length > 0))
    })
  }
})

t.test('a custom log_format', async (t) => {
  const logFormat = 'log_format up escape=json \'$remote_addr "$request" $status \'\n\'up=$upstream_addr st=$upstream_status ct=$upstream_connect_time rt=${upstream_response_time} "$http_user_agent"\';' // eslint-disable-line no-template-curly-in-string
  const lines = [
    ['repaired-race', '127.0.0.1 "GET /fin HTTP/1.1" 200 up=127.0.0.1:1, 127.0.0.1:2 st=502, 200 ct=0.000, 0.001 rt=0.001, 0.002 "a \\"b\\" c"'],
    ['keep-alive-race', '127.0.0.1 "POST /rst HTTP/1.1" 502 up=127.0.0.1:1 st=502 ct=0.000 rt=0.001 "-"'],
    ['refused', '127.0.0.1 "POST /rst HTTP/1.1" 502 up=127.0.0.1:1 st=502 ct=- rt=0.001 "-"'],
    ['refused', '127.0.0.1 "GET / HTTP/1.1" 504 up=[::1]:1 st=504 ct=- rt=60.001 "-"'],
    ['app-error', '127.0.0.1 "GET / HTTP/1.1" 502 up=127.0.0.1:1 st=502 ct=0.000 rt=9.001 "-"'],
    ['refused', '127.0.0.1 "GET / HTTP/1.1" 200 up=127.0.0.1:1 : 127.0.0.1:2 st=502 : 200 ct=- : 0.000 rt=0.001 : 0.001 "-"'],
    ['app-error', '127.0.0.1 "GET / HTTP/1.1" 200 up=127.0.0.1:1 : 127.0.0.1:2 st=502 : 200 ct=0.000 : 0.000 rt=0.001 : 0.001 "-"'],
    ['ok', '127.0.0.1 "GET / HTTP/1.1" 200 up=127.0.0.1:1 :  st=200 :  ct=0.000 :  rt=0.001 :  "-"']
  ]
  const { format, entries } = classifyLog(lines.map(([, line]) => line).join('\n'), { logFormat, entries: true })
  t.equal(format, 'nginx-access')
  t.strictSame(entries.map(({ verdict }) => verdict), lines.map(([verdict]) => verdict))
  t.equal(entries[0].target, '127.0.0.1:2', 'the last one tried')
  t.throws(() => classifyLog('x', { logFormat: '$remote_addr$status' }), { code: 'LBST_E_LOG_FORMAT' }, 'nothing between two variables')
  t.throws(() => classifyLog('x', { logFormat: '$remote_addr' }), { code: 'LBST_E_LOG_FORMAT' }, 'no status')
  for (const [why, refused] of [
    ['too many variables', '$a '.repeat(96) + '$status'],
    ['too long', '$status ' + ' $' + 'a'.repeat(8192)],
    ['too much between variables', '$status ' + 'x'.repeat(2048)],
    ['no status', '$remote_addr']
  ]) {
    const wanted = { code: 'LBST_E_LOG_FORMAT', message: /needs \$status, something between any two variables.* at most 96 variables and 8192 bytes, 2048 of them/ }
    t.throws(() => classifyLog('x', { logFormat: refused }), wanted, why)
    await t.rejects(classifyLogFiles([bin], { logFormat: refused }), wanted, `${why}, of files`)
  }
  t.match(classifyLog('1 '.repeat(95) + '200', { logFormat: '$a '.repeat(95) + '$status' }), { bad: 0 }, 'as many variables as there may be')
  t.match(classifyLog('200 ' + 'x'.repeat(2047), { logFormat: '$status ' + 'x'.repeat(2047) }), { bad: 0 }, 'as much between them')
})

t.test('a 502 that nginx put a page in place of', async (t) => {
  // as custom-http-errors does: the length is 0 whether the target said 502 or nothing
  const ingress = '203.0.113.7 - - [14/Jan/2026:09:12:31 +0000] "POST /api/cart HTTP/1.1" 503 15 "-" "curl" 80 0.006 [s] [] 192.0.2.15:3000 : 192.0.2.99:3000 0 : 5 0.003 : 0.003 502 : 503 0123456789abcdef0123456789abcdef'
  const custom = '"$request" $status $upstream_addr $upstream_status $upstream_response_time $upstream_connect_time'
  const line = (more) => `"POST /api/cart HTTP/1.1" 503 192.0.2.15:3000 : 192.0.2.99:3000 502 : 503 0.003 : 0.003 ${more}`
  const judge = (log, options) => classifyLog(log, { ...options, entries: true }).entries[0]
  for (const [log, options] of [[ingress, {}], [line('0.000 : 0.000'), { logFormat: custom }]]) {
    t.match(judge(log, options), { verdict: 'app-error', why: /^undecided: .*\$upstream_header_time/ })
  }
  const { status, stdout } = spawnSync(process.execPath, [bin, 'logs', '-'], { input: ingress, encoding: 'utf8' })
  t.match({ status, stdout }, { status: 3, stdout: /1 request undecided: nginx put a page/ })
  // the time of the head tells
  const logFormat = `${custom} $upstream_header_time`
  t.match(judge(line('0.000 : 0.000 0.003 : 0.003'), { logFormat }), { verdict: 'app-error', why: /the target itself/ })
  t.equal(judge(line('0.000 : 0.000 - : 0.003'), { logFormat }).verdict, 'keep-alive-race')
  t.equal(judge(line('- : 0.000'), { logFormat: custom }).verdict, 'refused', 'there was no connection')
  t.equal(judge(line('0.000 : 0.000').replace('0.003', '3.003'), { logFormat: custom }).why, 'the target closed the connection after it had worked on the request for a while')
})

t.test('the columns of a CloudFront header', async (t) => {
  const log = '#Version: 1.0\n#Fields: date time sc-status x-edge-detailed-result-type cs-method time-taken\n2026-01-14\t09:12:31\t502\tOriginReadError\tPOST\t0.004\n'
  const { bad, entries } = classifyLog(log, { format: 'cloudfront', entries: true })
  t.equal(bad, 0)
  t.match(entries, [{ line: 3, verdict: 'keep-alive-race', method: 'POST', time: '2026-01-14T09:12:31.000Z' }])

  const [, header, line] = log.split('\n')
  for (const [form, other] of Object.entries({
    'a byte order mark in front of it': `\ufeff${header}\n${line}\n`,
    'the line ends of Windows': `${header}\r\n${line}\r\n`
  })) {
    const found = classifyLog(other, { entries: true })
    t.match(found, { format: 'cloudfront', bad: 0, entries: [{ line: 2, verdict: 'keep-alive-race', method: 'POST' }] }, form)
    // what a piece from the middle of the log takes from its beginning
    const scanner = new LogScanner({ format: 'cloudfront', entries: 'all' })
    scanner.openAt(Buffer.from(other), header.length)
    t.match([...scanner.push(Buffer.from(`${line}\r\n`)), ...scanner.end().entries], [{ verdict: 'keep-alive-race' }], `${form}, in pieces`)
  }
})

t.test('a log_format of more than 2048 bytes', async (t) => {
  const names = Array.from({ length: 50 }, (_, i) => `$http_x_some_header_of_ours_with_a_long_name_number_${i}`).join(' ')
  const logFormat = `$remote_addr $status ${names} $upstream_status $upstream_connect_time $upstream_response_time`
  const line = `192.0.2.1 502 ${'- '.repeat(50)}502 0.000 0.001\n`
  t.match(classifyLog(line, { logFormat, entries: true }).entries, [{ verdict: 'keep-alive-race' }])
  t.throws(() => classifyLog(line, { logFormat: logFormat + ' '.repeat(9000) }), { code: 'LBST_E_LOG_FORMAT' }, 'one that is too long is not cut')
})

t.test('a log with nothing in it, and one of nothing known', async (t) => {
  t.match(classifyLog(''), { format: null, lines: 0, bad: 0 })
  t.throws(() => classifyLog('hello\nworld\n'), { code: 'LBST_E_LOG_FORMAT', message: /hello/ })
  t.throws(() => classifyLog(race, { format: 'abl' }), { code: 'LBST_E_LOG_FORMAT', message: /did you mean 'alb'/ })
  t.throws(() => classifyLog(17), { code: 'LBST_E_INVALID_TYPE' })
  t.throws(() => classifyLog(race, { fromat: 'alb' }), { code: 'LBST_E_UNKNOWN_OPTION', message: /did you mean format/ })
  t.throws(() => classifyLog(race, 'alb'), { code: 'LBST_E_INVALID_TYPE', message: /\{ format: 'alb' \}/ })
  t.throws(() => classifyLog(race, { entries: 'all' }), { code: 'LBST_E_INVALID_TYPE', message: /one of true, false, got 'all'/ })
  t.match(classifyLog('hello\nworld\n', { format: 'alb' }), { format: 'alb', lines: 2, bad: 2, badLines: [{ line: 1, text: 'hello' }, { line: 2 }] })
})

t.test('options that would read nothing', async (t) => {
  const log = path.join(t.testdir({ 'a.log': race + '\n' }), 'a.log')
  for (const [options, code, message] of [
    [{ threads: 'two' }, 'LBST_E_INVALID_TYPE', /from 1 to 64, got 'two'/],
    [{ threads: 0 }, 'LBST_E_OUT_OF_RANGE', /got 0/],
    [{ threads: 1.5 }, 'LBST_E_OUT_OF_RANGE', /got 1\.5/],
    [{ threads: 1e9 }, 'LBST_E_OUT_OF_RANGE', /got 1000000000/],
    [{ onEntries: true }, 'LBST_E_INVALID_TYPE', /onEntries must be a function, got true/],
    [{ minutes: 'no' }, 'LBST_E_INVALID_TYPE', /minutes must be one of true, false/],
    [{ entries: true }, 'LBST_E_UNKNOWN_OPTION', /onEntries/]
  ]) await t.rejects(classifyLogFiles([log], options), { code, message })
  t.match(await classifyLogFiles([log], { threads: undefined, onEntries: undefined, minutes: undefined }), { lines: 1 })
  t.match(await classifyLogFiles([log], { threads: 3 }), { lines: 1 })
})

t.test('a line without an end, and one that is too long', async (t) => {
  const long = 'x'.repeat(300000)
  for (const log of [`${race}\n${long}\n${race}`, `${long}\n${race}\n\n${race}\n`]) {
    const verdicts = classifyLog(log, { format: 'alb' })
    t.match(verdicts, { lines: 3, bad: 1, counts: { 'keep-alive-race': 2 } })
  }
})

t.test('a byte order mark', async (t) => {
  for (const log of [`\ufeff${race}\n${race}\n`, '\ufeff' + logFixtures().find(({ name }) => name === 'gcp').cases[0].line]) {
    const { bad, lines, entries } = classifyLog(log, { entries: true })
    t.equal(bad, 0)
    t.equal(entries.length, lines)
  }
})

t.test('times', async (t) => {
  const lines = [0, 1, 2].map((hour) => race.replaceAll('T09:', `T1${hour}:`)).join('\n')
  t.equal(classifyLog(lines, { since: '2026-01-14T11:00:00Z' }).lines, 2)
  t.equal(classifyLog(lines, { since: '2026-01-14T11:00:00Z', until: new Date('2026-01-14T12:00:00Z') }).lines, 1)
  t.throws(() => classifyLog(lines, { since: '2026-01-15', until: '2026-01-14' }), { code: 'LBST_E_CONFLICT', message: /since \(2026-01-15T.* is not before until/ })
  for (const since of ['yesterday-ish', '1', 'Jan 14', '2026', '2026-1-14', '14 Jan 2026 10:00', '2026-02-30', '2026-01-14T25:00', '2026-01-14T10:00:00 CET', '2026-01-14T10:00:00+9900', '2026-01-14T10:00:00+010', '']) {
    t.throws(() => classifyLog(lines, { since }), { code: 'LBST_E_INVALID_TYPE' }, since)
  }
  for (const [since, left] of [['2026-01-14', 3], ['2026-01-14 11:00', 2], ['2026-01-14T11:00:00.000', 2], ['2026-01-14T11:00+02:00', 3], ['2026-01-14T11:00:00-00:30', 1], ['2026-01-14T11:00:00+0200', 3], ['2026-01-14T11:00:00-0030', 1], [Date.UTC(2026, 0, 14, 12), 1], ['2024-02-29', 3]]) {
    t.equal(classifyLog(lines, { since }).lines, left, String(since))
  }
})

t.test('a time without a zone is UTC, asked for or logged, wherever the machine is', async (t) => {
  const log = '2026/01/14 10:00:00 [error] 7#7: *1 upstream prematurely closed connection while reading response header from upstream, client: 203.0.113.7, server: _, request: "POST /cart HTTP/1.1", upstream: "http://192.0.2.15:3000/cart", host: "shop"\n'
  for (const TZ of ['UTC', 'Europe/Berlin', 'America/New_York']) {
    const { status, stdout } = spawnSync(process.execPath, [bin, 'logs', '-', '--json', '--since', '2026-01-14T09:30:00', '--until', '2026-01-14T10:30:00'], { input: log, encoding: 'utf8', env: { ...process.env, TZ } })
    t.equal(status, 1, TZ)
    t.match(JSON.parse(stdout), { format: 'nginx-error', lines: 1, outside: 0, counts: { 'keep-alive-race': 1 } }, TZ)
  }
})

t.test('a Transform, whatever the chunks', async (t) => {
  const log = Buffer.from([...generateLines(3000)].join(''))
  const whole = classifyLog(log, { entries: true })
  for (const step of [1, 7, 4096, 70000]) {
    const data = step === 1 ? log.subarray(0, 5000) : log
    const chunks = []
    for (let at = 0; at < data.length; at += step) chunks.push(data.subarray(at, at + step))
    const classifier = createLogClassifier()
    const entries = []
    await pipeline(Readable.from(chunks), classifier, async (source) => { for await (const entry of source) entries.push(entry) })
    const wanted = step === 1 ? classifyLog(data, { entries: true }) : whole
    t.strictSame(entries, wanted.entries, `chunks of ${step}`)
    t.strictSame(classifier.verdicts.counts, wanted.counts)
  }
  await t.rejects(pipeline(Readable.from([Buffer.from('no log\n')]), createLogClassifier(), async (source) => { for await (const entry of source) t.fail(entry) }), { code: 'LBST_E_LOG_FORMAT' })
})

t.test('files', async (t) => {
  const dir = t.testdir({ sub: {} })
  const text = [...generateLines(3000, 7)].join('')
  const wanted = classifyLog(text, { entries: true })
  fs.writeFileSync(path.join(dir, 'a.log'), text)
  fs.writeFileSync(path.join(dir, 'sub', 'b.log.gz'), Buffer.concat([zlib.gzipSync(text.slice(0, 100000)), zlib.gzipSync(text.slice(100000))]))
  const clf = logFixtures().find(({ name }) => name === 'envoy-json')
  fs.writeFileSync(path.join(dir, 'sub', 'c.json'), clf.cases.map(({ line }) => line).join('\n'))
  fs.writeFileSync(path.join(dir, 'sub', 'cut.gz'), zlib.gzipSync(text).subarray(0, 20000))
  fs.writeFileSync(path.join(dir, 'sub', 'empty'), '')
  fs.writeFileSync(path.join(dir, 'sub', 'unknown.txt'), 'no log at all\n')

  fs.symlinkSync(path.join(dir, 'gone'), path.join(dir, 'sub', 'a-dead-link'))

  t.test('one, and many', async (t) => {
    const entries = []
    const one = await classifyLogFiles([path.join(dir, 'a.log')], { onEntries: (some) => entries.push(...some) })
    const { minutes, ...rest } = await classifyLogFiles([path.join(dir, 'a.log')], { minutes: false })
    t.strictSame({ ...rest, minutes: one.minutes }, one, 'the minutes can be left out')
    t.strictSame(minutes, one.minutes.filter(({ counts }) => counts['keep-alive-race'] > 0), 'but for those with races')
    t.match(one, { format: 'alb', lines: 3000, bad: 0, files: 1, failures: [], counts: wanted.counts })
    t.strictSame(entries.map(({ file, text, ...entry }) => entry), wanted.entries)
    const all = await classifyLogFiles([dir])
    t.equal(all.files, 6)
    t.equal(all.format, 'mixed')
    t.strictSame(all.failures.map(({ file }) => path.basename(file)), ['a-dead-link', 'cut.gz', 'unknown.txt'], 'what breaks is named, and the rest is read')
    t.ok(all.lines > 6000 + clf.cases.length - 1, 'the part before the break counts')
    t.equal(all.hours.reduce((sum, { counts }) => sum + Object.values(counts).reduce((a, b) => a + b), 0), all.lines - all.bad, 'each line in its hour')
  })

  t.test('a big one in pieces gives what it gives whole', async (t) => {
    const { scanPlain } = require('../lib/logs/read')
    const file = path.join(dir, 'a.log')
    const size = fs.statSync(file).size
    for (const pieces of [2, 3, 1000]) {
      const entries = []
      let before = 0
      for (let i = 0; i < pieces; i++) {
        const scanner = new LogScanner({ entries: 'all' })
        const found = []
        scanPlain(file, { from: Math.floor(size / pieces * i), to: i + 1 === pieces ? Infinity : Math.floor(size / pieces * (i + 1)) }, scanner, (some) => found.push(...some))
        const { entries: rest, result } = scanner.end()
        for (const { line, verdict } of [...found, ...rest]) entries.push({ line: line + before, verdict })
        before += result?.seen ?? 0
      }
      t.strictSame(entries, wanted.entries.map(({ line, verdict }) => ({ line, verdict })), `${pieces} pieces`)
    }
  })

  t.test('what is no log, and what has no end', async (t) => {
    const odd = path.join(dir, 'odd')
    fs.mkdirSync(odd)
    t.teardown(() => fs.rmSync(odd, { recursive: true }))
    const files = {
      'a.xz': [Buffer.from('fd377a585a000004', 'hex'), /^this is xz; make it plain text first: xz -dc/],
      'b.bz2': [Buffer.from('BZh91AY&SY'), /^this is bzip2/],
      'c.zip': [Buffer.from('PK\x03\x04\x14\0'), /^this is zip/],
      'd.txt': [Buffer.from('\ufeffhttps', 'utf16le'), /^this is utf-16; .*iconv/],
      'e.bin': [Buffer.from([1, 0, 2, 10]), /^this is no text$/],
      'f.gz': [zlib.gzipSync(text).subarray(0, 10), /unexpected end/]
    }
    for (const [name, [data]] of Object.entries(files)) fs.writeFileSync(path.join(odd, name), data)
    fs.symlinkSync('..', path.join(odd, 'up'))
    const pipe = spawnSync('mkfifo', [path.join(odd, 'zpipe')]).status === 0
    const { failures, lines } = await classifyLogFiles([path.join(dir, 'odd')])
    for (const [name, [, message]] of Object.entries(files)) t.match(failures.find(({ file }) => path.basename(file) === name)?.message, message, name)
    t.match(failures.find(({ file }) => file.endsWith(path.join('up', 'odd'))).message, /a link back to a folder/)
    if (pipe) t.match(failures.find(({ file }) => file.endsWith(path.join('odd', 'zpipe'))).message, /neither a file nor a folder/)
    t.ok(lines > 0, 'the folder above is read, once')
  })

  t.test('what is refused is closed', { skip: process.platform !== 'linux' && 'nobody says which files are open' }, async (t) => {
    const many = path.join(dir, 'many')
    fs.mkdirSync(many)
    t.teardown(() => fs.rmSync(many, { recursive: true }))
    for (let i = 0; i < 40; i++) fs.writeFileSync(path.join(many, `${i}.xz`), Buffer.from('fd377a585a000004', 'hex'))
    const open = () => fs.readdirSync('/proc/self/fd').map((fd) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        return '' // the one that this list was read through
      }
    }).filter((name) => name.startsWith(many))
    const { failures } = await classifyLogFiles(fs.readdirSync(many).map((name) => path.join(many, name)), { threads: 1 })
    t.equal(failures.length, 40)
    t.strictSame(open(), [])
  })

  t.test('zstd', async (t) => {
    const packed = path.join(dir, 'sub', 'd.zst')
    const made = spawnSync('zstd', ['-q', '-f', '-o', packed, path.join(dir, 'a.log')])
    if (made.error) return t.skip('no zstd here')
    const report = await classifyLogFiles([packed])
    if (zlib.createZstdDecompress) t.strictSame(report.counts, wanted.counts)
    else t.match(report.failures, [{ code: 'LBST_E_UNSUPPORTED', message: /22\.15/ }])
    fs.rmSync(packed)
  })

  t.test('the command', async (t) => {
    const run = (args, input) => spawnSync(process.execPath, [bin, 'logs', ...args], { input, encoding: 'utf8' })
    const text1 = run([path.join(dir, 'a.log')])
    t.equal(text1.status, wanted.counts['keep-alive-race'] > 0 ? 1 : 0)
    t.match(text1.stdout, /3000 lines of 1 file \(alb\)/)
    t.match(text1.stdout, /By target/)
    const json = JSON.parse(run(['-', '--json'], text).stdout)
    t.strictSame(json.counts, wanted.counts, 'from stdin')
    const gz = run(['-', '--json', '--since', '2030-01-01'], zlib.gzipSync(text))
    t.match(JSON.parse(gz.stdout), { lines: 0, outside: 3000 }, 'packed, from stdin')
    t.equal(gz.status, 3, 'no all-clear where no line was asked for')
    t.match(run(['-', '--since', '2030-01-01'], `${text}${'no log\n'.repeat(9)}`), { status: 3, stdout: /3000 lines outside[^]*9 of 9 lines could not be read/ }, 'nor where only such are left')
    const lines = clf.cases.map(({ line }) => line).join('\n')
    t.match(JSON.parse(run(['-', '--json'], lines).stdout), { format: 'envoy', lines: clf.cases.length, failures: [] }, 'JSON, from stdin')
    t.match(JSON.parse(run(['-', '--json'], '').stdout), { format: null, lines: 0, files: 1, failures: [] }, 'nothing, from stdin')
    const csv = run([path.join(dir, 'a.log'), '--csv']).stdout.trim().split('\n')
    t.equal(csv.length, 3001)
    t.equal(csv[0], 'file,line,verdict,time,method,status,target,why')
    const commands = run(['-'], `${race.replace('Mozilla/5.0', '\x1b[2J\x9b\u202e')}\n`).stdout + run(['-'], '\x1b[2J no log\n').stdout
    t.match(commands, /"\?\[2J\?\?"[\s\S]*\?\[2J no log/)
    t.notMatch(commands, /[^\P{Cc}\n]|\p{Cf}/u, 'nothing that a terminal would obey')
    t.match(run(['-', '--format', 'heroku'], text), { status: 3 }, 'no all-clear where no line could be read')
    t.match(run(['-'], ''), { status: 3, stdout: /No line tells of a request/ }, 'nor from nothing')
    t.match(run(['-', '--log-format', '$remote_addr$status'], 'x'), { status: 2, stderr: /it needs \$status, something between/ })
    if (process.platform !== 'win32') {
      const head = spawnSync('sh', ['-c', `("${process.execPath}" "${bin}" logs - --csv; echo "ended with $?" >&2) | head -1`], { input: text.repeat(20), encoding: 'utf8' })
      t.match(head, { stdout: /^file,line,[^\n]+\n$/, stderr: 'ended with 141\n' }, '| head has seen enough')
    }
    t.match(run(['/nowhere']), { status: 2, stderr: /nowhere/ })
    t.match(run(['--sql', 'duckbd']), { status: 2, stderr: /did you mean 'duckdb'/ })
    t.match(run(['--sql', 'athena']), { status: 0, stdout: /CREATE EXTERNAL TABLE/ })
    t.match(run(['--sql', 'athena', 's3://b/alb']), { status: 0, stdout: /LOCATION 's3:\/\/b\/alb\/';/ }, 'a folder, not a file')
    t.match(run(['--sql', 'athena', 'logs/']), { status: 2, stderr: /such as s3:\/\/bucket\/prefix\/, got 'logs\/'/ })
    t.match(run(['--sql', 'clickhouse']), { status: 0, stdout: /FROM s3\('https:/ })
    t.match(run(['--sql', 'clickhouse', '/var/log/*.gz']), { status: 0, stdout: /FROM file\('\/var/ })
    t.match(run(['--sql', 'duckdb', 'a.gz', 'b.gz']), { status: 2, stderr: /one place .* got 2: quote a pattern/ })
    t.match(run([]), { status: 2 })
    t.match(run(['x', '--json', '--csv']), { status: 2 })
  })
})

t.test('no all-clear where the log does not decide', async (t) => {
  const { undecidedWhys } = require('../lib/logs/races')
  const run = (log) => spawnSync(process.execPath, [bin, 'logs', '-'], { input: log, encoding: 'utf8' })
  const ok = race.replace('0.000 0.001 -1 502 -', '0.000 0.001 0.000 200 200')
  const undispatched = Array.from({ length: 48 }, (_, i) => race.replace('0.000 0.001 -1', '-1 -1 -1').replaceAll('T09:', `T${String(i >> 1).padStart(2, '0')}:`))
  t.match(run([ok, ...undispatched].join('\n')), { status: 3, stdout: /\n48 requests undecided: .*TargetConnectionErrorCount/ })
  t.notMatch(run(undispatched.join('\n')).stdout, /No request looks lost/)
  t.match(run([race, ...undispatched].join('\n')), { status: 1, stdout: /1 request lost at once[^]*48 requests undecided/ })
  const tries = '203.0.113.7 - - [14/Jan/2026:09:12:31 +0000] "POST / HTTP/1.1" 502 5 "-" "c" 1 0.001 [shop] [] 192.0.2.1:1, 192.0.2.2:1 0, 0 0.001, 0.001 502, 502 a'
  t.match(run(tries), { status: 3, stdout: /\n1 request undecided: every target .*\$upstream_connect_time/ })
  t.match(run(ok), { status: 0, stdout: /No request looks lost/ })
  t.equal(undecidedWhys(Object.fromEntries(require('../lib/binding').native().logNames().whys.map((why) => [why, 1]))).length, 3)
})

t.test('a trickle, and a burst on one target', async (t) => {
  const { findBursts } = require('../lib/logs/races')
  const row = (minute, target, races, refused = 0) => ({ minute, time: new Date(minute * 60000).toISOString(), target, counts: { 'keep-alive-race': races, refused, 'app-error': 0 } })
  const trickle = Array.from({ length: 40 }, (_, i) => row(i * 13, i % 2 ? 'a' : 'b', 1 + i % 2))
  const burst = [row(600, 'a', 40, 7), row(601, 'a', 20)]
  const found = findBursts({ whys: {}, counts: { 'keep-alive-race': 120, 'repaired-race': 3 }, minutes: [...trickle, ...burst] })
  t.match(found, { total: 120, steady: 60, inBursts: 60, repaired: 3, bursts: [{ target: 'a', races: 60, refused: 7 }] })
  t.equal(found.bursts.length, 1)
  const deploy = [0, 1, 2].flatMap((minute) => ['a', 'b', 'c'].map((target) => row(minute, target, 12)))
  t.match(findBursts({ whys: {}, counts: { 'keep-alive-race': 108, 'repaired-race': 0 }, minutes: deploy }), { steady: 0, inBursts: 108 }, 'a deploy in a log with nothing else')
  const heavy = Array.from({ length: 120 }, (_, i) => row(i, 'a', 7 + i % 3))
  t.match(findBursts({ whys: {}, counts: { 'keep-alive-race': 960, 'repaired-race': 0 }, minutes: heavy }), { steady: 960, bursts: [] }, 'many all the time are no burst')
  t.match(findBursts({ whys: {}, counts: { 'keep-alive-race': 160, 'repaired-race': 0 }, minutes: heavy.slice(0, 20) }), { steady: 160, bursts: [] }, 'nor are they in a short piece of a log')
  t.strictSame(findBursts({ whys: {}, counts: { 'keep-alive-race': 0, 'repaired-race': 0 }, minutes: [] }).bursts, [])
  t.equal(count(classifyLog(race, { entries: true }).entries)['keep-alive-race'], 1)
})
