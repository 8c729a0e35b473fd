'use strict'

// selfcheck: does this Node close connections as the model says? Known behaviours in a table,
// and random connections beside them, on a real server of the running Node in a child process.

const { nodeTimers } = require('../catalogue')
const { createConnectionModel } = require('../model')
const { runUntilTold } = require('../selfcheck/attempts')
const { behaviours, makeSelfcheckBatch } = require('../selfcheck/behaviours')
const { compareTimeline, say } = require('../selfcheck/compare')
const { replayBatch } = require('../selfcheck/replay')
const { startProgress } = require('./progress')

// A machine so busy that not even this share of the connections tells anything.
const conclusiveShareMin = 0.5

function median (list) {
  return [...list].sort((a, b) => a - b)[list.length >> 1]
}

/** What happened, with its time since the event that it is counted from. */
function describe (outcome, sinceMs) {
  if (outcome === null) return 'stays open'
  return `${outcome.action} (${outcome.reason}) after ${(outcome.atMs - sinceMs).toFixed(0)} ms`
}

/** The last thing that Node was told before it acted. */
function lastInput ({ timeline, observed }) {
  const events = timeline.record.events.filter(([, at]) => observed === null || at <= observed.atMs)
  return events[events.length - 1][1]
}

function summarize (name, results) {
  const conclusive = results.filter(({ verdict }) => verdict !== 'inconclusive')
  const wrong = conclusive.filter(({ verdict }) => verdict === 'disagree')
  if (conclusive.length === 0) return { name, expected: '', measured: 'the machine was too busy', agrees: null }
  const shown = wrong[0] ?? conclusive[0]
  const since = lastInput(shown)
  const times = conclusive.filter(({ observed }) => observed !== null).map((result) => result.observed.atMs - lastInput(result))
  const spread = times.length > 1 ? `, ${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)}, median ${median(times).toFixed(1)}` : ''
  return {
    name,
    expected: describe(shown.predicted, since),
    measured: describe(shown.observed, since) + (shown.observed === null ? '' : spread),
    agrees: wrong.length === 0,
    why: wrong.length === 0 ? undefined : `${shown.why}; the model: ${say(shown.predicted)}, Node: ${say(shown.observed)}`
  }
}

function summarizeRandom (results) {
  const count = (verdict) => results.filter((result) => result.verdict === verdict).length
  const wrong = results.find(({ verdict }) => verdict === 'disagree')
  return {
    name: 'random connections',
    expected: `${results.length - count('inconclusive')} as the model says`,
    measured: `${count('agree')} agree, ${count('inconclusive')} inconclusive`,
    agrees: count('agree') < conclusiveShareMin * results.length && wrong === undefined ? null : wrong === undefined,
    why: wrong && `seed ${wrong.seed}, timeline ${wrong.timeline.index}: ${wrong.why}`
  }
}

function table (rows) {
  const columns = ['name', 'expected', 'measured']
  const heads = ['behaviour', 'expected', 'measured']
  const widths = columns.map((column, index) => Math.max(heads[index].length, ...rows.map((row) => row[column].length)))
  const line = (cells, last) => cells.map((cell, index) => cell.padEnd(widths[index])).join('  ') + '  ' + last
  const answer = { true: 'yes', false: 'NO', null: '?' }
  return [line(heads, 'agrees'), widths.map((width) => '─'.repeat(width)).join('  ') + '  ──────',
    ...rows.map((row) => line(columns.map((column) => row[column]), answer[row.agrees]))].join('\n')
}

async function runOnce (node, seed, io) {
  const batch = makeSelfcheckBatch(node.version, seed)
  const progress = startProgress(io.stderr)
  // on a terminal only: for some seconds no log needs a line
  if (io.stderr.isTTY) progress.update({ label: 'selfcheck', totalMs: batch.batchMs })
  const record = await replayBatch(node, batch).finally(progress.stop)
  const results = record.timelines.map((timeline) => compareTimeline(createConnectionModel, record, timeline))
  const rows = behaviours.map(({ name }) => summarize(name, results.filter(({ timeline }) => timeline.names[0] === name)))
  rows.push(summarizeRandom(results.filter(({ timeline }) => !behaviours.some(({ name }) => name === timeline.names[0]))))
  return rows
}

async function run (flags, io) {
  const node = { version: process.versions.node, execPath: process.execPath }
  const { tested, from } = nodeTimers(node.version)
  const seed = flags.seed ?? Date.now() % 1e9
  const { rows, repeated } = await runUntilTold((attempt) => runOnce(node, seed + attempt, io))
  const wrong = rows.filter(({ agrees }) => agrees !== true)
  if (flags.json) {
    io.stdout.write(JSON.stringify({ node: node.version, tested, rowFrom: from, seed, agrees: wrong.length === 0, rows, repeated }, null, 2) + '\n')
    return wrong.length === 0 ? 0 : 1
  }
  io.stdout.write(`Node ${node.version}, held against what is known of ${from} and later (seed ${seed})\n`)
  if (!tested) {
    io.stdout.write('warning: untested: this version is newer than any that was measured; the newest row known is assumed\n')
  }
  io.stdout.write(`\n${table(rows)}\n\n`)
  if (repeated.length > 0) io.stdout.write(`repeated with the same connections: in a first run there was a NO for ${repeated.map(({ name }) => name).join(', ')}\n`)
  for (const { name, why } of wrong) if (why) io.stdout.write(`${name}: ${why}\n`)
  io.stdout.write(wrong.length === 0 ? 'this Node does as the model says\n' : 'this Node does NOT do as the model says, or the machine was too busy to tell\n')
  return wrong.length === 0 ? 0 : 1
}

module.exports = {
  summary: 'Checks that this Node closes connections as the timer model says.',
  usage: '[--seed <number>] [--json]',
  flags: {
    seed: { type: 'number', what: 'of the random connections (default: from the clock)' },
    json: { type: 'boolean', what: 'the result as JSON' }
  },
  run
}
