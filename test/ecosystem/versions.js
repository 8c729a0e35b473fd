'use strict'

// Two versions in one tree, as npm nests them: a framework brings its own. Both act on the same
// server, in either order, and a preload may be a third.

const { startProgram } = require('./drive')
const { makeProject, pack } = require('./project')

const otherVersion = '0.0.9'

const framework = `
const http = require('node:http')
const { applyLbSafeTimeouts, drain, status } = require('lb-safe-timeouts')
module.exports = {
  drain,
  status,
  version: require('lb-safe-timeouts/package.json').version,
  createServer (handler) {
    const server = http.createServer(handler)
    module.exports.report = applyLbSafeTimeouts(server, { lb: 'aws-alb' })
    return server
  }
}
`

// prints one JSON line; ends by itself when nothing is left open
const app = `
const fs = require('node:fs')
const http = require('node:http')
const { once } = require('node:events')
const own = require('lb-safe-timeouts')
const framework = require('framework')
async function main () {
  const server = framework.createServer((req, res) => res.end('ok'))
  const found = { versions: [require('lb-safe-timeouts/package.json').version, framework.version], same: framework.drain === own.drain }
  const { after, changed } = own.applyLbSafeTimeouts(server, { idleTimeoutMs: 350000 })
  Object.assign(found, { first: framework.report.after.keepAliveTimeout, second: after.keepAliveTimeout, changed })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  found.verdicts = [own.status(server).verdict, framework.status(server).verdict]
  found.idleTimeouts = [own.status(server).lb.idleTimeoutMs, framework.status(server).lb.idleTimeoutMs]
  server.keepAliveTimeout = 5000 // one guard, one warning
  const [res] = await once(http.get({ port: server.address().port, agent: false }), 'response')
  found.status = res.resume().statusCode
  const reports = await Promise.all([own.drain(server, { windowMs: 100 }), framework.drain(server, { windowMs: 100 })])
  found.drained = reports.map(({ destroyed, tookMs }) => destroyed === 0 && tookMs < 5000)
  found.listening = server.listening
  fs.writeSync(1, JSON.stringify({ found }) + '\\n')
}
main()
`

async function run (suite) {
  const older = pack({ version: otherVersion })
  const project = makeProject('versions', { files: { 'app.js': app, 'node_modules/framework/index.js': framework, 'node_modules/framework/package.json': '{ "name": "framework", "version": "1.0.0" }' } })
  project.install(suite.tarball)
  project.install(older.tarball, 'node_modules/framework/node_modules/lb-safe-timeouts')
  project.install(older.tarball, 'node_modules/preloaded')

  for (const args of [['app.js'], ['--require', './node_modules/preloaded/lib/register.js', 'app.js']]) {
    const what = args.length > 1 ? 'two versions, and a third one preloaded' : 'two versions in one tree'
    const program = startProgram(process.execPath, args, { cwd: project.dir, env: { LB_SAFE_TIMEOUTS_LOG: 'off' } })
    try {
      const { found } = await program.said('found')
      const { code } = await program.ended
      const { version } = require('../../package.json')
      suite.check(found.versions.join() === `${version},${otherVersion}` && !found.same, `${what}: each is its own`, found)
      suite.check(found.first === 65000 && found.second === 355000 && found.changed.includes('keepAliveTimeout'), `${what}: the longer plan holds`, found)
      suite.check(found.idleTimeouts.join() === '350000,350000' && found.verdicts[0] === found.verdicts[1], `${what}: both know the same of the server`, found)
      suite.check(found.status === 200 && found.drained.every(Boolean) && !found.listening && code === 0, `${what}: both drain it, and the process ends`, found)
      const warnings = program.stderr.match(/LBST_W_UNSAFE_WRITE/g) ?? []
      suite.check(warnings.length === 1, `${what}: one guard, one warning`, program.stderr)
    } finally {
      await program.stop()
    }
  }
}

module.exports = { run }
