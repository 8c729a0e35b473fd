'use strict'

// `terraform show -json`: a state or a plan, its modules too. One row per resource type.

const { akamai: parseAkamai, fractionalSeconds, seconds } = require('./duration')
const akamai = require('./akamai')
const aws = require('./aws-attributes')
const azure = require('./azure')
const { Cursor, copyPlain, parseJson } = require('./document')
const gcloud = require('./gcloud')
const { clientSide, l4, notPooling, poolOwner } = require('./hop')
const kubernetes = require('./kubernetes')
const { depthMax } = require('./limits')
const oci = require('./oci')

function readAwsLb (v, at) {
  if (v.get('load_balancer_type').value === 'gateway') return []
  if (v.get('load_balancer_type').value === 'network') return [l4('aws-nlb', { ...at, ...at.flow })]
  const client = v.get('client_keep_alive')
  const idle = v.get('idle_timeout')
  return [poolOwner('aws-alb', { ...at, idle: idle.duration(seconds), where: idle.exists ? idle.path : at.where, key: 'idle_timeout', notes: client.exists ? [clientSide('client_keep_alive', client.path)] : [] })]
}

function readAwsElb (v, at) {
  const idle = v.get('idle_timeout')
  const drain = v.get('connection_draining').flag() === true ? v.get('connection_draining_timeout').duration(seconds) ?? null : 0
  return [poolOwner('aws-clb', { ...at, idle: idle.duration(seconds), where: idle.exists ? idle.path : at.where, key: 'idle_timeout', drainMs: drain })]
}

function readCloudFront (v, { name }) {
  return aws.describeOrigins(v.get('origin').items(), {
    prefix: `${name} `, custom: ['custom_origin_config'], vpc: ['vpc_origin_config'], keepAlive: 'origin_keepalive_timeout', read: 'origin_read_timeout', id: 'origin_id'
  })
}

function readEcs (v, { name }) {
  return v.get('service_connect_configuration').items().flatMap((connect) => connect.get('service').items().map((service) => {
    const idle = service.get('timeout', 0, 'idle_timeout_seconds')
    const ms = idle.duration(seconds)
    return poolOwner('aws-ecs-service-connect', { name, where: idle.exists ? idle.path : service.path, idle: ms === 0 ? 'unbounded' : ms, key: 'idle_timeout_seconds' })
  }))
}

function readGoogleBackend (v, { name, where }) {
  return [gcloud.describeBackend({ name, where, scheme: v.get('load_balancing_scheme').text(), protocol: v.get('protocol').text(), timeout: v.get('timeout_sec'), drain: v.get('connection_draining_timeout_sec') })]
}

function readAzureGateway (v, { name }) {
  return v.get('backend_http_settings').items().map((settings) => {
    const drain = settings.get('connection_draining').itemsOrOne()[0] ?? settings.get('connection_draining')
    return azure.describeGateway({ name: `${name} ${settings.get('name').text() ?? ''}`, where: settings.path, enabled: drain.get('enabled'), drain: drain.get('drain_timeout_sec'), dedicated: settings.get('dedicated_backend_connection_enabled') })
  })
}

function readOciListener (v, { name, where }) {
  const connection = v.get('connection_configuration').itemsOrOne()[0] ?? v.get('connection_configuration')
  return [oci.describeListener({ name, where, protocol: v.get('protocol').text(), idle: connection.get('idle_timeout_in_seconds') })]
}

function readFastly (v, { name }) {
  return v.get('backend').items().map((backend) => {
    const keep = backend.get('keepalive_time')
    const ms = keep.duration(seconds)
    return poolOwner('fastly', { name: `${name} ${backend.get('name').text() ?? ''}`, where: keep.exists ? keep.path : backend.path, idle: ms === 0 ? undefined : ms, key: 'keepalive_time' })
  })
}

function readDigitalOcean (v, at) {
  const on = v.get('enable_backend_keepalive')
  const idle = v.get('http_idle_timeout_seconds')
  if (on.flag() !== true) return [notPooling('digitalocean-lb', { ...at, notes: ['enable_backend_keepalive is off'] })]
  return [poolOwner('digitalocean-lb', { ...at, where: idle.exists ? idle.path : at.where, idle: idle.duration(seconds), key: 'http_idle_timeout_seconds' })]
}

function readAkamaiProperty (v, at) {
  const rules = v.get('rules').text()
  if (rules === undefined) return []
  return akamai.readRules(new Cursor(copyPlain(parseJson(rules)), v.get('rules').path).get('rules')).map((hop) => ({ ...hop, name: at.name }))
}

/** akamai_property_rules_builder: rules_v<date>[].behavior[].persistent_connection[]. */
function readAkamaiBuilder (v, at) {
  const rules = v.fields().filter(([key]) => key.startsWith('rules_v')).flatMap(([, list]) => list.itemsOrOne())
  return rules.flatMap((rule) => rule.get('behavior').items()).flatMap((behavior) => behavior.get('persistent_connection').itemsOrOne()).map((options) => {
    const timeout = options.get('timeout')
    if (options.get('enabled').flag() === false) return notPooling('akamai', { ...at, where: options.path, notes: ['persistent_connection is off'] })
    return poolOwner('akamai', { ...at, where: timeout.exists ? timeout.path : options.path, idle: timeout.duration(parseAkamai), key: 'persistent_connection.timeout' })
  })
}

function readKubernetes (v) {
  return kubernetes.readObjects([v.get('manifest')])
}

/** The provider's own resources write metadata as a list of one, and data beside it. */
function readKubernetesTyped (kind) {
  return (v, at) => kubernetes.readTyped(kind, v, at)
}

const readers = {
  aws_lb: readAwsLb,
  aws_alb: readAwsLb,
  aws_elb: readAwsElb,
  aws_cloudfront_distribution: readCloudFront,
  aws_ecs_service: readEcs,
  google_compute_backend_service: readGoogleBackend,
  google_compute_region_backend_service: readGoogleBackend,
  google_compute_target_http_proxy: (v, at) => readGoogleProxy(v, at),
  google_compute_target_https_proxy: (v, at) => readGoogleProxy(v, at),
  azurerm_lb_rule: (v, { name, where }) => [azure.describeRule({ name, where, idle: v.get('idle_timeout_in_minutes'), reset: v.either('enable_tcp_reset', 'tcp_reset_enabled') })],
  azurerm_application_gateway: readAzureGateway,
  azurerm_cdn_frontdoor_profile: (v, at) => [poolOwner('azure-front-door', { ...at, notes: v.has('response_timeout_seconds') ? [`response_timeout_seconds (${v.get('response_timeout_seconds').path}) limits an answer and is not used`] : [] })],
  oci_load_balancer_listener: readOciListener,
  fastly_service_vcl: readFastly,
  fastly_service_compute: readFastly,
  digitalocean_loadbalancer: readDigitalOcean,
  akamai_property: readAkamaiProperty,
  akamai_property_rules_builder: readAkamaiBuilder,
  kubernetes_manifest: readKubernetes,
  kubernetes_ingress_v1: readKubernetesTyped('Ingress'),
  kubernetes_ingress: readKubernetesTyped('Ingress'),
  kubernetes_service: readKubernetesTyped('Service'),
  kubernetes_service_v1: readKubernetesTyped('Service'),
  kubernetes_config_map: readKubernetesTyped('ConfigMap'),
  kubernetes_config_map_v1: readKubernetesTyped('ConfigMap')
}

function readGoogleProxy (v, at) {
  const client = v.get('http_keep_alive_timeout_sec')
  return client.exists ? [poolOwner('gcp-external-alb', { ...at, notes: [clientSide('http_keep_alive_timeout_sec', client.path)] })] : []
}

/** The resources of a module and of all modules in it. */
function collect (module, found, depth = 0) {
  if (depth > depthMax) return found
  for (const resource of module.get('resources').items()) {
    // data sources describe what is there just as well
    if (typeof resource.get('type').value === 'string') found.push({ type: resource.get('type').value, name: resource.either('address', 'name').text() ?? '', values: resource.get('values') })
  }
  for (const child of module.get('child_modules').items()) collect(child, found, depth + 1)
  return found
}

/** What other resources say of a load balancer: its drain time and its flow timer. */
function longest (resources, type, key) {
  return resources.filter((resource) => resource.type === type).map(({ values }) => values.get(key)).filter(({ exists }) => exists).map((cursor) => ({ ms: cursor.duration(fractionalSeconds), path: cursor.path }))
    .reduce((most, one) => most === undefined || one.ms > most.ms ? one : most, undefined)
}

function readDocument (root) {
  const module = ['values', 'planned_values'].map((key) => root.get(key, 'root_module')).find(({ exists }) => exists) ?? root.get('values', 'root_module')
  const resources = collect(module, [])
  const drains = ['aws_lb_target_group', 'aws_alb_target_group'].map((type) => longest(resources, type, 'deregistration_delay')).filter(Boolean)
  const drainMs = drains.length === 0 ? null : Math.max(...drains.map(({ ms }) => ms))
  const flow = longest(resources, 'aws_lb_listener', 'tcp_idle_timeout_seconds')
  const hops = []
  for (const { type, name, values } of resources) {
    if (!Object.hasOwn(readers, type) || !values.isObject) continue
    hops.push(...readers[type](values, { name, where: values.path, drainMs, flow: flow === undefined ? {} : { idle: flow.ms, where: flow.path, key: 'tcp_idle_timeout_seconds' } }))
  }
  return hops
}

module.exports = {
  name: 'terraform',
  what: 'terraform show -json, of a state or a plan',
  matches: (root) => root.has('format_version') && (root.get('values').isObject || root.get('planned_values').isObject || root.has('terraform_version')),
  readDocument
}
