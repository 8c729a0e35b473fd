'use strict'

// Of bench/results.json (npm run test:proxies) and bench/peers.json (npm run bench:peers):
// a block of the README, and bench/report.html. scripts/sync-docs.js writes both.

const fs = require('node:fs')
const path = require('node:path')
const { renderBench } = require('./page')
const { readmeBlock } = require('./readme')

function read (name) {
  const file = path.join(__dirname, '..', name)
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : null
}

function readFigures () {
  return { results: read('results.json'), peers: read('peers.json') }
}

module.exports = {
  reportBlock: () => readmeBlock(readFigures()),
  reportPage: () => renderBench(readFigures())
}
