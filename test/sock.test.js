'use strict'

// What the kernel says of a connection, asked of real sockets on loopback.

const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const t = require('tap')
const { native } = require('../lib/binding')

const { sockInspect } = native()
const isLinux = process.platform === 'linux'

async function connect (t) {
  // pauseOnConnect: what arrives stays in the kernel until we read it
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true })
  const [socket] = await once(server, 'connection')
  t.teardown(() => { client.destroy(); socket.destroy(); server.close() })
  return { client, socket, fd: socket._handle.fd }
}

/** Asks until `test` is true; the test's own time limit ends it. */
async function until (fd, test) {
  for (;;) {
    const found = sockInspect(fd)
    if (test(found)) return found
    await new Promise(setImmediate)
  }
}

t.test('bytes that wait, and the peer\'s FIN', { skip: !isLinux }, async (t) => {
  const { client, fd } = await connect(t)
  t.match(sockInspect(fd), { waitingBytes: 0, untakenBytes: 0, peerEnded: false })
  client.write('GET / HTTP/1.1\r\n')
  const waiting = await until(fd, ({ waitingBytes }) => waitingBytes > 0)
  t.equal(waiting.waitingBytes, 16)
  client.end()
  const ended = await until(fd, ({ peerEnded }) => peerEnded)
  t.equal(ended.waitingBytes, 16, 'the bytes are still there')
})

t.test('bytes that a peer does not take', { skip: !isLinux }, async (t) => {
  const { client, socket, fd } = await connect(t)
  client.pause()
  const sent = Buffer.alloc(16 * 1024 * 1024)
  socket.write(sent)
  const { untakenBytes } = await until(fd, ({ untakenBytes }) => untakenBytes > 100000)
  t.ok(untakenBytes < sent.length)
  client.resume()
  const { lastAckedMs, lastSentMs } = await until(fd, ({ untakenBytes }) => untakenBytes === 0)
  t.type(lastAckedMs, 'number')
  t.type(lastSentMs, 'number')
})

t.test('what is no connected socket is refused', { skip: !isLinux }, async (t) => {
  const file = fs.openSync(__filename)
  t.teardown(() => fs.closeSync(file))
  t.throws(() => sockInspect(file), { code: 'LBST_E_OUT_OF_RANGE' }, 'a file')
  t.throws(() => sockInspect(1000000), { code: 'LBST_E_OUT_OF_RANGE' })
  t.throws(() => sockInspect(-1), { code: 'LBST_E_OUT_OF_RANGE' })
  t.throws(() => sockInspect('3'), { code: 'LBST_E_INVALID_TYPE' })
  t.throws(() => sockInspect(), { code: 'LBST_E_INVALID_TYPE' })
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.throws(() => sockInspect(server._handle.fd), { code: 'LBST_E_OUT_OF_RANGE' }, 'a listening socket')
  server.close()
})
