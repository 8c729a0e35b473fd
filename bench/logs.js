'use strict'

// The whole job (a verdict on every line, counted per hour, target and method) on one ALB log,
// beside grep and other tools on the same file in the same run. CPU time is what each process
// took from the machine, its start included: on a busy machine it is the fairer number.
//
//   node bench/logs.js            1000 MB
//   node bench/logs.js 300        MB

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { createSql } = require('../lib/logs/sql')
const { writeLog } = require('./alb-generator')

const dir = path.join(__dirname, '..', '.cache', 'bench')
const megabytes = Number(process.argv[2] ?? 1000)
const file = path.join(dir, `alb-${megabytes}.log`)

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

const ours = `
const { classifyLogFiles } = require(${JSON.stringify(path.join(__dirname, '..', 'lib', 'logs'))})
classifyLogFiles([process.argv[1]], { threads: Number(process.argv[2]) }).then((report) => {
  console.log(report.counts['keep-alive-race'])
  console.error('maxrss ' + process.resourceUsage().maxRSS)
})`

const duckdb = `
const { queryDuckdb } = require(${JSON.stringify(path.join(__dirname, '..', 'scripts', 'duckdb'))})
queryDuckdb(process.argv[1]).then((rows) => console.log(Number(rows[0][0])))`

/** { wallMs, cpuMs, out, maxRssMb } of a command, or null where it is not installed. */
function measure (command, args) {
  const timed = spawnSync('bash', ['-c', 'TIMEFORMAT="%R %U %S"; time "$@" 2>"$LBST_ERR"', 'bash', command, ...args], {
    encoding: 'utf8', env: { ...process.env, LBST_ERR: path.join(dir, 'stderr') }
  })
  if (timed.status !== 0) return null
  const [wall, user, system] = timed.stderr.trim().split('\n').at(-1).split(' ').map(Number)
  const rss = /maxrss (\d+)/.exec(fs.readFileSync(path.join(dir, 'stderr'), 'utf8'))
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000, out: timed.stdout.trim(), maxRssMb: rss && Number(rss[1]) / 1024 }
}

function best (runs, command, args) {
  let least = null
  for (let i = 0; i < runs; i++) {
    const found = measure(command, args)
    if (found === null) return null
    if (least === null || found.cpuMs < least.cpuMs) least = { ...found, maxRssMb: Math.max(found.maxRssMb ?? 0, least?.maxRssMb ?? 0) || null }
  }
  return least
}

function show (name, found, bytes, reference) {
  if (found === null) {
    console.log(`${name.padEnd(34)} not installed, or failed`)
    return
  }
  const rate = (ms) => (bytes / ms / 1e6).toFixed(2)
  const times = reference ? `${(found.cpuMs / reference.cpuMs).toFixed(2)} x ours` : ''
  console.log([name.padEnd(34), `${found.wallMs.toFixed(0)} ms`.padStart(9), `cpu ${found.cpuMs.toFixed(0)} ms`.padStart(14), `${rate(found.cpuMs)} GB/s`.padStart(11), times.padStart(14), found.maxRssMb ? `peak ${found.maxRssMb.toFixed(0)} MB` : '', found.out.length < 12 ? found.out : ''].join('  ').trimEnd())
}

/** The scan alone, in this process and this thread. */
function scanAlone () {
  const { scanPlain } = require('../lib/logs/read')
  const { LogScanner } = require('../lib/logs/scanner')
  let least = Infinity
  for (let i = 0; i < 3; i++) {
    const scanner = new LogScanner({ entries: 'evidence', evidence: 5 })
    const before = process.cpuUsage()
    scanPlain(file, {}, scanner, () => {})
    scanner.end()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

fs.mkdirSync(dir, { recursive: true })
if (!fs.existsSync(file)) writeLog(file, megabytes * 1e6)
const packed = `${file}.gz`
if (!fs.existsSync(packed)) fs.writeFileSync(packed, spawnSync('gzip', ['-6', '-c', file], { maxBuffer: 2 ** 31 }).stdout)
const bytes = fs.statSync(file).size
console.log(`${(bytes / 1e6).toFixed(0)} MB of ALB log, ${(fs.statSync(packed).size / 1e6).toFixed(0)} MB packed; the best of three\n`)

const one = best(3, process.execPath, ['-e', ours, file, '1'])
show('ours, one thread', one, bytes, one)
show('ours, two threads', best(3, process.execPath, ['-e', ours, file, '2']), bytes, one)
const aloneMs = scanAlone()
console.log(`${'ours, reading and scanning alone'.padEnd(34)} ${''.padStart(10)} ${`cpu ${aloneMs.toFixed(0)} ms`.padStart(14)}  ${`${(bytes / aloneMs / 1e6).toFixed(2)} GB/s`.padStart(11)}`)
show("grep -c ' 502 '", best(3, 'grep', ['-c', ' 502 ', file]), bytes, one)
show("LC_ALL=C grep -c ' 502 '", best(3, 'env', ['LC_ALL=C', 'grep', '-c', ' 502 ', file]), bytes, one)
show('mawk, the same job', best(1, 'mawk', [awk, file]), bytes, one)
show('gawk, the same job', best(1, 'gawk', [awk, file]), bytes, one)
show('DuckDB, the same query, 1 thread', best(1, process.execPath, ['-e', duckdb, createSql('duckdb', { where: file }).replace(/SELECT time, method, status, target,\n {2}CASE/, "SELECT count(*) FILTER (verdict = 'keep-alive-race') FROM (SELECT CASE").replace(/AS verdict, line\nFROM fields;/, 'AS verdict FROM fields)')]), bytes, one)
show('GoAccess (its own report)', best(1, 'goaccess', [file, '--no-global-config', '--log-format=AWSALB', '--no-progress', '-o', path.join(dir, 'goaccess.json')]), bytes, one)
const gz = best(3, process.execPath, ['-e', ours, packed, '1'])
show('ours, gzip', gz, bytes, gz)
show('zcat > /dev/null', best(3, 'bash', ['-c', 'zcat "$0" > /dev/null', packed]), bytes, gz)
