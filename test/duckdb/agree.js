'use strict'

// The query that `logs --sql duckdb` prints, run by DuckDB over the same files as ours: the
// two must agree on every row. A control with one rule of the query changed must not.
//
//   npm run test:duckdb

const assert = require('node:assert')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { generateLines } = require('../../bench/alb-generator')
const { queryDuckdb } = require('../../scripts/duckdb')
const { classifyLog } = require('../../lib/logs')
const { createSql } = require('../../lib/logs/sql')
const { logFixtures } = require('../support/log-fixtures')

const generatedLines = 40000

/** What ours says of each line: verdict ('bad' for what cannot be read), by the line's text. */
function ours (lines) {
  const { entries } = classifyLog(lines.join('\n'), { format: 'alb', entries: true })
  const byLine = new Map(entries.map((entry) => [entry.line, entry]))
  return lines.map((line, index) => {
    const entry = byLine.get(index + 1)
    return [entry?.verdict ?? 'bad', entry?.method ?? null, entry?.status ?? null, entry?.target ?? null, line]
  })
}

function sorted (rows) {
  return rows.map((row) => JSON.stringify(row)).sort()
}

async function theirs (sql) {
  const rows = await queryDuckdb(sql)
  return rows.map(([, method, status, target, verdict, line]) => verdict === 'bad'
    ? ['bad', null, null, null, line]
    : [verdict, method, status || null, target === '-' ? null : target, line])
}

async function main () {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-duckdb-'))
  try {
    const fixture = logFixtures().find(({ name }) => name === 'alb').cases.map(({ line }) => line)
    const generated = [...generateLines(generatedLines, 11)].map((line) => line.trimEnd())
    for (const [name, lines] of [['fixture', fixture], ['generated', generated]]) {
      const file = path.join(dir, `${name}.log`)
      fs.writeFileSync(file, lines.join('\n') + '\n')
      const sql = createSql('duckdb', { where: file })
      const wanted = sorted(ours(lines))
      const found = sorted(await theirs(sql))
      assert.strictEqual(found.length, lines.length, `${name}: every line is a row`)
      const known = new Set(wanted)
      const differ = found.filter((row) => !known.has(row))
      assert.deepStrictEqual(differ, [], `${name}: ${differ.length} rows differ`)
      // without entries answered lines go the short way: their number must be the same
      const { counts, bad } = classifyLog(lines.join('\n'), { format: 'alb' })
      const byVerdict = { bad: 0 }
      for (const row of found) byVerdict[JSON.parse(row)[0]] = (byVerdict[JSON.parse(row)[0]] ?? 0) + 1
      assert.deepStrictEqual(Object.entries({ ...counts, bad }).filter(([, count]) => count > 0).sort(), Object.entries(byVerdict).filter(([, count]) => count > 0).sort())
      const spoilt = sql.replace("ELSE 'keep-alive-race'", "ELSE 'refused'")
      assert.notStrictEqual(spoilt, sql)
      assert.ok((await theirs(spoilt)).some((row) => !known.has(JSON.stringify(row))), 'the control must differ')
      console.log(`${name}: ${lines.length} rows agree, and the control does not`)
    }
  } finally {
    fs.rmSync(dir, { recursive: true })
  }
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
