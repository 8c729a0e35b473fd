'use strict'

// The databases that `logs --sql` writes for and that run inside Node, installed on demand
// beside the checkout's own dependencies: each is larger than all of them.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

/** Installs the packages `names` of npm into a folder of their own in .cache; returns their folder. */
function installOnDemand (folder, ...names) {
  const dir = path.join(__dirname, '..', '.cache', folder)
  const modules = path.join(dir, 'node_modules')
  if (!names.every((name) => fs.existsSync(path.join(modules, name)))) {
    fs.mkdirSync(dir, { recursive: true })
    fs.writeFileSync(path.join(dir, 'package.json'), '{ "private": true }\n')
    const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', ...names], { cwd: dir, encoding: 'utf8', shell: process.platform === 'win32' })
    if (status !== 0) throw new Error(`${names.join(', ')} could not be installed: ${stderr}`)
  }
  return modules
}

function loadOnDemand (folder, name) {
  return require(path.join(installOnDemand(folder, name), name))
}

function splitStatements (sql) {
  return sql.split(/;\s*\n/).filter((statement) => statement.trim() !== '')
}

/** Runs each statement of `sql`; the last one's rows as arrays. `threads` bounds the cores. */
async function queryDuckdb (sql, { threads = 1 } = {}) {
  const { DuckDBInstance } = loadOnDemand('duckdb', '@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) })
  const connection = await instance.connect()
  try {
    const statements = splitStatements(sql)
    for (const statement of statements.slice(0, -1)) await connection.run(statement)
    const reader = await connection.runAndReadAll(statements[statements.length - 1])
    return reader.getRows()
  } finally {
    connection.closeSync()
  }
}

/** The same of ClickHouse, in a database of its own that lies in the folder `dir`. */
async function queryClickhouse (sql, { dir }) {
  const { Session } = loadOnDemand('clickhouse', 'chdb')
  const session = new Session(dir)
  try {
    const statements = splitStatements(sql)
    for (const statement of statements.slice(0, -1)) session.query(statement)
    return JSON.parse(session.query(statements[statements.length - 1], 'JSONCompact')).data
  } finally {
    session.cleanup()
  }
}

/**
 * What the grammars of Hive (for tables) and Trino (for queries), which Athena speaks, find
 * wrong with each statement of `sql`. Nobody else than Amazon can run it.
 */
function parseAthena (sql) {
  const modules = installOnDemand('athena', 'dt-sql-parser', 'esbuild')
  const bundle = path.join(modules, 'dt-sql-parser.cjs')
  if (!fs.existsSync(bundle)) {
    // its modules are written for bundlers: Node finds none of their imports
    require(path.join(modules, 'esbuild')).buildSync({ entryPoints: [path.join(modules, 'dt-sql-parser')], bundle: true, platform: 'node', outfile: bundle, logLevel: 'error' })
  }
  const { HiveSQL, TrinoSQL } = require(bundle)
  return splitStatements(sql).flatMap((statement) => new (/^CREATE /.test(statement) ? HiveSQL : TrinoSQL)().validate(statement))
}

module.exports = { parseAthena, queryClickhouse, queryDuckdb }
