'use strict'

// Who is compared. `how` names the way of shutting down in test/drain/support/shutdowns.js,
// which is also how its server is made; `use` is what the package's README says to do with a
// `server`; done() is called when that is done.

const { dependencies } = require('../../test/drain/package.json')

const end = 'done()'

const subjects = [
  { id: 'bare', name: 'Node alone', how: 'server.close()', use: end },
  // the same once more: how far two equal rows can differ
  { id: 'bare-again', name: 'Node alone, again', how: 'server.close()', use: end },
  { id: 'http-terminator', how: 'http-terminator', use: `require('http-terminator').createHttpTerminator({ server }); ${end}` },
  { id: '@godaddy/terminus', how: '@godaddy/terminus', use: `require('@godaddy/terminus').createTerminus(server); ${end}` },
  { id: 'stoppable', how: 'stoppable', use: `require('stoppable')(server); ${end}` },
  { id: 'http-graceful-shutdown', how: 'http-graceful-shutdown', use: `require('http-graceful-shutdown')(server); ${end}` },
  // it cannot be required; it starts a server of its own for the probes
  { id: 'lightship', how: 'lightship', load: `import('lightship').then(() => ${end})`, use: `import('lightship').then(({ createLightship }) => createLightship()).then(() => ${end})` },
  { id: 'fastify', name: 'Fastify', how: 'fastify', use: `require('fastify')().ready().then(() => ${end})` },
  { id: 'ours', name: 'lb-safe-timeouts', how: 'ours', package: 'lb-safe-timeouts', use: `const { applyLbSafeTimeouts, drain } = require('lb-safe-timeouts'); applyLbSafeTimeouts(server, { lb: 'aws-alb' }); drain.onSignals(server); ${end}` }
].map((subject) => {
  const name = subject.package ?? (subject.id in dependencies ? subject.id : null)
  return {
    name: subject.id,
    load: name === null ? end : `require('${name}'); ${end}`,
    ...subject,
    package: name,
    version: dependencies[name] ?? null
  }
})

module.exports = { subjects }
