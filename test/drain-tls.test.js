'use strict'

// drain() where the socket that HTTP sees is not the one that the kernel has.

const { once } = require('node:events')
const https = require('node:https')
const http2 = require('node:http2')
const net = require('node:net')
const t = require('tap')
const { drain, applyLbSafeTimeouts } = require('lb-safe-timeouts')
const { createPem } = require('./support/certificate')
const { talk } = require('./support/talk')

const certificate = createPem()
const quick = { windowMs: 100, deadlineMs: 1500 }

async function listen (t, server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return server.address().port
}

t.test('https: idle, in progress, fresh, pipelined, and in the handshake', async (t) => {
  const slow = []
  const server = https.createServer(certificate, (req, res) => {
    if (req.url === '/slow') slow.push(res)
    else res.end(`<${req.url}>`)
  })
  const port = await listen(t, server)
  const [used, unused, fresh, busy] = await Promise.all(Array.from({ length: 4 }, () => talk(port, { secure: true })))
  used.get('/0')
  unused.get('/0')
  busy.get('/slow')
  await Promise.all([used.until(/<\/0>/), unused.until(/<\/0>/)])
  while (slow.length === 0) await new Promise(setImmediate)
  const [greeting, silent] = [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')]
  const silentEnd = once(silent.resume(), 'end')
  await Promise.all([once(greeting, 'connect'), once(silent, 'connect')])
  greeting.write(Buffer.from([22, 3, 1])) // a handshake begins so
  while (await new Promise((resolve) => server.getConnections((error, count) => resolve(error ?? count))) !== 6) await new Promise(setImmediate)

  const promise = drain(server, quick)
  used.write(['/1', '/2'].map((path) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`).join(''))
  t.same((await used.until(/<\/2>/)).match(/^Connection: .*(?=\r$)/gm), ['Connection: keep-alive', 'Connection: keep-alive', 'Connection: close'])
  slow[0].end('<done>')
  t.match(await busy.until(/<done>/), /Connection: close/)
  t.same(await Promise.all([used, unused, fresh, busy].map((client) => client.ended)), ['FIN', 'FIN', 'FIN', 'FIN'])
  await silentEnd
  t.notOk(greeting.readableEnded, 'a handshake under way is waited for')
  greeting.destroy()
  t.match(await promise, { atStart: 6, answered: 3, closedAfterAnswer: 2, closedIdle: 3, destroyed: 0, upgraded: 1 }, 'who has not said a byte is no handshake')
})

t.test('https: an upgraded socket is the TLS socket, known since applyLbSafeTimeouts()', async (t) => {
  const server = https.createServer(certificate)
  applyLbSafeTimeouts(server)
  server.on('upgrade', (req, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    socket.on('data', () => {}).on('end', () => socket.end())
  })
  server.on('upgrade-drain', (socket) => socket.end('<bye>'))
  const port = await listen(t, server)
  const client = await talk(port, { secure: true })
  client.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  await client.until(/101/)
  const promise = drain(server, quick)
  await client.until(/<bye>/)
  t.match(await promise, { upgraded: 1, destroyed: 0 })
})

t.test('http2 with allowHTTP1: GOAWAY for one, Connection: close for the other', async (t) => {
  const server = http2.createSecureServer({ ...certificate, allowHTTP1: true }, (req, res) => res.end(`<${req.url}>`))
  applyLbSafeTimeouts(server)
  const port = await listen(t, server)
  const session = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
  await once(session, 'connect')
  const [used, unused] = await Promise.all([talk(port, { secure: true }), talk(port, { secure: true })])
  used.get('/0')
  unused.get('/0')
  await Promise.all([used.until(/<\/0>/), unused.until(/<\/0>/)])
  const goaway = once(session, 'goaway')
  const promise = drain(server, quick)
  await goaway
  used.get('/1')
  t.match(await used.until(/<\/1>/), /Connection: close/)
  t.equal(await unused.ended, 'FIN')
  t.match(await promise, { sessions: 1, closedIdle: 1, destroyed: 0 })
})
