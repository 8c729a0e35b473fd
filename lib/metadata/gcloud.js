'use strict'

// gcloud compute backend-services|target-http(s)-proxies describe|list --format=json. The
// backend's keep-alive is fixed; what can be set (timeoutSec, httpKeepAliveTimeoutSec) is not it.

const { seconds } = require('./duration')
const { clientSide, l4, poolOwner } = require('./hop')

const layer7 = new Set(['HTTP', 'HTTPS', 'HTTP2', 'H2C', 'GRPC'])

/** Also Terraform's google_compute_backend_service, which has the same words with underscores. */
function describeBackend ({ name, where, scheme = 'EXTERNAL', protocol = 'HTTP', timeout, drain }) {
  const drainMs = drain.duration(seconds) ?? null
  const notes = timeout.exists ? [`timeoutSec (${timeout.path}) limits an answer and is not used`] : []
  if (scheme === 'INTERNAL' || !layer7.has(protocol)) {
    return l4(null, { name: `Google Cloud Network Load Balancer ${name}`, where, drainMs, notes: [`${scheme} ${protocol}`, ...notes] })
  }
  const id = scheme.startsWith('INTERNAL') ? 'gcp-internal-alb' : 'gcp-external-alb'
  return poolOwner(id, { name: `backend service ${name}`, where, drainMs, notes })
}

function readOne (root) {
  const kind = root.get('kind').value
  const name = root.get('name').text() ?? ''
  if (kind === 'compute#backendService') {
    return [describeBackend({ name, where: root.path, scheme: root.get('loadBalancingScheme').text(), protocol: root.get('protocol').text(), timeout: root.get('timeoutSec'), drain: root.get('connectionDraining', 'drainingTimeoutSec') })]
  }
  if (kind === 'compute#targetHttpProxy' || kind === 'compute#targetHttpsProxy') {
    const client = root.get('httpKeepAliveTimeoutSec')
    return [poolOwner('gcp-external-alb', { name: `target proxy ${name}`, where: root.path, notes: client.exists ? [clientSide('httpKeepAliveTimeoutSec', client.path)] : [] })]
  }
  return []
}

function isKnown (root) {
  return ['compute#backendService', 'compute#targetHttpProxy', 'compute#targetHttpsProxy'].includes(root.get('kind').value)
}

module.exports = {
  name: 'gcloud',
  what: 'gcloud compute backend-services describe --format=json',
  matches: (root) => root.isArray ? isKnown(root.get(0)) : isKnown(root),
  readDocument: (root) => root.isArray ? root.items().flatMap(readOne) : readOne(root),
  describeBackend
}
