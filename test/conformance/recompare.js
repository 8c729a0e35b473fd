'use strict'

// Compares a recorded corpus once more, with the model of the package at a given root:
//
//   node test/conformance/recompare.js <corpus> [<root>]
//
// Prints { agree, disagree, inconclusive, first } as JSON.

const fs = require('node:fs')
const path = require('node:path')
const readline = require('node:readline')

const { compareBatch } = require('../../lib/selfcheck/compare')

async function main ([corpus, root = path.join(__dirname, '..', '..')]) {
  const { createConnectionModel } = require(path.join(root, 'lib', 'model.js'))
  const tally = { agree: 0, disagree: 0, inconclusive: 0, first: null }
  for await (const line of readline.createInterface({ input: fs.createReadStream(corpus) })) {
    for (const result of compareBatch(createConnectionModel, JSON.parse(line))) {
      tally[result.verdict]++
      if (result.verdict === 'disagree') tally.first ??= `Node ${result.version}, seed ${result.seed}, timeline ${result.timeline.index}: ${result.why}`
    }
  }
  console.log(JSON.stringify(tally))
}

main(process.argv.slice(2))
