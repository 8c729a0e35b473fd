'use strict'

// The whole command (a verdict on every line, counted per hour, target and method) on one ALB
// log, beside grep and other tools on the same file in the same run, and the goals.
//
//   node bench/logs.js            1000 MB
//   node bench/logs.js 300        MB
//
// Rounds are interleaved and the best of each tool counts. Wall time is what a person waits,
// and ours takes all cores where the others take one; processor time is what it costs, the
// start of the process included. The goals of wall time compare our wall time with the others'
// processor time: that is the wall time of a program with one thread on a machine with nothing
// else to do, so that a busy machine is held against us and never in our favour.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const zlib = require('node:zlib')
const { createSql } = require('../lib/logs/sql')
const { generateLines, writeLog } = require('./alb-generator')

const dir = path.join(__dirname, '..', '.cache', 'bench')
const megabytes = Number(process.argv[2] ?? 1000)
const file = path.join(dir, `alb-${megabytes}.log`)
const packed = `${file}.gz`
const frames = `${file}.zst`
const folder = path.join(dir, 'thousands')
const rounds = 3
const runsPerRound = 5 // of what takes a fraction of a second: a quiet moment is soon found
const filesCount = 3000
const linesPerFile = 400

const goals = { timesAwk: 10, timesGrep: 2, timesZcat: 1.2, peakMb: 150 }

// the same rules and the same three tables, in awk
const awk = `
$1 !~ /^(https?|h2|grpcs|wss?)$/ { v["bad"]++; next }
{
  s = $9
  if ($10 != "-") r = s < 500 ? "ok" : $10 >= 500 ? "app-error" : "mid-response"
  else if (s == 0 || s == 408 || s == 460 || s == 499) r = "client-left"
  else if (s < 400) r = "ok"
  else if (s == 502) r = $6 < 0 && $7 < 0 ? "refused" : $5 == "-" ? "other" : $7 > 1 ? "app-error" : "keep-alive-race"
  else if (s == 503) r = "refused"
  else if (s == 504) r = $7 < 0 && $6 >= 9.5 && $6 <= 10.5 ? "refused" : "target-timeout"
  else r = "other"
  v[r]++; hour[substr($2, 1, 13) " " r]++; target[$5 " " r]++; method[$13 " " r]++
}
END { print v["keep-alive-race"] }`

// the command itself, and what it took at its end
const command = `
process.on('exit', () => process.stderr.write('maxrss ' + process.resourceUsage().maxRSS))
process.argv.splice(1, 0, 'lb-safe-timeouts')
require(${JSON.stringify(path.join(__dirname, '..', 'bin', 'lb-safe-timeouts.js'))})`

// for one thread: the command has no flag for that
const single = `
const { classifyLogFiles } = require(${JSON.stringify(path.join(__dirname, '..', 'lib', 'logs'))})
classifyLogFiles([process.argv[1]], { threads: 1, minutes: false }).then((report) => {
  console.log(report.counts['keep-alive-race'])
  process.stderr.write('maxrss ' + process.resourceUsage().maxRSS)
})`

const duckdb = `
const { queryDuckdb } = require(${JSON.stringify(path.join(__dirname, '..', 'scripts', 'sql-engines'))})
queryDuckdb(process.argv[1]).then((rows) => console.log(Number(rows[0][0])))`

const query = createSql('duckdb', { where: file })
  .replace(/SELECT time, method, status, target,\n {2}CASE/, "SELECT count(*) FILTER (verdict = 'keep-alive-race') FROM (SELECT CASE")
  .replace(/AS verdict, line\nFROM fields;/, 'AS verdict FROM fields)')

const ours = (...args) => [process.execPath, '-e', command, 'logs', ...args]

// races: it prints how many it found, or a report that says so
const tools = {
  'ours, one thread': { args: [process.execPath, '-e', single, file], races: true },
  'ours, all cores': { args: ours(file), races: true, runs: runsPerRound },
  "grep -c ' 502 '": { args: ['grep', '-c', ' 502 ', file] },
  'mawk, the same job': { args: ['mawk', awk, file], races: true },
  'gawk, the same job': { args: ['gawk', awk, file], races: true },
  'DuckDB, the same query, 1 thread': { args: [process.execPath, '-e', duckdb, query], races: true, rounds: 1 },
  'GoAccess, its own report': { args: ['goaccess', file, '--no-global-config', '--log-format=AWSALB', '--no-progress', '-o', path.join(dir, 'goaccess.json')], rounds: 1 },
  'ours, gzip': { args: ours(packed), races: true, runs: runsPerRound },
  'zcat > /dev/null': { args: ['bash', '-c', 'zcat "$0" > /dev/null', packed] },
  'ours, zstd': { args: ours(frames), races: true },
  'zstdcat > /dev/null': { args: ['bash', '-c', 'zstdcat "$0" > /dev/null', frames] },
  [`ours, ${filesCount} files of gzip`]: { args: ours(folder), rounds: 1 },
  'ours, piped in': { args: ['bash', '-c', 'cat "$0" | "$@"', file, ...ours('-')], races: true, rounds: 1 }
}

/** { wallMs, cpuMs, races, peakMb } of one run, or null where it is not installed. */
function measure (args) {
  const stderr = path.join(dir, 'stderr')
  const timed = spawnSync('bash', ['-c', 'TIMEFORMAT="%R %U %S"; time "$@" 2>"$LBST_ERR"', 'bash', ...args], {
    encoding: 'utf8', env: { ...process.env, LBST_ERR: stderr }, maxBuffer: 2 ** 26
  })
  // 1: races were found
  if (timed.status !== 0 && timed.status !== 1) return null
  const [wall, user, system] = timed.stderr.trim().split('\n').at(-1).split(' ').map(Number)
  const races = /^ *keep-alive-race +(\d+)/m.exec(timed.stdout)?.[1] ?? timed.stdout.trim()
  const peak = /maxrss (\d+)/.exec(fs.readFileSync(stderr, 'utf8'))
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000, races, peakMb: peak === null ? 0 : Number(peak[1]) / 1024 }
}

/** The best of both times, the worst of memory. */
function better (now, best = now) {
  return { ...now, wallMs: Math.min(now.wallMs, best.wallMs), cpuMs: Math.min(now.cpuMs, best.cpuMs), peakMb: Math.max(now.peakMb, best.peakMb) }
}

function measureAll () {
  const found = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, { args, rounds: most = rounds, runs = 1 }] of Object.entries(tools)) {
      if (round >= most) continue
      for (let run = 0; run < runs && found[name] !== null; run++) {
        const now = measure(args)
        found[name] = now && better(now, found[name])
      }
    }
  }
  return found
}

/** The scan alone, in this process and this thread. */
function scanAlone () {
  const { scanPlain } = require('../lib/logs/read')
  const { LogScanner } = require('../lib/logs/scanner')
  let least = Infinity
  for (let i = 0; i < rounds; i++) {
    const scanner = new LogScanner({ entries: 'evidence', evidence: 5 })
    const before = process.cpuUsage()
    scanPlain(file, {}, scanner, () => {})
    scanner.end()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

function makeFiles () {
  fs.mkdirSync(dir, { recursive: true })
  if (!fs.existsSync(file)) writeLog(file, megabytes * 1e6)
  if (!fs.existsSync(packed)) spawnSync('bash', ['-c', 'gzip -6 -c "$0" > "$1"', file, packed])
  if (!fs.existsSync(frames)) spawnSync('zstd', ['-q', file, '-o', frames])
  if (fs.existsSync(folder)) return
  fs.mkdirSync(folder)
  let lines = []
  let index = 0
  for (const line of generateLines(filesCount * linesPerFile, 3)) {
    lines.push(line)
    if (lines.length < linesPerFile) continue
    fs.writeFileSync(path.join(folder, `${index++}.log.gz`), zlib.gzipSync(lines.join('')))
    lines = []
  }
}

let failed = 0

function judge (passed, sentence) {
  if (!passed) failed++
  console.log(`${passed ? 'PASS' : 'FAIL'}  ${sentence}`)
}

function main () {
  makeFiles()
  const bytes = fs.statSync(file).size
  console.log(`${(bytes / 1e6).toFixed(0)} MB of ALB log, ${(fs.statSync(packed).size / 1e6).toFixed(0)} MB packed; Node ${process.versions.node}, ${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)}; the best of ${rounds} rounds\n`)
  const found = measureAll()
  const reference = found['ours, all cores']
  for (const [name, one] of Object.entries(found)) {
    if (one === null) {
      console.log(`${name.padEnd(34)} not installed, or not possible here`)
      continue
    }
    console.log([name.padEnd(34), `${one.wallMs.toFixed(0)} ms`.padStart(9), `cpu ${one.cpuMs.toFixed(0)} ms`.padStart(13),
      `${(one.wallMs / reference.wallMs).toFixed(2)} x wall`.padStart(13), `${(one.cpuMs / reference.cpuMs).toFixed(2)} x cpu`.padStart(12),
      one.peakMb > 0 ? `peak ${one.peakMb.toFixed(0)} MB` : ''].join('  ').trimEnd())
  }
  const aloneMs = scanAlone()
  console.log(`${'ours, reading and scanning alone'.padEnd(34)} ${''.padStart(9)}  ${`cpu ${aloneMs.toFixed(0)} ms`.padStart(13)}  ${(bytes / aloneMs / 1e6).toFixed(2)} GB/s\n`)

  const races = new Map(Object.entries(tools).filter(([name, tool]) => tool.races && found[name]).map(([name]) => [name, found[name].races]))
  judge(new Set(races.values()).size === 1, `all agree: ${[...new Set(races.values())].join(', ')} races`)
  // how often ours is done in the time of another; NaN, and so a failure, where one is missing
  const wall = (name, other) => (found[other]?.cpuMs ?? NaN) / (found[name]?.wallMs ?? NaN)
  const cpu = (name, other) => (found[other]?.cpuMs ?? NaN) / (found[name]?.cpuMs ?? NaN)
  for (const tool of ['mawk, the same job', 'gawk, the same job']) {
    const times = wall('ours, all cores', tool)
    judge(times >= goals.timesAwk, `${times.toFixed(1)} times ${tool.slice(0, 4)} (goal ${goals.timesAwk}); per processor time ${cpu('ours, one thread', tool).toFixed(1)}`)
  }
  const perCore = cpu('ours, one thread', 'DuckDB, the same query, 1 thread')
  judge(perCore > 1, `${perCore.toFixed(1)} times DuckDB per core (goal 1)`)
  const grep = 1 / wall('ours, all cores', "grep -c ' 502 '")
  judge(grep <= goals.timesGrep, `${grep.toFixed(2)} of the time of grep (goal ${goals.timesGrep}); of its processor time ${(1 / cpu('ours, one thread', "grep -c ' 502 '")).toFixed(2)}`)
  const zcat = 1 / wall('ours, gzip', 'zcat > /dev/null')
  judge(zcat <= goals.timesZcat, `${zcat.toFixed(2)} of the time of zcat (goal ${goals.timesZcat}); of its processor time ${(1 / cpu('ours, gzip', 'zcat > /dev/null')).toFixed(2)}`)
  const peak = Math.max(...Object.values(found).map((one) => one?.peakMb ?? 0))
  judge(peak > 0 && peak < goals.peakMb, `peak memory ${peak.toFixed(0)} MB (goal ${goals.peakMb}), of ${Object.values(found).filter((one) => one?.peakMb > 0).length} ways`)
  console.log(`load ${os.loadavg()[0].toFixed(1)} at the end: with more than one waiting per core, wall times say little`)
  if (failed > 0) process.exitCode = 1
}

main()
