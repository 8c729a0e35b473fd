'use strict'

// The last look changes nothing else: the same server with and without us, on the same Node,
// shows the same events in the same order at the same times, and its peers see the same end.
// And it cannot be used to keep a connection for ever.
//
//   npm run test:look                    all five Nodes
//   npm run test:look -- 24.21.0         these

const assert = require('node:assert/strict')
const { planLbSafeTimeouts } = require('../..')
const { lines, ensureNode } = require('../../scripts/nodes')
const { startServer } = require('../helpers/child')
const { Peer, now } = require('../helpers/peer')

const options = { idleTimeoutMs: 1000, marginMs: 200, headersTimeout: 'keep' }
const attempts = 5
const noiseMs = 60 // of a close while other programs take the processor; Node's own are within 3 ms
const watchMs = 2600 // longer than the longest idle timer here (2200 ms) and its noise
const headersTimeout = 1500
const atOnce = 4 // scenarios, two servers each

function delay (ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function requestAnd (peer, path) {
  await peer.request(path, 'GET')
}

const scenarios = [
  { name: 'idle', run: requestAnd },
  { name: 'idle, https', protocol: 'https', run: requestAnd },
  { name: 'idle, HTTP/1 on an http2 server', protocol: 'http2', run: requestAnd },
  { name: "a server 'timeout' listener stops the close", listeners: ['server'], run: requestAnd },
  { name: "a socket's 'timeout' listener hears of it", listeners: ['socket'], run: requestAnd },
  { name: 'server.timeout destroys a slow request', socketTimeoutMs: 400, run: (peer) => requestAnd(peer, '/slow?ms=1500') },
  { name: 'res and server listeners in a slow request', socketTimeoutMs: 400, listeners: ['res', 'req', 'server'], run: (peer) => requestAnd(peer, '/slow?ms=1000') },
  { name: 'server.timeout and a connection that was never used', socketTimeoutMs: 400, run: () => {} },
  { name: 'server.timeout gives way to keepAliveTimeout', socketTimeoutMs: 5000, run: requestAnd },
  { name: 'socket.setTimeout in a request', listeners: ['socket'], run: (peer) => requestAnd(peer, '/socket-timeout?ms=300') },
  {
    name: 'half a second request, then silence',
    checkMs: 100,
    run: async (peer) => {
      await peer.request()
      await delay(500)
      peer.socket.write('GET / HTTP')
    }
  },
  {
    name: 'slow loris: a byte of a header at a time',
    checkMs: 100,
    run: async (peer) => {
      await peer.request()
      for (const byte of 'GET / HTTP/1') {
        peer.socket.write(byte)
        await delay(200)
      }
    }
  }
]

/** One scenario on one server: what the server saw, and how it ended for the peer. */
async function play (version, scenario, ours) {
  const { protocol = 'http', listeners, socketTimeoutMs, checkMs } = scenario
  const { after } = planLbSafeTimeouts(options, { nodeVersion: version, keepAliveTimeout: 5 })
  const settings = { ...after, headersTimeout }
  delete settings.timeout
  const server = await startServer(ensureNode(version), {
    protocol, listeners, socketTimeoutMs, checkMs, settings, options: ours ? options : null
  })
  try {
    const peer = await Peer.connect(server.port, protocol)
    const startedAt = now()
    const played = scenario.run(peer)
    await Promise.race([peer.closed, delay(watchMs)])
    const endedAtMs = peer.endedAt === undefined ? null : peer.endedAt - (peer.firstByteAt ?? startedAt)
    await played
    const events = await server.ask('events')
    peer.destroy()
    return { events, how: peer.how, endedAtMs }
  } finally {
    await server.stop()
  }
}

/** How far apart the two were, in ms. Events and their order must be the same in any case. */
function compare (name, bare, ours) {
  assert.deepEqual(ours.events.map((event) => event.name), bare.events.map((event) => event.name), `${name}: events`)
  assert.equal(ours.how, bare.how, `${name}: how it ended for the peer`)
  const differences = bare.events.map((event, i) => (ours.events[i].atMs - ours.events[0].atMs) - (event.atMs - bare.events[0].atMs))
  if (bare.endedAtMs !== null) differences.push(ours.endedAtMs - bare.endedAtMs)
  return Math.max(0, ...differences.map(Math.abs))
}

/** Another program's burst of work does not come again with each attempt; a difference does. */
async function playBoth (version, scenario) {
  const name = `Node ${version}, ${scenario.name}`
  const apartMs = []
  for (let attempt = 0; attempt < attempts; attempt++) {
    const [bare, ours] = await Promise.all([play(version, scenario, false), play(version, scenario, true)])
    apartMs.push(compare(name, bare, ours))
    if (apartMs[attempt] <= noiseMs) return apartMs[attempt]
  }
  throw new assert.AssertionError({ message: `${name}: ${apartMs.map(Math.round)} ms apart in ${attempts} attempts` })
}

/** Bytes that are never read: kept by one look, closed at the next deadline. */
async function testUnread (version) {
  const { after, idleCloseMs } = planLbSafeTimeouts(options, { nodeVersion: version, keepAliveTimeout: 5 })
  const timerMs = idleCloseMs.earliest + 1
  const heldMs = []
  for (const ours of [null, options]) {
    const server = await startServer(ensureNode(version), { settings: after, options: ours })
    const peer = await Peer.connect(server.port)
    await peer.request('/pause')
    const answeredAt = now()
    peer.request()
    await peer.closed
    heldMs.push(peer.closedAt - answeredAt)
    await server.stop()
  }
  assert.ok(Math.abs(heldMs[0] - timerMs) < noiseMs, `without us closed at its deadline: ${heldMs[0]}`)
  assert.ok(Math.abs(heldMs[1] - 2 * timerMs) < noiseMs, `with us closed at the next one: ${heldMs[1]}`)
  return heldMs
}

async function main (versions) {
  for (const version of versions) {
    let worst = 0
    for (let i = 0; i < scenarios.length; i += atOnce) {
      await Promise.all(scenarios.slice(i, i + atOnce).map(async (scenario) => {
        worst = Math.max(worst, await playBoth(version, scenario))
      }))
    }
    const heldMs = await testUnread(version)
    console.log(`ok Node ${version}: ${scenarios.length} scenarios the same, at most ${worst.toFixed(1)} ms apart; ` +
      `bytes that are never read are held for ${heldMs.map(Math.round).join(' ms without us and ')} ms with us`)
  }
}

const given = process.argv.slice(2)
main(given.length > 0 ? given : lines)
