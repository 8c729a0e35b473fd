'use strict'

// DuckDB for Node, installed on demand beside the checkout's own dependencies: it is larger
// than all of them.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const dir = path.join(__dirname, '..', '.cache', 'duckdb')
const entry = path.join(dir, 'node_modules', '@duckdb', 'node-api')

/** The module @duckdb/node-api. */
function loadDuckdb () {
  if (!fs.existsSync(entry)) {
    fs.mkdirSync(dir, { recursive: true })
    fs.writeFileSync(path.join(dir, 'package.json'), '{ "private": true }\n')
    const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '@duckdb/node-api'], { cwd: dir, encoding: 'utf8', shell: process.platform === 'win32' })
    if (status !== 0) throw new Error(`DuckDB could not be installed: ${stderr}`)
  }
  return require(entry)
}

/** Runs each statement of `sql`; the last one's rows as arrays. `threads` bounds the cores. */
async function queryDuckdb (sql, { threads = 1 } = {}) {
  const { DuckDBInstance } = loadDuckdb()
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) })
  const connection = await instance.connect()
  try {
    const statements = sql.split(/;\s*\n/).filter((statement) => statement.trim() !== '')
    for (const statement of statements.slice(0, -1)) await connection.run(statement)
    const reader = await connection.runAndReadAll(statements[statements.length - 1])
    return reader.getRows()
  } finally {
    connection.closeSync()
  }
}

module.exports = { queryDuckdb }
