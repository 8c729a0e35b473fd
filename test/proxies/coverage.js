'use strict'

// Which cells are run. Each proxy and case: the vulnerable server with default retries and
// without; ours on each of the five Nodes, with default retries and without, and with TLS to
// the server where the proxy can; what people use instead once each, with default retries.
// The Nodes take turns, shifted from proxy to proxy and from case to case.

const { proxies, proxyIds } = require('../support/proxies')

const cases = ['idle', 'unused', 'stall', 'deploy', 'restart', 'chain']
const servers = ['vulnerable', 'two-line', 'fastify', 'http-terminator', 'ours']
const methods = ['GET', 'POST']

// The driver of this suite itself, in the place of a proxy: it keeps connections that it has
// opened in advance. Of the seven, Caddy and Squid have such connections.
const driver = { id: 'raw', name: 'raw pooling driver' }
const openInAdvance = ['caddy', 'squid', driver.id]

/** Attempts of each method in one cell; the five cells of ours are more than 2,000 in all. */
const attemptsOurs = 300
const attemptsOther = 250
const attemptsQuick = 128

function hasCase (proxy, name) {
  return name === 'unused' ? openInAdvance.includes(proxy) : proxy !== driver.id
}

function speaksTls (proxy, name) {
  // whether a connection of Squid's was used is seen from outside, and not through TLS
  if (name === 'unused') return proxy !== 'squid'
  return proxies[proxy].tls
}

/** Caddy has an unused connection only where connecting takes longer than answering. */
function needsTls (proxy, name) {
  return proxy === 'caddy' && name === 'unused'
}

/** Both of a chain have to be other proxies: the outer one repeats nothing. */
function findOuter (proxy) {
  return proxy === 'nginx' ? 'haproxy' : 'nginx'
}

function createCell (fields) {
  const { proxy, case: name } = fields
  return { methods, ...fields, ...(name === 'chain' ? { chain: findOuter(proxy) } : {}) }
}

/** The cells of one proxy and case; `pick(k)` is the k-th of its Nodes. */
function planCase (proxy, name, pick, attempts) {
  const usual = needsTls(proxy, name) ? 'https' : 'http'
  const cell = (server, retries, node, upstream = usual) => createCell({
    proxy, retries, case: name, node, upstream, server, attempts: attempts ?? (server === 'ours' ? attemptsOurs : attemptsOther)
  })
  // before Node 19 close() leaves idle connections alone: it loses too little for a control
  const pickControl = (k) => name === 'deploy' && parseInt(pick(k)) < 19 ? pick(k + 1) : pick(k)
  return [
    cell('vulnerable', 'default', pickControl(0)),
    cell('ours', 'default', pick(0)),
    cell('vulnerable', 'off', pickControl(1)),
    cell('ours', 'off', pick(1)),
    cell('ours', 'default', pick(2), speaksTls(proxy, name) ? 'https' : 'http'),
    cell('ours', 'off', pick(3), speaksTls(proxy, name) ? 'https' : 'http'),
    cell('ours', 'default', pick(4)),
    cell('two-line', 'default', pick(3)),
    cell('fastify', 'default', pick(4)),
    ...(name === 'deploy' ? [cell('http-terminator', 'default', pick(2))] : [])
  ]
}

/** The table, or the part of it that the flags choose. */
function planCells ({ nodes, proxies: chosen = [...proxyIds, driver.id], cases: names = cases, servers: kinds = servers, attempts }) {
  const cells = []
  for (const name of names) {
    for (const proxy of chosen.filter((proxy) => hasCase(proxy, name))) {
      const first = [...proxyIds, driver.id].indexOf(proxy) + cases.indexOf(name)
      const pick = (k) => nodes[(first + k) % nodes.length]
      cells.push(...planCase(proxy, name, pick, attempts).filter(({ server }) => kinds.includes(server)))
    }
  }
  // with few Nodes, turns meet again
  return [...new Map(cells.map((cell) => [JSON.stringify(cell), cell])).values()]
}

/** The fixed part for CI: [proxy, case, retries, node line, upstream], vulnerable and ours each. */
const quick = [
  ['nginx', 'idle', 'off', 4, 'http'],
  ['haproxy', 'idle', 'default', 0, 'http'],
  ['apache', 'idle', 'default', 1, 'http'],
  ['caddy', 'idle', 'default', 2, 'https'],
  ['varnish', 'idle', 'default', 3, 'http'],
  ['trafficserver', 'idle', 'off', 4, 'http'],
  ['squid', 'idle', 'off', 1, 'http'],
  ['squid', 'unused', 'default', 3, 'http'],
  ['raw', 'unused', 'off', 2, 'http'],
  ['nginx', 'stall', 'off', 3, 'https'],
  ['haproxy', 'stall', 'default', 4, 'http'],
  ['nginx', 'deploy', 'default', 3, 'http'],
  ['haproxy', 'restart', 'default', 2, 'http'],
  ['trafficserver', 'chain', 'default', 1, 'http']
]

function planQuick ({ nodes }) {
  return quick.flatMap(([proxy, name, retries, line, upstream]) => ['vulnerable', 'ours'].map((server) => createCell({
    proxy, retries, case: name, node: nodes[line % nodes.length], upstream, server, attempts: attemptsQuick
  })))
}

module.exports = { cases, driver, methods, planCells, planQuick, servers }
