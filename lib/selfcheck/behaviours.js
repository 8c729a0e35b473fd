'use strict'

// The behaviours that a selfcheck names in its table, each a script of a few connections.

const { makeBatch } = require('./generate')

const usual = { keepAliveTimeout: 400, keepAliveTimeoutBuffer: 200, headersTimeout: 500, requestTimeout: 1100, timeout: 0, connectionsCheckingInterval: 50, maxRequestsPerSocket: 0 }
const get = 'GET /?w=0 HTTP/1.1\r\nHost: a\r\n\r\n'
const slow = 'GET /?w=900 HTTP/1.1\r\nHost: a\r\n\r\n'
const post = 'POST /?w=0 HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n'
const waiting = 'POST /?w=0&b=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n'

const behaviours = [
  { name: 'never sends a byte', steps: [] },
  { name: 'half a header', steps: [[100, 'GET / HT']] },
  { name: 'idle after an answer', steps: [[0, get]] },
  { name: 'idle after two pipelined answers', steps: [[0, get + get]] },
  { name: 'half a second header', steps: [[0, get], [200, 'GET /']] },
  { name: 'a stray CRLF while idle', steps: [[0, get], [200, '\r\n']] },
  { name: 'a body that does not come', steps: [[0, waiting + 'bbb']] },
  { name: 'answered before the body is read', steps: [[0, post + 'b'.repeat(20)]] },
  { name: 'answered, and the body never ends', steps: [[0, post + 'bbb']], settings: { keepAliveTimeout: 1400 } },
  { name: 'a slow handler', steps: [[0, slow]] },
  { name: 'a slow handler and server.timeout', steps: [[0, slow]], settings: { timeout: 350 } },
  { name: 'keepAliveTimeout 0', steps: [[0, get]], settings: { keepAliveTimeout: 0 } },
  { name: 'headersTimeout 0', steps: [[0, 'GET /']], settings: { headersTimeout: 0 } },
  { name: 'headersTimeout above requestTimeout', steps: [[0, 'GET /']], settings: { headersTimeout: 1100, requestTimeout: 500 } },
  { name: 'maxRequestsPerSocket reached', steps: [[0, get]], settings: { maxRequestsPerSocket: 1 } },
  { name: 'server.close() and an idle connection', steps: [[0, get]], closeMs: 300 },
  { name: 'server.close() and an unused one', steps: [], closeMs: 300 }
]

const each = 6 // connections per behaviour
const randomCount = 120
const spreadMs = 23 // between two connections of a behaviour: they meet the check in other phases

function makeSelfcheckBatch (version, seed) {
  const batch = makeBatch(seed, randomCount)
  batch.stalls = [] // the table's rows are about an event loop that runs
  for (const { name, steps, settings, closeMs = null } of behaviours) {
    const server = batch.servers.push({ settings: { ...usual, ...settings }, closeMs }) - 1
    for (let i = 0; i < each; i++) {
      batch.timelines.push({ server, startMs: 20 + i * spreadMs, names: [name], steps: steps.map(([atMs, send]) => ({ atMs, send })) })
    }
  }
  return batch
}

module.exports = { behaviours, makeSelfcheckBatch }
