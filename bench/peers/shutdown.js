'use strict'

const { shutDownOnce } = require('../../test/drain/support/shut-down')

// longer than the limit of any package: a server that waits for its clients is seen to wait
const patienceMs = 10000

async function measureShutdown ({ node, subject: { how }, shutdownConnections, windowMs }) {
  const { lost, sent, tookMs } = await shutDownOnce(node, { how, options: { windowMs }, connections: shutdownConnections, patienceMs })
  return { lost, sent, shutdownMs: tookMs }
}

module.exports = { measureShutdown }
