'use strict'

// Kubernetes objects, one or many: a row per kind. What only names a kind of load balancer
// (an Ingress of a class) gives its default; a setting that is found anywhere replaces that.

const { clientKey, describeAlb, describeNlb, drainKey, drainOf, flowKey, idleKey } = require('./aws-attributes')
const { Cursor } = require('./document')
const { go, minutes, nginx: parseNginx, seconds } = require('./duration')
const { badValue } = require('./fail')
const { clientSide, l4, notPooling, poolOwner } = require('./hop')
const traefik = require('./traefik')
const { hopsMax } = require('./limits')

const alb = 'alb.ingress.kubernetes.io/'
const aws = 'service.beta.kubernetes.io/aws-load-balancer-'

const ingressClasses = {
  alb: 'aws-alb',
  gce: 'gke-ingress',
  'gce-internal': 'gke-ingress',
  nginx: 'ingress-nginx',
  traefik: 'traefik',
  haproxy: 'haproxy-ingress',
  kong: 'kong',
  contour: 'contour',
  istio: 'istio',
  cilium: 'cilium-gateway',
  'azure-application-gateway': 'azure-application-gateway',
  'azure/application-gateway': 'azure-application-gateway'
}

/** "idle_timeout.timeout_seconds=120,client_keep_alive.seconds=3600" as attributes. */
function splitAttributes (annotation) {
  const attributes = new Map()
  for (const pair of (annotation.text() ?? '').split(',')) {
    const equals = pair.indexOf('=')
    if (equals > 0) attributes.set(pair.slice(0, equals).trim(), new Cursor(pair.slice(equals + 1).trim(), annotation.path))
  }
  return attributes
}

function listAttributes (list) {
  return new Map(list.items().map((item) => [item.either('key', 'Key').text() ?? '', item.either('value', 'Value')]))
}

function nameOf (object) {
  return `${object.get('kind').text()} ${object.get('metadata', 'name').text() ?? ''}`
}

function readIngress (object) {
  const annotations = object.get('metadata', 'annotations')
  const base = { name: nameOf(object), where: object.path }
  const given = object.get('spec', 'ingressClassName').text() ?? annotations.get('kubernetes.io/ingress.class').text()
  const attributes = splitAttributes(annotations.get(`${alb}load-balancer-attributes`))
  const isAlb = given === 'alb' || (annotations.isObject && Object.keys(annotations.value).some((key) => key.startsWith(alb)))
  if (isAlb) {
    const drainMs = drainOf(splitAttributes(annotations.get(`${alb}target-group-attributes`)).get(drainKey))
    return [{ ...describeAlb({ ...base, attributes, drainMs }), byDefault: !attributes.has(idleKey) }]
  }
  const f5 = annotations.get('nginx.org/keepalive')
  if (f5.exists) return [describeF5(f5, base)]
  if (given === undefined || !Object.hasOwn(ingressClasses, given)) return []
  return [{ ...poolOwner(ingressClasses[given], { ...base, notes: [`an Ingress of class ${given}`] }), byDefault: true }]
}

/** nginx.org/keepalive, or `keepalive` of its ConfigMap: connections to keep; 0 is none. */
function describeF5 (keepalive, base) {
  const number = keepalive.text()
  if (!/^\d{1,9}$/.test(number)) throw badValue(keepalive.path, 'a number of connections', number)
  const fields = { ...base, where: keepalive.path }
  return Number(number) === 0 ? notPooling('nginx-ingress-f5', { ...fields, notes: ['keepalive is 0'] }) : poolOwner('nginx-ingress-f5', { ...fields, key: 'keepalive_timeout of upstream{}' })
}

function readService (object) {
  const annotations = object.get('metadata', 'annotations')
  const base = { name: nameOf(object), where: object.path }
  const clb = annotations.get(`${aws}connection-idle-timeout`)
  const azure = annotations.get('service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout')
  const keys = annotations.fields().map(([key]) => key)
  const listener = keys.filter((key) => key.startsWith(`${aws}listener-attributes.`)).map((key) => splitAttributes(annotations.get(key))).filter((attributes) => attributes.has(flowKey))
  if (listener.length > 0) return listener.map((attributes) => describeNlb({ ...base, attributes }))
  if (['nlb', 'nlb-ip', 'external'].includes(annotations.get(`${aws}type`).value) || keys.includes(`${aws}attributes`)) return [describeNlb({ ...base, attributes: new Map() })]
  if (clb.exists) return [poolOwner('aws-clb', { ...base, where: clb.path, idle: clb.duration(seconds), key: 'connection-idle-timeout', notes: ['only with HTTP listeners does it keep connections of its own'] })]
  if (azure.exists) return [l4('azure-load-balancer', { ...base, where: azure.path, idle: azure.duration(minutes), key: 'azure-load-balancer-tcp-idle-timeout' })]
  return keys.some((key) => key.includes('/do-loadbalancer-')) ? readDigitalOcean(annotations, base) : []
}

function readDigitalOcean (annotations, base) {
  const key = 'service.beta.kubernetes.io/do-loadbalancer-'
  const on = annotations.get(`${key}enable-backend-keepalive`)
  const idle = annotations.get(`${key}http-idle-timeout-seconds`)
  if (on.flag() !== true) return [notPooling('digitalocean-lb', { ...base, notes: ['do-loadbalancer-enable-backend-keepalive is off'] })]
  return [poolOwner('digitalocean-lb', { ...base, where: idle.exists ? idle.path : on.path, idle: idle.duration(seconds), key: 'do-loadbalancer-http-idle-timeout-seconds' })]
}

function readAttributesOf (field) {
  return (object) => {
    const attributes = listAttributes(object.get('spec', field))
    return attributes.has(idleKey) || attributes.has(clientKey) ? [describeAlb({ name: nameOf(object), where: object.path, attributes })] : []
  }
}

function readConfigMap (object) {
  const data = object.get('data')
  const base = { name: nameOf(object), where: data.path }
  const keys = data.fields().map(([key]) => key)
  const label = object.get('metadata', 'labels', 'app.kubernetes.io/name').value
  const name = object.get('metadata', 'name').text() ?? ''
  if (keys.some((key) => key.startsWith('upstream-keepalive-')) || label === 'ingress-nginx' || name.startsWith('ingress-nginx') || name === 'nginx-configuration') return describeIngressNginx(data, base)
  if (data.has('keepalive') && (name.startsWith('nginx-config') || label === 'nginx-ingress')) return [describeF5(data.get('keepalive'), base)]
  if (keys.includes('timeout-http-keep-alive') || keys.includes('http-connection-mode')) return describeHaproxy('haproxy-kubernetes-ingress', data, base, 'timeout-http-keep-alive')
  return keys.includes('timeout-keep-alive') ? describeHaproxy('haproxy-ingress', data, base, 'timeout-keep-alive') : []
}

function describeIngressNginx (data, base) {
  const notes = data.has('keep-alive') ? [clientSide('keep-alive', data.get('keep-alive').path)] : []
  const connections = data.get('upstream-keepalive-connections')
  const idle = data.get('upstream-keepalive-timeout')
  if (connections.text() === '0') return [notPooling('ingress-nginx', { ...base, where: connections.path, notes: ['upstream-keepalive-connections is 0', ...notes] })]
  const ms = idle.duration(parseNginx)
  const where = idle.exists ? idle.path : base.where
  if (ms === 0) return [notPooling('ingress-nginx', { ...base, where, notes: ['upstream-keepalive-timeout 0 keeps no connection', ...notes] })]
  return [poolOwner('ingress-nginx', { ...base, where, idle: ms, key: 'upstream-keepalive-timeout', notes })]
}

function describeHaproxy (id, data, base, clientKeyName) {
  const notes = data.has(clientKeyName) ? [clientSide(clientKeyName, data.get(clientKeyName).path)] : []
  const mode = data.get('http-connection-mode')
  if (['http-server-close', 'httpclose'].includes(mode.value)) return [notPooling(id, { ...base, where: mode.path, notes: [`http-connection-mode is ${mode.value}`, ...notes] })]
  return [poolOwner(id, { ...base, idle: 'unbounded', notes })]
}

/** Istio: trafficPolicy of the rule, of its ports and of its subsets. */
function readDestinationRule (object) {
  const spec = object.get('spec')
  const policies = [[nameOf(object), spec.get('trafficPolicy')]]
  for (const port of spec.get('trafficPolicy', 'portLevelSettings').items()) policies.push([`${nameOf(object)} port ${port.get('port', 'number').text() ?? ''}`, port])
  for (const subset of spec.get('subsets').items()) if (subset.has('trafficPolicy')) policies.push([`${nameOf(object)} subset ${subset.get('name').text() ?? ''}`, subset.get('trafficPolicy')])
  // what says nothing of HTTP leaves the rule's own setting alone
  return policies.filter(([, policy], index) => index === 0 || policy.get('connectionPool', 'http').exists).map(([name, policy]) => {
    const http = policy.get('connectionPool', 'http')
    const idle = http.get('idleTimeout')
    const once = http.get('maxRequestsPerConnection')
    const tcp = policy.get('connectionPool', 'tcp', 'idleTimeout')
    const notes = tcp.exists ? [`tcp.idleTimeout (${tcp.path}) is about connections without HTTP and not used`] : []
    if (once.value === 1) return notPooling('istio', { name, where: once.path, notes: ['maxRequestsPerConnection is 1', ...notes] })
    const ms = idle.duration(go)
    return poolOwner('istio', { name, where: idle.exists ? idle.path : object.path, idle: ms === 0 ? 'unbounded' : ms, key: 'connectionPool.http.idleTimeout', notes })
  })
}

function readBackendTrafficPolicy (object) {
  const idle = object.get('spec', 'timeout', 'http', 'connectionIdleTimeout')
  const ms = idle.duration(go)
  return [poolOwner('envoy-gateway', { name: nameOf(object), where: idle.exists ? idle.path : object.path, idle: ms === 0 ? 'unbounded' : ms, key: 'timeout.http.connectionIdleTimeout' })]
}

/** Contour: '0s' means not set, 'infinity' none. */
function readHttpProxy (object) {
  return object.get('spec', 'routes').items().map((route, index) => {
    const idle = route.get('timeoutPolicy', 'idleConnection')
    const ms = idle.value === 'infinity' ? 'unbounded' : idle.duration(go)
    return poolOwner('contour', { name: `${nameOf(object)} route ${index}`, where: idle.exists ? idle.path : route.path, idle: ms === 0 ? undefined : ms, key: 'timeoutPolicy.idleConnection' })
  })
}

/** A route's timeouts are about requests; who carries it out is another object's to say. */
function readHttpRoute (object) {
  const parent = object.get('spec', 'parentRefs').isArray ? object.get('spec', 'parentRefs', 0, 'name').text() : undefined
  const rules = object.get('spec', 'rules').items()
  const timeouts = rules.find((rule) => rule.has('timeouts'))?.get('timeouts')
  const notes = timeouts === undefined ? [] : [`timeouts (${timeouts.path}) are about requests and not used`]
  return [{ ...poolOwner(null, { name: `Gateway ${parent ?? ''} of ${nameOf(object)}`, where: object.path, idle: 'unknown', key: 'the idle timeout of the gateway', notes }), byDefault: true }]
}

function readGke (object) {
  const spec = object.get('spec')
  const drain = spec.either('connectionDraining', 'default')
  const drainMs = (drain.has('drainingTimeoutSec') ? drain : drain.get('connectionDraining')).get('drainingTimeoutSec').duration(seconds) ?? null
  return [poolOwner('gke-ingress', { name: nameOf(object), where: object.path, drainMs, notes: ['timeoutSec limits an answer and is not used'] })]
}

const kinds = {
  Ingress: readIngress,
  Service: readService,
  IngressClassParams: readAttributesOf('loadBalancerAttributes'),
  LoadBalancerConfiguration: readAttributesOf('loadBalancerAttributes'),
  ConfigMap: readConfigMap,
  DestinationRule: readDestinationRule,
  BackendTrafficPolicy: readBackendTrafficPolicy,
  HTTPProxy: readHttpProxy,
  HTTPRoute: readHttpRoute,
  ServersTransport: (object) => [traefik.describeTransport(object.get('spec'), nameOf(object))],
  BackendConfig: readGke,
  GCPBackendPolicy: readGke
}

function * flatten (root) {
  if (root.isArray) {
    for (const item of root.items()) yield * flatten(item)
  } else if (root.get('items').isArray && (root.get('kind').text() ?? 'List').endsWith('List')) {
    yield * flatten(root.get('items'))
  } else if (root.isObject) {
    yield root
  }
}

/** Hops of objects; a default steps back where the same load balancer has a setting. */
function readObjects (objects) {
  const hops = []
  for (const object of objects) {
    const kind = object.get('kind').value
    if (typeof kind === 'string' && Object.hasOwn(kinds, kind)) hops.push(...kinds[kind](object))
    if (hops.length > hopsMax) break
  }
  const settled = new Set(hops.filter(({ byDefault, role }) => !byDefault && role === 'pool-owner').map(({ id }) => id))
  const seen = new Set()
  return hops.filter(({ byDefault, id, drainMs }) => {
    if (!byDefault) return true
    const key = `${id} ${drainMs}`
    if (settled.has(id) || (id === null && settled.size > 0) || seen.has(key)) return false
    seen.add(key)
    return true
  }).map(({ byDefault, ...hop }) => hop)
}

/** A resource of Terraform's kubernetes provider: metadata and spec are lists of one there. */
function readTyped (kind, values, { name }) {
  const metadata = values.get('metadata').itemsOrOne()[0] ?? values.get('metadata')
  const spec = values.get('spec').itemsOrOne()[0] ?? values.get('spec')
  const object = new Cursor({
    kind, metadata: { name, annotations: metadata.get('annotations').value, labels: metadata.get('labels').value }, data: values.get('data').value, spec: { ingressClassName: spec.get('ingress_class_name').value }
  }, values.path)
  return readObjects([object]).map((hop) => ({ ...hop, name }))
}

module.exports = {
  name: 'kubernetes',
  what: 'Kubernetes objects (kubectl get -o yaml or json)',
  matches: (root) => {
    const first = root.isArray ? root.items().find(({ isObject }) => isObject) : root
    return first !== undefined && first.has('kind') && (first.has('apiVersion') || first.get('items').isArray)
  },
  readDocument: (root) => readObjects(flatten(root)),
  readObjects,
  readTyped
}
