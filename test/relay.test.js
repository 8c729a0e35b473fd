'use strict'

// The relay of the race tests passes on what it gets as what it is, and late: a relay that
// turned a reset into a FIN, or closed too soon, would make the race that it should show.

const { once } = require('node:events')
const net = require('node:net')
const t = require('tap')
const { startRelay } = require('./support/relay')

const delayMs = 40
const roundDownMs = 1 // timers and clock both round

/** Both ends of one connection through a relay. */
async function connect (t) {
  const server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const relay = await startRelay({ port: server.address().port, delayMs })
  const client = net.connect({ host: '127.0.0.1', port: relay.port, allowHalfOpen: true })
  const [upstream] = await once(server, 'connection')
  t.teardown(async () => {
    client.destroy()
    upstream.destroy()
    server.close()
    await relay.close()
  })
  return { client, upstream }
}

async function measureMs (act, happened) {
  const startedAt = performance.now()
  act()
  await happened
  return performance.now() - startedAt
}

for (const [name, from, to] of [['to', 'client', 'upstream'], ['from', 'upstream', 'client']]) {
  t.test(`${name} the upstream, bytes come late and in order, and a FIN is a FIN`, async (t) => {
    const ends = await connect(t)
    let text = ''
    ends[to].setEncoding('utf8').on('data', (chunk) => { text += chunk })
    const ended = once(ends[to], 'end')
    const ms = await measureMs(() => {
      for (const word of ['one ', 'two ', 'three']) ends[from].write(word)
      ends[from].end()
    }, ended)
    t.equal(text, 'one two three')
    t.ok(ms >= delayMs - roundDownMs, `${ms} ms`)

    // the other direction is still open
    const answered = once(ends[from], 'data')
    ends[to].end('answer')
    t.equal(String((await answered)[0]), 'answer')
  })

  t.test(`${name} the upstream, a reset is a reset`, async (t) => {
    const ends = await connect(t)
    ends[from].on('error', () => {})
    ends[to].resume()
    const failed = once(ends[to], 'error')
    const ms = await measureMs(() => ends[from].resetAndDestroy(), failed)
    t.match(await failed, [{ code: 'ECONNRESET' }])
    t.ok(ms >= delayMs - roundDownMs, `${ms} ms`)
  })
}

t.test('a request on its way meets the FIN of an upstream that has closed, and no answer', async (t) => {
  const { client, upstream } = await connect(t)
  client.on('data', () => t.fail('nobody was there to answer'))
  const ended = once(client, 'end')
  const ms = await measureMs(() => {
    upstream.destroy()
    client.write('too late')
  }, ended)
  t.ok(ms >= delayMs - roundDownMs, `${ms} ms`)
})

t.test('an upstream that refuses resets the connection', async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  const relay = await startRelay({ port, delayMs })
  t.teardown(relay.close)
  const client = net.connect({ host: '127.0.0.1', port: relay.port })
  t.match(await once(client, 'error'), [{ code: 'ECONNRESET' }])
})
