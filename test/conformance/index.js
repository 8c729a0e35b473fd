'use strict'

// The conformance suite: random lives of connections on real Nodes, held against the model.
//
//   node test/conformance/index.js [--versions 18.20.8,24.21.0] [--count 1000] [--seed 1]
//                                  [--batch 400] [--record file] [--odd] [--quick | --boundaries]
//
// Exit 0: no disagreement. A disagreement prints its timeline, its seed and both answers.

const fs = require('node:fs')
const { parseArgs } = require('node:util')

const { createConnectionModel } = require('../../lib/model')
const { ensureNode, lines } = require('../../scripts/nodes')
const { compareBatch, compareTicks, say } = require('../../lib/selfcheck/compare')
const { makeBatch, makeOddBatch } = require('../../lib/selfcheck/generate')
const { replayBatch } = require('../../lib/selfcheck/replay')

// the releases before and after each change that node.def claims for http servers from 18 on
const boundaries = [
  '18.0.0', '18.7.0', '18.8.0', '18.10.0', '18.11.0', '18.17.1', '18.18.0', '18.18.2', '18.19.0', '18.20.2', '18.20.3', '19.0.0', '20.2.0', '20.3.0', '20.3.1',
  '20.4.0', '20.7.0', '20.8.0', '20.17.0', '20.18.0',
  '20.20.0', '20.20.1', '22.8.0', '22.9.0', '22.17.1', '22.18.0', '22.19.0', '22.20.0', '24.2.0', '24.3.0', '24.5.0', '24.6.0',
  '24.7.0', '24.8.0', '24.19.0', '24.20.0', '26.3.0', '26.4.0', '26.6.0', '26.7.0'
]

const { values: options } = parseArgs({
  options: {
    versions: { type: 'string', default: lines.join(',') },
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    batch: { type: 'string', default: '400' },
    record: { type: 'string' },
    odd: { type: 'boolean', default: false }, // the first batch has every odd value in it
    quick: { type: 'boolean', default: false }, // for CI: a fixed seed, all five lines
    boundaries: { type: 'boolean', default: false }
  }
})
if (options.boundaries) Object.assign(options, { versions: boundaries.join(','), count: '250', batch: '280' })
if (options.quick) Object.assign(options, { count: '200', batch: '250', seed: '7' })

// Only timelines that prove something count; a machine too busy to give `count` of them
// within this many times as many fails.
const attemptsMax = 3

function describe ({ version, seed, timeline, settings, why, predicted, observed, anchored }) {
  const zero = timeline.record.events[0][1]
  const relative = (outcome) => outcome && {
    ...outcome,
    atMs: outcome.atMs - zero,
    ...(outcome.earliestMs === undefined ? {} : { earliestMs: outcome.earliestMs - zero, latestMs: outcome.latestMs - zero })
  }
  return [
    `DISAGREEMENT on Node ${version}, seed ${seed}, timeline ${timeline.index}: ${why}${anchored ? ' (from the last check)' : ''}`,
    `  settings  ${JSON.stringify(settings, (key, value) => Number.isNaN(value) || value === Infinity ? String(value) : value)}`,
    `  script    ${timeline.names.join(', ')}: ${JSON.stringify(timeline.steps)}`,
    `  events    ${timeline.record.events.map(([name, at]) => `${name} ${(at - zero).toFixed(2)}`).join(', ')}`,
    `  the model ${say(relative(predicted))}`,
    `  Node      ${say(relative(observed))}`
  ].join('\n')
}

async function runVersion (version, count, seed) {
  const tally = { agree: 0, disagree: 0, inconclusive: 0 }
  const reasons = {}
  let looks = 0
  const shown = []
  let number = 0
  for (let done = 0; tally.agree + tally.disagree < count && done < attemptsMax * count; number++) {
    // a few more than are missing: some will prove nothing
    const size = Math.min(Number(options.batch), Math.max(100, Math.ceil((count - tally.agree) * 1.08)))
    const batch = await replayBatch({ version, execPath: ensureNode(version) }, (options.odd && number === 0 ? makeOddBatch : makeBatch)(seed + number, size))
    if (options.record !== undefined) fs.appendFileSync(options.record, JSON.stringify(batch) + '\n')
    done += size
    for (const result of compareBatch(createConnectionModel, batch)) {
      tally[result.verdict]++
      looks += result.timeline.record.samples.length
      const key = result.verdict === 'inconclusive' ? `? ${result.why}` : result.observed === null ? 'stays open' : `${result.observed.action}/${result.observed.reason}`
      reasons[key] = (reasons[key] ?? 0) + 1
      if (result.verdict === 'disagree') shown.push(describe(result))
    }
    for (const wrong of compareTicks(batch)) {
      tally.disagree++
      shown.push(`DISAGREEMENT on Node ${version}, seed ${seed + number}: ${wrong}`)
    }
  }
  console.log(`Node ${version}: seeds ${seed} to ${seed + number - 1}, ${tally.agree + tally.disagree} timelines, ` +
    `${tally.disagree} disagreements, ${tally.inconclusive} inconclusive, ${looks} looks at Node's own lists`)
  console.log('  ' + Object.entries(reasons).sort((a, b) => b[1] - a[1]).map(([key, n]) => `${key} ${n}`).join(', '))
  for (const text of shown.slice(0, 12)) console.log(text)
  if (tally.agree + tally.disagree < count) {
    console.log(`  fewer than ${count} timelines: the machine was too busy to prove anything`)
    tally.disagree++
  }
  return tally
}

async function main () {
  const started = Date.now()
  let right = 0
  let wrong = 0
  for (const version of options.versions.split(',')) {
    const { agree, disagree } = await runVersion(version, Number(options.count), Number(options.seed))
    right += agree
    wrong += disagree
  }
  console.log(`${wrong === 0 ? 'no disagreement' : `${wrong} DISAGREEMENTS`} in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  console.log(`${right} passed, ${wrong} failed`)
  process.exitCode = wrong === 0 ? 0 : 1
}

main()
