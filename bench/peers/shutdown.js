'use strict'

const { shutDownOnce } = require('../../test/drain/support/shut-down')

async function measureShutdown ({ node, subject: { how }, shutdownConnections, patienceMs, windowMs }) {
  const { lost, sent, tookMs } = await shutDownOnce(node, { how, options: { windowMs }, connections: shutdownConnections, patienceMs })
  return { lost, sent, shutdownMs: tookMs }
}

module.exports = { measureShutdown }
