'use strict'

// oci lb load-balancer get|list. The backend's side is fixed; a listener's idle timeout is
// about a request in progress.

const { seconds } = require('./duration')
const { l4, poolOwner } = require('./hop')

/** `idle`: the listener's, which an HTTP listener does not apply between requests. */
function describeListener ({ name, where, protocol, idle }) {
  if (protocol === 'TCP') {
    return l4('oci-lb', { name, where: idle.exists ? idle.path : where, idle: idle.duration(seconds), key: 'the TCP listener\'s idle timeout' })
  }
  idle.duration(seconds)
  return poolOwner('oci-lb', { name, where, notes: idle.exists ? [`the listener's idle timeout (${idle.path}) is about a request in progress and not used`] : [] })
}

function readOne (root) {
  return root.get('listeners').fields().map(([name, listener]) => describeListener({
    name: `listener ${name}`,
    where: listener.path,
    protocol: listener.get('protocol').text(),
    idle: listener.either('connection-configuration', 'connectionConfiguration').either('idle-timeout', 'idleTimeout')
  }))
}

function isKnown (root) {
  return root.get('listeners').isObject && (root.get('backend-sets').isObject || root.get('backendSets').isObject)
}

/** The CLI puts its answer into `data`; list: an array of them. */
function balancers (root) {
  const data = root.has('data') ? root.get('data') : root
  return data.isArray ? data.items() : [data]
}

module.exports = {
  name: 'oci',
  what: 'oci lb load-balancer get',
  matches: (root) => isKnown(root) || isKnown(root.get('data')) || isKnown(root.get('data', 0)),
  readDocument: (root) => balancers(root).filter(isKnown).flatMap(readOne),
  describeListener
}
