'use strict'

// How far the run is: a bar for each row of the table on a terminal, else a line now and then.

const { MultiBar, Presets } = require('cli-progress')
const { serverNames } = require('./table')

const lineEveryMs = 2000

function describe ({ front, server }) {
  return `${front} -> server ${serverNames[server]}`
}

function startBars (rows, stream) {
  const bars = new MultiBar({
    format: '{row} {bar} {value}/{total}  502s: {lost}',
    stream,
    hideCursor: true
  }, Presets.shades_classic)
  const width = Math.max(...rows.map((row) => describe(row).length))
  const barByRow = new Map(rows.map((row) => {
    return [row, bars.create(row.total, 0, { row: describe(row).padEnd(width), lost: 0 })]
  }))
  return {
    update: (row) => barByRow.get(row).update(row.done, { lost: row.lost }),
    stop: () => bars.stop()
  }
}

function startLines (rows, stream) {
  const startedAt = Date.now()
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAt) / 1000)
    for (const row of rows) {
      stream.write(`${seconds} s: ${describe(row)}: ${row.done} of ${row.total} attempts, ${row.lost} lost\n`)
    }
  }, lineEveryMs)
  return { update: () => {}, stop: () => clearInterval(timer) }
}

/** `rows` are { front, server, total, done, lost }, the last two kept up to date by the caller. */
function startProgress (rows, stream = process.stdout) {
  return stream.isTTY ? startBars(rows, stream) : startLines(rows, stream)
}

module.exports = { startProgress }
