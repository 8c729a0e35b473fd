'use strict'

// The ways of shutting a server down that are compared. Each takes the server when it is
// made, and returns the function that shuts it down.

const shutdowns = {
  'process.exit': () => () => process.exit(),
  'server.close()': (server) => () => server.close(() => process.exit()),
  // what server.close() is on most lines of Node, on all of them
  'server.close() and closeIdleConnections()': (server) => () => {
    server.close(() => process.exit())
    server.closeIdleConnections()
  },
  'http-terminator': (server) => {
    const terminator = require('http-terminator').createHttpTerminator({ server, gracefulTerminationTimeout: 5000 })
    return () => terminator.terminate().then(() => process.exit())
  },
  '@godaddy/terminus': (server) => {
    require('@godaddy/terminus').createTerminus(server, { signal: 'SIGTERM', timeout: 5000, useExit0: true })
    return () => process.kill(process.pid, 'SIGTERM')
  },
  stoppable: (server) => {
    require('stoppable')(server, 5000)
    return () => server.stop(() => process.exit())
  },
  'http-graceful-shutdown': (server) => {
    const shutdown = require('http-graceful-shutdown')(server, { timeout: 5000, forceExit: true, signals: '' })
    return () => shutdown().then(() => process.exit())
  },
  // nothing is left when it is done: the process ends by itself
  drain: (server, options) => {
    const { drain } = require('../../../lib')
    return async () => {
      const report = await drain(server, options)
      if (process.connected) process.send({ report }, () => process.disconnect())
    }
  }
}

module.exports = { shutdowns }
