'use strict'

// The queries that `logs --sql` prints, run by DuckDB and by ClickHouse over the same files as
// ours: they must agree on every row. A control with one rule of the query changed must not.
// Of Athena's only the grammar can be asked here.
//
//   npm run test:sql [-- duckdb|clickhouse|athena [seed]]

const assert = require('node:assert')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { generateLines } = require('../../bench/alb-generator')
const { parseAthena, queryClickhouse, queryDuckdb } = require('../../scripts/sql-engines')
const { classifyLog } = require('../../lib/logs')
const { createSql, sqlFormats } = require('../../lib/logs/sql')
const { logFixtures } = require('../support/log-fixtures')

const generatedLines = 40000
const mutatedLines = 20000
const engines = {
  duckdb: (sql) => queryDuckdb(sql),
  clickhouse: (sql, dir) => queryClickhouse(sql, { dir: fs.mkdtempSync(path.join(dir, 'clickhouse-')) })
}

const dialects = [...Object.keys(engines), 'athena']
const asked = dialects.includes(process.argv[2]) ? [process.argv[2]] : dialects
const seed = Number(process.argv[3] ?? 11)

// how many fields are replaced, at most: behind them quoted texts begin, in which a blank more
// or less makes another line of it
const shapes = { alb: { separator: ' ', heads: 12 }, clb: { separator: ' ', heads: 11 }, cloudfront: { separator: '\t', heads: 33 } }

// what a field is replaced by: no values that only differ in how a number may be written
const values = [
  '-', '0', '-1', '', '000', '200', '404', '408', '460', '499', '500', '502', '503', '504', '5020', 'x', '1', '1.5', '0.999999', '60.000', '10.0', '9.4',
  '2026-01-14T23:59:60Z', '2026-13-14T00:00:00Z', '2026-01-14T24:00:00Z', '2026-01-14', '23:59:59', '99:00:00', '192.0.2.1:3000', '"GET', '"-', '"get', 'GET', '"',
  'http', 'wss', 'Error', 'Miss', 'OriginReadError', 'OriginWriteError', 'OriginCommError', 'OriginConnectError', 'OriginDnsError', 'OriginError',
  'OriginInvalidResponseError', 'OriginHeaderTooBigError', 'OriginZeroSizeObjectError', 'OriginContentRangeLengthError', 'ClientCommError', 'ClientHungUpRequest', 'AbortedOrigin'
]

/** `count` of the lines with some fields replaced, or cut short; no two of them are alike. */
function mutate (lines, { separator, heads }, count) {
  let state = seed | 1
  const below = (limit) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
  return Array.from({ length: count }, (_, index) => {
    const words = lines[below(lines.length)].split(separator)
    for (let i = below(4); i > 0; i--) words[below(Math.min(words.length, heads))] = values[below(values.length)]
    if (below(20) === 0) words.length = 1 + below(Math.min(words.length, heads))
    return [...words, `line-${index}`].join(separator)
  })
}

/** What ours says of each line: verdict ('bad' for what cannot be read), by the line's text. */
function ours (lines, format) {
  const { entries } = classifyLog(lines.join('\n'), { format, entries: true })
  const byLine = new Map(entries.map((entry) => [entry.line, entry]))
  return lines.map((line, index) => {
    const entry = byLine.get(index + 1)
    return [entry?.verdict ?? 'bad', entry?.method ?? null, entry?.status ?? null, entry?.target ?? null, line]
  })
}

function sorted (rows) {
  return rows.map((row) => JSON.stringify(row)).sort()
}

async function theirs (query, sql, format) {
  const rows = await query(sql)
  // CloudFront's fields are passed on as they are, dashes and all
  const dash = (value) => value === '' || (format !== 'cloudfront' && value === '-') ? null : value
  return rows.map(([, method, status, target, verdict, line]) => verdict === 'bad'
    ? ['bad', null, null, null, line]
    : [verdict, dash(method), status || null, dash(target), line])
}

async function compare (dir, engine, format, name, lines) {
  const query = (sql) => engines[engine](sql, dir)
  const file = path.join(dir, `${format}-${name}.log`)
  fs.writeFileSync(file, lines.join('\n') + '\n')
  const sql = createSql(engine, { where: file, format })
  const wanted = sorted(ours(lines, format))
  const found = sorted(await theirs(query, sql, format))
  assert.strictEqual(found.length, lines.length, `${format}, ${name}: every line is a row`)
  const known = new Set(wanted)
  const differ = found.filter((row) => !known.has(row))
  const other = new Set(found)
  assert.deepStrictEqual(differ.slice(0, 10), wanted.filter((row) => !other.has(row)).slice(0, 10), `${format}, ${name}: ${differ.length} rows differ`)
  // without entries answered lines go the short way: their number must be the same
  const { counts, bad } = classifyLog(lines.join('\n'), { format })
  const byVerdict = {}
  for (const row of found) byVerdict[JSON.parse(row)[0]] = (byVerdict[JSON.parse(row)[0]] ?? 0) + 1
  assert.deepStrictEqual(Object.entries({ ...counts, bad }).filter(([, count]) => count > 0).sort(), Object.entries(byVerdict).sort())
  const spoilt = sql.replace("ELSE 'keep-alive-race'", "ELSE 'refused'")
  assert.notStrictEqual(spoilt, sql)
  assert.ok((await theirs(query, spoilt, format)).some((row) => !known.has(JSON.stringify(row))), 'the control must differ')
  const verdicts = new Set(found.map((row) => JSON.parse(row)[0]))
  console.log(`${engine}, ${format}, ${name}: ${lines.length} rows agree (${verdicts.size} verdicts), and the control does not`)
}

function checkGrammar () {
  for (const format of sqlFormats) {
    const sql = createSql('athena', { format })
    assert.deepStrictEqual(parseAthena(sql), [])
    for (const spoilt of [sql.replace('LOCATION', 'LOCATED'), sql.replace("ELSE 'keep", "ELSIF 'keep")]) {
      assert.ok(parseAthena(spoilt).length > 0, 'the control must be told')
    }
    console.log(`athena, ${format}: the grammar finds nothing wrong, and the controls' faults`)
  }
}

async function compareAll (dir, engine) {
  for (const format of sqlFormats) {
    const fixture = logFixtures().find(({ name }) => name === format).cases.map(({ line }) => line)
    await compare(dir, engine, format, 'fixture', fixture)
    await compare(dir, engine, format, `mutated (seed ${seed})`, mutate(fixture, shapes[format], mutatedLines))
  }
  await compare(dir, engine, 'alb', 'generated', [...generateLines(generatedLines, 11)].map((line) => line.trimEnd()))
}

async function main () {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-sql-'))
  try {
    for (const dialect of asked) await (dialect === 'athena' ? checkGrammar() : compareAll(dir, dialect))
  } finally {
    fs.rmSync(dir, { recursive: true })
  }
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
