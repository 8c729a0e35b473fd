'use strict'

// drain() of a server behind a proxy on the same machine: on a Unix domain socket the kernel
// knows the queues, but no times, and there is no gate.

const { once } = require('node:events')
const http = require('node:http')
const t = require('tap')
const { applyLbSafeTimeouts, drain, status } = require('..')
const { socketPath } = require('./support/socket-path')
const { talk } = require('./support/talk')

const idleCount = 20
const quick = { windowMs: 100, deadlineMs: 1500 }

t.test('a Unix domain socket loses nothing', { skip: process.platform === 'win32' }, async (t) => {
  const file = socketPath(t)
  const server = http.createServer((req, res) => res.end(`<${req.url}>`))
  applyLbSafeTimeouts(server, { lb: 'nginx' })
  server.listen(file)
  await once(server, 'listening')
  t.teardown(() => server.close())
  const idle = await Promise.all(Array.from({ length: idleCount }, () => talk(file)))
  for (const one of idle) one.get('/0')
  await Promise.all(idle.map((one) => one.until(/<\/0>/)))
  t.equal(status(server).open, idleCount)

  const drained = drain(server, quick)
  const late = await talk(file)
  late.get('/late')
  t.match(await late.until(/<\/late>/), /Connection: close/, 'a connection that came in the window')
  const used = idle.slice(0, idleCount / 2)
  for (const one of used) one.get('/1')
  for (const one of used) t.match(await one.until(/<\/1>/), /Connection: close/)
  t.same(new Set(await Promise.all(idle.map(({ ended }) => ended))), new Set(['FIN']), 'nobody was reset')

  const report = await drained
  t.match(report, { gate: 'unsupported', answered: used.length + 1, closedIdle: idleCount - used.length, destroyed: 0 })
  await t.rejects(talk(file), { code: 'ENOENT' })
})
