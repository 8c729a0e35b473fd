'use strict'

// The ways of shutting a server down that are compared. Each takes the server when it is
// made, and returns the function that shuts it down, or a promise of it.

const { setTimeout: wait } = require('node:timers/promises')

// where a package has a limit of its own for a shutdown
const limitMs = 5000

const shutdowns = {
  'process.exit': () => () => process.exit(),
  'server.close()': (server) => () => server.close(() => process.exit()),
  // what server.close() is on most lines of Node, on all of them
  'server.close() and closeIdleConnections()': (server) => () => {
    server.close(() => process.exit())
    server.closeIdleConnections()
  },
  'http-terminator': (server) => {
    const terminator = require('http-terminator').createHttpTerminator({ server, gracefulTerminationTimeout: limitMs })
    return () => terminator.terminate().then(() => process.exit())
  },
  '@godaddy/terminus': (server, { windowMs }) => {
    // its README: wait before the shutdown until the load balancer knows
    const beforeShutdown = () => wait(windowMs)
    require('@godaddy/terminus').createTerminus(server, { signal: 'SIGTERM', timeout: limitMs, useExit0: true, beforeShutdown })
    return () => process.kill(process.pid, 'SIGTERM')
  },
  stoppable: (server) => {
    require('stoppable')(server, limitMs)
    return () => server.stop(() => process.exit())
  },
  'http-graceful-shutdown': (server) => {
    const shutdown = require('http-graceful-shutdown')(server, { timeout: limitMs, forceExit: true, signals: '' })
    return () => shutdown().then(() => process.exit())
  },
  // its own CommonJS files are ES modules to Node: require() of it fails
  lightship: async (server, { windowMs }) => {
    const { createLightship } = await import('lightship')
    const lightship = await createLightship({ shutdownDelay: windowMs, shutdownHandlerTimeout: limitMs, signals: [], terminate: () => process.exit() })
    lightship.registerShutdownHandler(() => { server.close() })
    lightship.signalReady()
    return () => lightship.shutdown()
  },
  fastify: (server, options, app) => () => app.close().then(() => process.exit()),
  // nothing is left when it is done: the process ends by itself
  drain: (server, options) => {
    const { drain } = require('../../../lib')
    return async () => {
      const report = await drain(server, options)
      if (process.connected) process.send({ report }, () => process.disconnect())
    }
  },
  // all of the package, as its README says
  ours: (server, options) => {
    require('../../../lib').applyLbSafeTimeouts(server, { lb: 'aws-alb' })
    return shutdowns.drain(server, options)
  }
}

module.exports = { shutdowns }
