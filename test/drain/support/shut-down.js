'use strict'

// One shutdown of one server under load, and what its clients saw of it.

const { Load } = require('./load')
const { startBackend } = require('./start-backend')

/**
 * Starts a server under the Node binary `node`, keeps it busy on `connections` connections,
 * and shuts it down. Clients that nobody sends away leave after `patienceMs`. Resolves to
 * { sent, answered, lost, refused, reasons, tookMs, report }.
 */
async function shutDownOnce (node, { how, options, connections, patienceMs }) {
  const backend = await startBackend(node, { how, options })
  const load = new Load({ port: backend.port, connections })
  await load.answered(connections * 3)
  const ended = backend.shutdown()
  const timer = setTimeout(() => load.stop(), patienceMs)
  const { tookMs, report } = await ended
  clearTimeout(timer)
  await load.stop()
  return { ...load.counts, reasons: load.reasons, tookMs, report }
}

module.exports = { shutDownOnce }
