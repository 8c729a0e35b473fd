'use strict'

// What the run says: a table, and one sentence that is also the exit code.

const Table = require('cli-table3')

const serverNames = { plain: 'as Node makes it', safe: 'with applyLbSafeTimeouts' }

function formatTable (rows) {
  const table = new Table({
    head: ['proxy', 'server', 'attempts', '502s', 'answered on the idle connection', 'answered on a new one'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
    colWidths: [null, null, null, null, 21, 15],
    wordWrap: true,
    style: { head: [], border: [] }
  })
  for (const { front, server, counts } of rows) {
    table.push([front, serverNames[server], counts.attempts, counts.lost, counts.reused, counts.fresh])
  }
  return table.toString()
}

function sum (rows, server, name) {
  return rows.filter((row) => row.server === server).reduce((total, { counts }) => total + counts[name], 0)
}

/** { ok, sentence }: whether the run shows what it is for. */
function conclude (rows) {
  const lostBySafe = sum(rows, 'safe', 'lost')
  const attemptsAtSafe = sum(rows, 'safe', 'attempts')
  if (lostBySafe > 0) {
    return { ok: false, sentence: `FAILED: the server ${serverNames.safe} lost ${lostBySafe} of ${attemptsAtSafe} requests.` }
  }
  // without a control that loses, and a pool that is used, nothing was put to the test
  const idle = rows.find(({ server, counts }) => counts[server === 'plain' ? 'lost' : 'reused'] === 0)
  if (idle !== undefined) {
    const why = idle.server === 'plain'
      ? `the server ${serverNames.plain} lost no request`
      : `no idle connection to the server ${serverNames.safe} was used again`
    return { ok: false, sentence: `FAILED: this run proves nothing, ${why} behind ${idle.front}.` }
  }
  const lostByPlain = sum(rows, 'plain', 'lost')
  const attemptsAtPlain = sum(rows, 'plain', 'attempts')
  return {
    ok: true,
    sentence: `The server ${serverNames.plain} lost ${lostByPlain} of ${attemptsAtPlain} requests; ` +
      `with one line more it lost none of ${attemptsAtSafe}.`
  }
}

module.exports = { serverNames, formatTable, conclude }
