'use strict'

// The fixtures of test/fixtures/logs: per line what is expected of it, and what is tried.
//
//   => verdict | method | status | target | why
//   the line
//
// '-' is null; the verdict 'bad' is a line that cannot be read.

const fs = require('node:fs')
const path = require('node:path')

const dir = path.join(__dirname, '..', 'fixtures', 'logs')

function readFixture (name) {
  const text = fs.readFileSync(path.join(dir, `${name}.txt`), 'utf8')
  return [...text.matchAll(/^=> (.*)\n(.*)\n/gm)].map(([, head, line]) => {
    const [verdict, method, status, target, ...why] = head.split(' | ').map((part) => part === '-' ? null : part)
    return { verdict, method, status: status === null ? null : Number(status), target, why: why.join(' | '), line }
  })
}

/** { name, format, cases } of all fixtures. */
function logFixtures () {
  return fs.readdirSync(dir).sort().map((file) => {
    const name = path.basename(file, '.txt')
    return { name, format: name.replace(/^(envoy|istio)-json$/, '$1'), cases: readFixture(name) }
  })
}

module.exports = { logFixtures }
