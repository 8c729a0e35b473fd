'use strict'

// Envoy: a bootstrap (JSON or YAML), /config_dump, and `istioctl proxy-config cluster -o json`.
// Only a cluster's HttpProtocolOptions count; the same message in a listener's connection
// manager is the client's side.

const { proto, seconds } = require('./duration')
const { badValue } = require('./fail')
const { clientSide, notPooling, poolOwner } = require('./hop')

const extension = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
// ways to the control plane and to nowhere, of Istio's sidecars
const internal = new Set(['xds-grpc', 'sds-grpc', 'prometheus_stats', 'agent', 'zipkin', 'BlackHoleCluster', 'InboundPassthroughCluster', 'InboundPassthroughClusterIpv4', 'InboundPassthroughClusterIpv6', 'PassthroughCluster'])

/** '3600s', or { seconds, nanos } as some printers of protocol buffers write it. */
function readDuration (cursor) {
  if (!cursor.isObject) return cursor.duration(proto)
  const nanos = cursor.get('nanos').text() ?? '0'
  if (!/^\d{1,9}$/.test(nanos)) throw badValue(cursor.path, proto.expected, cursor.value)
  return (cursor.get('seconds').duration(seconds) ?? 0) + Math.ceil(Number(nanos) / 1e6)
}

function describe (cluster) {
  const name = cluster.get('name').text() ?? ''
  const options = cluster.either('typed_extension_protocol_options', 'typedExtensionProtocolOptions').get(extension)
  const modern = options.either('common_http_protocol_options', 'commonHttpProtocolOptions')
  const common = modern.exists ? modern : cluster.either('common_http_protocol_options', 'commonHttpProtocolOptions')
  const idle = common.either('idle_timeout', 'idleTimeout')
  const once = [common.either('max_requests_per_connection', 'maxRequestsPerConnection'), cluster.either('max_requests_per_connection', 'maxRequestsPerConnection')].find(({ value }) => value === 1)
  const id = /^(?:outbound|inbound)\|/.test(name) ? 'istio' : 'envoy'
  const notes = modern.exists || !common.exists ? [] : ['common_http_protocol_options of the cluster is deprecated, and used']
  const base = { name: `cluster ${name}`, notes }
  if (once !== undefined) return notPooling(id, { ...base, where: once.path, notes: ['max_requests_per_connection is 1', ...notes] })
  const ms = readDuration(idle)
  return poolOwner(id, { ...base, where: idle.exists ? idle.path : cluster.path, idle: ms === 0 ? 'unbounded' : ms, key: ms === 0 ? 'idle_timeout is 0' : 'idle_timeout of the cluster\'s HttpProtocolOptions' })
}

/** Listeners are looked through for what people mistake for it. */
function findClientSide (at, notes) {
  if (notes.length >= 3) return
  if (at.isArray) for (const item of at.items()) findClientSide(item, notes)
  if (!at.isObject) return
  for (const [key, value] of at.fields()) {
    const options = /^common_?http_?protocol_?options$/i.test(key)
    const idle = options ? value.either('idle_timeout', 'idleTimeout') : null
    if (idle?.exists) notes.push(clientSide('the connection manager\'s idle_timeout', idle.path))
    else if (/^stream_?idle_?timeout$/i.test(key)) notes.push(clientSide(key, value.path))
    else findClientSide(value, notes)
  }
}

function bootstrapOf (root) {
  const resources = root.either('static_resources', 'staticResources')
  return { clusters: resources.get('clusters').items(), listeners: resources.get('listeners') }
}

/** /config_dump: configs[] by their @type. */
function dumpOf (root) {
  const clusters = []
  const listeners = []
  for (const config of root.get('configs').items()) {
    for (const key of ['static_clusters', 'dynamic_active_clusters', 'dynamic_warming_clusters']) {
      for (const item of config.get(key).items()) if (item.get('cluster').isObject) clusters.push(item.get('cluster'))
    }
    for (const key of ['static_listeners', 'dynamic_listeners']) listeners.push(config.get(key))
    // ?resource=dynamic_active_clusters prints the elements themselves
    if (config.get('cluster').isObject) clusters.push(config.get('cluster'))
  }
  if (clusters.length > 0) return { clusters, listeners }
  // a dump without its clusters still has the bootstrap
  const bootstrap = root.get('configs').items().find((config) => config.get('bootstrap').isObject)
  return bootstrap === undefined ? { clusters, listeners } : bootstrapOf(bootstrap.get('bootstrap'))
}

function isCluster (root) {
  return root.has('name') && (root.has('edsClusterConfig') || root.has('eds_cluster_config') || root.has('loadAssignment') || root.has('load_assignment') || root.has('connectTimeout') || root.has('connect_timeout')) && (root.has('type') || root.has('lbPolicy') || root.has('lb_policy') || root.has('connectTimeout') || root.has('connect_timeout'))
}

function readDocument (root) {
  const { clusters, listeners } = root.isArray
    ? { clusters: root.items(), listeners: [] }
    : root.get('configs').isArray ? dumpOf(root) : isCluster(root) ? { clusters: [root], listeners: [] } : bootstrapOf(root)
  const notes = []
  for (const listener of [listeners].flat()) findClientSide(listener, notes)
  return clusters.filter((cluster) => cluster.isObject && !internal.has(cluster.get('name').value)).map((cluster) => {
    const hop = describe(cluster)
    return notes.length === 0 ? hop : { ...hop, why: [hop.why, ...notes].join('; ') }
  })
}

module.exports = {
  name: 'envoy',
  what: 'an Envoy bootstrap, /config_dump, or istioctl proxy-config cluster -o json',
  matches: (root) => root.get('static_resources').isObject || root.get('staticResources').isObject ||
    (root.get('configs').isArray && root.get('configs', 0, '@type').text()?.includes('envoy') === true) ||
    isCluster(root.isArray ? root.get(0) : root),
  readDocument
}
