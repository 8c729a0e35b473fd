'use strict'

// Logs in JSON: a line per entry, or what an export makes of them, in memory that stays flat.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { Readable } = require('node:stream')
const { pipeline } = require('node:stream/promises')
const zlib = require('node:zlib')
const t = require('tap')
const { classifyLog, classifyLogFiles, createLogClassifier } = require('../lib/logs')
const { JsonSplitter, lineMax } = require('../lib/logs/splitter')
const { logFixtures } = require('./support/log-fixtures')

const bin = path.join(__dirname, '..', 'bin', 'lb-safe-timeouts.js')
const alb = 'https 2026-01-14T09:12:31.004217Z app/shop/50dc 203.0.113.7:51234 192.0.2.15:3000 0.000 0.001 -1 502 - 412 277 "POST https://shop.example.com:443/api/cart HTTP/1.1" "Mozilla/5.0" - - arn "Root=1" "-" "-" 0 2026-01-14T09:12:31.001000Z "forward" "-" "-" "192.0.2.15:3000" "-" "-" "-"'
// what a process may take more for a long line: a few blocks and the garbage between two collections
const moreBytesMax = 48 * 1024 * 1024

function goodLines (name) {
  return logFixtures().find((fixture) => fixture.name === name).cases.filter(({ verdict }) => verdict !== 'bad').map(({ line }) => line)
}

const gcp = goodLines('gcp')
const istio = goodLines('istio-json')
const race = gcp.find((line) => classifyLog(line).counts['keep-alive-race'] === 1)

function withAgent (length) {
  const entry = JSON.parse(race)
  entry.httpRequest.userAgent = ''
  entry.httpRequest.userAgent = 'x'.repeat(length - JSON.stringify(entry).length)
  return JSON.stringify(entry)
}

async function classifyChunks (log, length) {
  const data = Buffer.from(log)
  const chunks = []
  for (let at = 0; at < data.length; at += length) chunks.push(data.subarray(at, at + length))
  const entries = []
  const classifier = createLogClassifier({ format: 'gcp' })
  await pipeline(Readable.from(chunks), classifier, async (source) => { for await (const entry of source) entries.push(entry) })
  return { ...classifier.verdicts, entries }
}

t.test('whatever an export makes of the entries', async (t) => {
  const wanted = classifyLog(gcp.join('\n'), { entries: true })
  t.equal(wanted.lines, gcp.length)
  const objects = gcp.map((line) => JSON.parse(line))
  const half = gcp.length >> 1
  const layouts = {
    'one array': JSON.stringify(objects),
    'an array over many lines': JSON.stringify(objects, null, 2),
    'an array, an entry per line': `[\n${gcp.join(',\n')}\n]\n`,
    'two arrays': `${JSON.stringify(objects.slice(0, half))}\n${JSON.stringify(objects.slice(half))}\n`,
    records: JSON.stringify({ records: objects }),
    'records, and what is behind them': JSON.stringify({ version: ['x'.repeat(3000)], records: objects, next: { at: ['x}', '{'] } }) + '\n',
    'two lines of records': `${JSON.stringify({ records: objects.slice(0, half) })}\n${JSON.stringify({ records: objects.slice(half) })}`,
    'records over many lines': JSON.stringify({ records: objects }, null, '\t') + '\n',
    'objects over many lines': objects.map((object) => JSON.stringify(object, null, 4)).join('\n')
  }
  const told = ({ lines, bad, counts, entries }) => ({ lines, bad, counts, entries: entries.map(({ line, ...entry }) => entry) })
  for (const [name, layout] of Object.entries(layouts)) {
    for (const log of [layout, '\ufeff' + layout.replaceAll('\n', '\r\n')]) {
      const found = classifyLog(log, { entries: true })
      t.strictSame(told(found), told(wanted), name)
      const lines = log.split('\n')
      t.ok(found.entries.every(({ line }) => lines[line - 1].includes('{')), 'at the line where it begins')
      for (const length of [1, 1000]) t.strictSame(await classifyChunks(log, length), found, `${name}, in chunks of ${length}`)
    }
  }
})

t.test('lines that were cut, and what is no JSON', async (t) => {
  const cut = race.length >> 1
  const inName = race.indexOf('requestMethod') + 4
  const pretty = JSON.stringify([JSON.parse(race), JSON.parse(race)], null, 2)
  for (const [log, lines, bad] of [
    [`${race.slice(cut)}\n${race}\n${race}`, 3, 1],
    [`${race.slice(0, inName)}\n${race}\n`, 2, 1],
    [`${race.slice(0, race.indexOf(':') + 1)}\n${race}\n`, 2, 1],
    [`${race}\n[${race},${race.slice(0, cut)}\n${race}\n`, 4, 1],
    [`${race}\n${race.slice(0, -1)}`, 2, 1],
    [`${race}\nhello\n{"a":nope}\n"\n${race} and more\n`, 6, 4],
    [pretty.slice(pretty.indexOf('\n  },')), 1, 0],
    [`{"records":[${race},${race.slice(0, cut)}\n{"records":[${race}]}`, 3, 1],
    [`${race}\n[]\n{"records":[]}\n\n${race}`, 2, 0],
    // to JSON these are no blanks, whatever String.prototype.trimEnd() says
    ...['\u00a0', '\f', '\v', '\u2028'].map((blank) => [`${race}${blank}\n${race} \t\r\n${race}`, 4, 1]),
    [`${race}\n{"httpRequest":{"requestMethod":{"toString":1},"latency":{"valueOf":1}}}\n`, 2, 1]
  ]) {
    const found = classifyLog(log, { format: 'gcp' })
    t.match(found, { lines, bad, counts: { 'keep-alive-race': lines - bad } }, log.slice(0, 60))
    for (const length of [1, 100]) t.match(await classifyChunks(log, length), { lines, bad }, `in chunks of ${length}`)
  }
})

t.test('whatever the chunks, of whatever bytes', async (t) => {
  const pieces = ['{"httpRequest":{"a":"x\\"}{","l":[1,{"b":[]}]},"k":"\u00e9"}', '{\n "a": {\n  "b": 1\n }\n}', '{"records":[', '"records":[', '\n', '\n', '[', ']', '{', '}', ',', '"', '\\', 'x', ' ', '\u00a0', '\f', '\u2028', '\ufeff', '\r\n']
  let state = 20260114
  const random = (count) => {
    state = Math.imul(state, 1103515245) + 12345 & 0x7fffffff
    return (state >>> 8) % count
  }
  const split = (data, nextLength) => {
    const splitter = new JsonSplitter()
    const found = []
    for (let at = 0, length; at < data.length; at += length) found.push(...splitter.push(data.subarray(at, at + (length = nextLength()))))
    found.push(...splitter.push(Buffer.alloc(0), true))
    return { lines: splitter.lines, found: found.map(({ line, text, value }) => ({ line, text, value })) }
  }
  const differing = []
  let entries = 0
  for (let i = 0; i < 3000; i++) {
    const data = Buffer.from(Array.from({ length: 1 + random(25) }, () => pieces[random(pieces.length)]).join(''))
    const whole = split(data, () => data.length)
    entries += whole.found.filter(({ value }) => value !== undefined).length
    const ways = [() => 1, () => 1 + random(9)].map((nextLength) => JSON.stringify(split(data, nextLength)))
    if (ways.some((way) => way !== JSON.stringify(whole))) differing.push(data.toString())
  }
  t.ok(entries > 1000, `${entries} entries`)
  t.strictSame(differing, [])
})

t.test('an entry is as long as a line of text may be', async (t) => {
  const albLine = (length) => alb.replace('Mozilla', 'x'.repeat(length - alb.length + 7))
  for (const [length, bad] of [[lineMax, 0], [lineMax + 1, 1]]) {
    const text = albLine(length)
    t.equal(text.length, length)
    t.match(classifyLog(`${alb}\n${text}\n${alb}`, { format: 'alb' }), { lines: 3, bad }, `${length} bytes of text`)
    const json = withAgent(length)
    t.equal(json.length, length)
    for (const log of [[race, json, race].join('\n'), `[${[race, json, race].join(',')}]`]) {
      const { badLines, ...found } = classifyLog(log, { format: 'gcp' })
      t.match(found, { lines: 3, bad, counts: { 'keep-alive-race': 3 - bad } }, `${length} bytes of JSON`)
      t.equal(badLines.length, bad)
      if (bad > 0) t.ok(badLines[0].text.length < 2000 && json.startsWith(badLines[0].text), 'its beginning is shown')
    }
  }
})

t.test('a line without an end is not kept', async (t) => {
  const block = Buffer.alloc(65536, 'x')
  for (const start of ['{"a":"', '{', '[[[[', 'x', `{"records":[${race}],"a":"`]) {
    const splitter = new JsonSplitter()
    let found = splitter.push(Buffer.from(start)).length
    for (let i = 0; i < 64; i++) found += splitter.push(block).length
    t.ok(splitter.kept.length <= lineMax, `${start.slice(0, 8)}: ${splitter.kept.length} bytes`)
    found += splitter.push(Buffer.from(`\n${race}\n`)).length
    t.equal(found, 2, 'it, and the line behind it')
  }
  // a process of its own for each, whose peak is then that of its log
  const dir = t.testdir({ 'short.gz': zlib.gzipSync(`${race}\n${race}\n`), 'long.gz': zlib.gzipSync(Buffer.concat([Buffer.from(`${race}\n{"a":"`), Buffer.alloc(96e6, 'x'), Buffer.from(`\n${race}\n`)])) })
  const script = `require(${JSON.stringify(require.resolve('../lib/logs'))}).classifyLogFiles([process.argv[1]]).then(({ lines, bad, failures }) => {
    console.log(JSON.stringify({ lines, bad, failures, peak: process.resourceUsage().maxRSS * 1024 }))
  })`
  const [short, long] = ['short.gz', 'long.gz'].map((name) => {
    const { stdout, stderr, signal } = spawnSync(process.execPath, ['-e', script, path.join(dir, name)], { encoding: 'utf8', timeout: 60e3 })
    t.match({ stderr, signal }, { stderr: '', signal: null })
    return JSON.parse(stdout)
  })
  t.match(short, { lines: 2, bad: 0 })
  t.match(long, { lines: 3, bad: 1, failures: [] })
  t.ok(long.peak < short.peak + moreBytesMax, `${short.peak} and ${long.peak} bytes at most`)
})

t.test('the evidence of an entry is that entry', async (t) => {
  const races = Array.from({ length: 400 }, (_, i) => JSON.stringify({ n: i, ...JSON.parse(race) }))
  const file = path.join(t.testdir({ 'a.json': JSON.stringify({ records: races.map((line) => JSON.parse(line)) }) }), 'a.json')
  t.ok(fs.statSync(file).size > 65536, 'the line does not end in what tells the format')
  const { stdout, status } = spawnSync(process.execPath, [bin, 'logs', file, '--json'], { encoding: 'utf8' })
  t.equal(status, 1)
  const { format, lines, bad, evidence } = JSON.parse(stdout)
  t.match({ format, lines, bad }, { format: 'gcp', lines: 400, bad: 0 })
  t.strictSame(evidence['keep-alive-race'].map(({ line, text }) => ({ line, text })), races.slice(0, 5).map((text) => ({ line: 1, text })))
  const pretty = spawnSync(process.execPath, [bin, 'logs', '-'], { input: JSON.stringify([JSON.parse(race)], null, 2), encoding: 'utf8' })
  t.match(pretty.stdout, /\n {4}-:2: \{ "[^\n]+\n/, 'on one line')
})

t.test('which format it is', async (t) => {
  const many = Array.from({ length: 300 }, (_, i) => JSON.parse(gcp[i % gcp.length]))
  const started = '2026-01-14T09:00:00.123456Z\tinfo\tEnvoy proxy is ready'
  const half = race.slice(race.length >> 1)
  for (const [name, log, format, bad] of [
    ['an array on one line', JSON.stringify(many), 'gcp', 0],
    ['records on one line', JSON.stringify({ records: many }), 'gcp', 0],
    ['an array over many lines', JSON.stringify(many, null, 2), 'gcp', 0],
    ['a line that was cut', `${half}\n${race}\n`, 'gcp', 1],
    ['what a proxy says when it starts', [started, ...istio.slice(0, 3)].join('\n'), 'istio', 1],
    ["an application's own line between", [alb, '{"level":30,"msg":"hello"}', alb].join('\n'), 'alb', 1],
    ['a few lines of another log', [alb, alb, alb, race].join('\n'), 'alb', 1]
  ]) {
    const lines = log.split('\n')
    t.match(classifyLog(log), { format, bad }, name)
    t.match(classifyLog(log, { format }), { format, bad }, `${name}, named`)
    t.match(await classifyLogFiles([path.join(t.testdir({ a: log }), 'a')]), { format, bad, failures: [] }, `${name}, ${lines.length} lines in a file`)
  }
  t.match(classifyLog([started, ...goodLines('istio')].join('\n'), { format: 'istio' }), { bad: 1 }, 'in text, behind one that tells nothing')
})

t.test('Envoy and Istio, named, behind a long beginning of other entries', async (t) => {
  for (const [format, lines] of [['istio', istio], ['envoy', goodLines('envoy-json')]]) {
    const access = lines.find((line) => classifyLog(line).counts['keep-alive-race'] === 1)
    const other = JSON.stringify({ level: 'info', msg: 'x'.repeat(120) })
    const log = [...Array(700).fill(other), ...Array(300).fill(access)].join('\n')
    t.ok(log.indexOf(access) > 65536, 'the beginning, which tells the format, has none of it')
    t.match(classifyLog(log, { format }), { lines: 1000, bad: 700, counts: { 'keep-alive-race': 300 } }, format)
  }
})

t.test('a big array is not cut into pieces', async (t) => {
  const labels = (count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`label-${i}`, i]))
  const entry = { ...JSON.parse(race), labels: labels(1000) }
  const other = { level: 'info', labels: labels(1000) }
  const long = { ...JSON.parse(race), labels: labels(5000) }
  for (const [name, first, bad] of [
    ['of known entries', [], 0],
    ['that begins with other ones', Array(5).fill(other), 5],
    ['whose first entry is longer than what tells the format', [long], 0]
  ]) {
    const text = JSON.stringify({ records: [...first, entry] }, null, 2)
    const begin = text.lastIndexOf('\n    {') + 5
    const end = text.lastIndexOf(']')
    const count = Math.ceil(33 * 1024 * 1024 / (end - begin))
    const file = path.join(t.testdir({ 'a.json': text.slice(0, begin) + Array(count).fill(text.slice(begin, end).trimEnd()).join(',') + text.slice(end) }), 'a.json')
    const races = count + first.length - bad
    for (const threads of [1, 3]) {
      t.match(await classifyLogFiles([file], { threads, format: 'gcp' }), { lines: count + first.length, bad, counts: { 'keep-alive-race': races } }, `${name}, ${threads} threads`)
    }
  }
})
