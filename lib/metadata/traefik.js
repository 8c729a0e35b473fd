'use strict'

// Traefik: static and dynamic configuration as YAML, TOML or JSON. Its keys do not tell
// capital letters from small ones.

const { traefik: parseDuration } = require('./duration')
const { clientSide, notPooling, poolOwner } = require('./hop')

const staticKeys = ['entrypoints', 'providers', 'serverstransport', 'certificatesresolvers', 'api', 'accesslog', 'metrics', 'tracing']

/** A serversTransport: { maxIdleConnsPerHost, forwardingTimeouts: { idleConnTimeout } }. */
function describeTransport (transport, name, notes = []) {
  const timeouts = transport.find('forwardingTimeouts')
  const idle = timeouts.find('idleConnTimeout')
  const perHost = transport.find('maxIdleConnsPerHost')
  if (typeof perHost.value === 'number' && perHost.value < 0) {
    return notPooling('traefik', { name, where: perHost.path, notes: ['maxIdleConnsPerHost below 0 keeps no connection', ...notes] })
  }
  const ms = idle.duration(parseDuration)
  return poolOwner('traefik', { name, where: idle.exists ? idle.path : transport.path, idle: ms === 0 ? 'unbounded' : ms, key: ms === 0 ? 'idleConnTimeout is 0' : 'forwardingTimeouts.idleConnTimeout', notes })
}

function findClientSide (root) {
  const notes = []
  for (const [, entryPoint] of root.find('entryPoints').fields()) {
    const idle = entryPoint.find('transport', 'respondingTimeouts', 'idleTimeout')
    if (idle.exists) notes.push(clientSide('respondingTimeouts.idleTimeout', idle.path))
  }
  return notes.slice(0, 3)
}

function isStatic (root) {
  return root.isObject && Object.keys(root.value).some((key) => staticKeys.includes(key.toLowerCase()))
}

function readDocument (root) {
  const named = root.find('http', 'serversTransports').fields().map(([name, transport]) => describeTransport(transport, `serversTransport ${name}`))
  const notes = findClientSide(root)
  if (isStatic(root)) return [describeTransport(root.find('serversTransport'), 'default serversTransport', notes), ...named]
  if (named.length === 0 && root.find('http', 'services').exists) {
    return [describeTransport(root.find('serversTransport'), 'default serversTransport', ['the static configuration may set it'])]
  }
  return named
}

module.exports = {
  name: 'traefik',
  what: 'static or dynamic configuration of Traefik (YAML, TOML, JSON)',
  matches: (root) => {
    const http = root.find('http')
    return root.find('entryPoints').isObject || root.find('serversTransport').isObject || root.find('providers').isObject ||
      ['serversTransports', 'services', 'routers'].some((key) => http.find(key).isObject)
  },
  readDocument,
  describeTransport
}
