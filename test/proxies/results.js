'use strict'

// bench/results.json, from which the table of the README and the page are made. Rows of an
// earlier run stay when a part is run again, and say then of which commit and day they are.

const fs = require('node:fs')
const { describeCommit, describeMachine } = require('../../bench/machine')
const { proxies, findVersion } = require('../support/proxies')
const { driver } = require('./coverage')
const { words } = require('./settings')

function keyOf (row) {
  return ['proxy', 'retries', 'case', 'method', 'node', 'upstream', 'server'].map((name) => row[name]).join(' ')
}

function read (file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return { rows: [] }
    throw error
  }
}

class Results {
  /** With `keep`, what is in `file` already stays until the same row is run again. */
  constructor (file, { keep }) {
    this.file = file
    this.head = { ...describeCommit(), date: new Date().toISOString() }
    const { commit, dirty, date, rows } = keep ? read(file) : { rows: [] }
    this.rows = new Map(rows.map((row) => [keyOf(row), { commit, dirty, date, ...row }]))
  }

  add (rows) {
    for (const row of rows) this.rows.set(keyOf(row), row)
    this.write()
  }

  write () {
    const rows = [...this.rows.values()].map(({ commit, dirty, date, ...row }) => {
      return commit === undefined || commit === this.head.commit ? row : { ...row, commit, dirty, date }
    })
    const used = [...new Set(rows.map(({ proxy }) => proxy))]
    const text = JSON.stringify({
      ...this.head,
      machine: describeMachine(),
      scale: words,
      nodes: [...new Set(rows.map(({ node }) => node))].sort(),
      proxies: used.map((id) => id === driver.id
        ? { ...driver, version: process.versions.node, retriesOff: null }
        : { id, name: proxies[id].name, version: findVersion(id), retriesOff: proxies[id].retriesOff }),
      rows: []
    }, null, 2)
    // a row on a line: a new run can be read as a diff
    const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')
    fs.writeFileSync(this.file, `${text.slice(0, text.lastIndexOf('[]'))}[\n${lines}\n  ]\n}\n`)
  }
}

module.exports = { Results }
