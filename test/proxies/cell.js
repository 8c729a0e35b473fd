'use strict'

// One cell of the table, in a process of its own: its clients keep time undisturbed by others.
//
//   node cell.js '{"proxy":"nginx","retries":"off","case":"idle","methods":["GET","POST"],
//                  "node":"24.21.0","upstream":"http","server":"ours","attempts":500}'

const { exitWithParent } = require('../support/child')
const { Rig } = require('./rig')

async function main (cell) {
  const startedAt = performance.now()
  const rig = new Rig(cell)
  const { proxy, retries, node, upstream, server } = cell
  try {
    const ledger = await require(`./cases/${cell.case}`).run(rig)
    const tookMs = Math.round(performance.now() - startedAt)
    const rows = cell.methods.map((method) => ({ proxy, retries, case: cell.case, method, node, upstream, server, ...ledger.sum(method), ...ledger.extra, tookMs }))
    await rig.stop()
    return rows
  } catch (error) {
    await rig.stop().catch(() => {})
    throw error
  }
}

const cell = JSON.parse(process.argv[2])
if (process.send === undefined) {
  main(cell).then((rows) => console.log(rows), (error) => { console.error(error); process.exitCode = 1 })
} else {
  exitWithParent()
  main(cell).then((rows) => process.send({ rows }, () => process.exit()), (error) => process.send({ error: error.stack }, () => process.exit(1)))
}
