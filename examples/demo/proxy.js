'use strict'

// A small reverse proxy that does what a load balancer does: it keeps idle connections to its
// upstreams in a pool, closes them after an idle timeout of its own, repeats nothing, and
// answers 502 when the upstream connection dies.
//
//   node proxy.js <idle ms> <upstream port>...     /0 goes to the first upstream, /1 to the second ...

const http = require('node:http')
const { pipeline } = require('node:stream')
const { Pool } = require('undici')
const { exitWithParent } = require('../../test/support/child')

const [idleMs, ...ports] = process.argv.slice(2).map(Number)

const pools = ports.map((port) => new Pool(`http://127.0.0.1:${port}`, {
  connections: 1,
  pipelining: 1,
  keepAliveTimeout: idleMs
}))

// belong to one connection, not to the message (RFC 9110, 7.6.1)
const hopByHop = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'proxy-connection', 'host', 'expect']

function endToEnd (headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)))
}

async function handle (request, response) {
  const pool = pools[request.url.slice(1)]
  if (pool === undefined) {
    response.writeHead(404).end()
    request.resume()
    return
  }
  let answer
  try {
    const { method, url: path, headers } = request
    answer = await pool.request({ method, path, headers: endToEnd(headers), body: request })
  } catch (error) {
    // the request may or may not have been carried out: nobody here can know
    response.writeHead(502).end(`${error.message}\n`)
    return
  }
  response.writeHead(answer.statusCode, endToEnd(answer.headers))
  pipeline(answer.body, response, () => {}) // ends the client's connection on an error
}

const server = http.createServer(handle)
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
exitWithParent()
