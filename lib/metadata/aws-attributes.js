'use strict'

// What AWS calls attributes: the same names in the CLI's JSON, in CloudFormation, in
// Terraform and in Kubernetes annotations.

const { seconds, SECOND } = require('./duration')
const { clientSide, l4, poolOwner } = require('./hop')

const idleKey = 'idle_timeout.timeout_seconds'
const clientKey = 'client_keep_alive.seconds'
const flowKey = 'tcp.idle_timeout.seconds'
const drainKey = 'deregistration_delay.timeout_seconds'

/** [{ Key, Value }], or with small letters in Kubernetes, to a Map of cursors. */
function readAttributes (list) {
  const attributes = new Map()
  for (const item of list.items()) {
    const key = item.either('Key', 'key').text()
    if (key !== undefined) attributes.set(key, item.either('Value', 'value'))
  }
  return attributes
}

/** A duration of `cursor` in seconds; an intrinsic function without a value is 'unknown'. */
function secondsOf (cursor) {
  if (cursor === undefined || !cursor.exists) return undefined
  return cursor.isObject ? 'unknown' : cursor.duration(seconds)
}

function drainOf (cursor) {
  const ms = secondsOf(cursor)
  return typeof ms === 'number' ? ms : null
}

/** An ALB by its attributes. */
function describeAlb ({ name, where, attributes, drainMs = null, notes = [] }) {
  const idle = attributes.get(idleKey)
  const client = attributes.get(clientKey)
  if (client !== undefined) notes = [...notes, clientSide(clientKey, client.path)]
  return poolOwner('aws-alb', { name, idle: secondsOf(idle), where: idle?.path ?? where, key: idleKey, drainMs, notes })
}

function describeNlb ({ name, where, attributes, drainMs = null, notes }) {
  const idle = attributes.get(flowKey)
  const ms = secondsOf(idle)
  return l4('aws-nlb', { name, idle: typeof ms === 'number' ? ms : undefined, where: idle?.path ?? where, key: flowKey, drainMs, notes })
}

/** Whether the attributes are an ALB's; an NLB has none of these. */
function isAlb (attributes) {
  return [...attributes.keys()].some((key) => key === idleKey || key === clientKey || key.startsWith('routing.http') || key.startsWith('waf.') || key.startsWith('connection_logs.'))
}

function describeClb ({ name, where, idle, drain, draining }) {
  return poolOwner('aws-clb', { name, idle: secondsOf(idle), where: idle.exists ? idle.path : where, key: 'ConnectionSettings.IdleTimeout', drainMs: draining === false ? 0 : drainOf(drain) })
}

/** Origins of a CloudFront distribution; `fields` gives a spelling's names. */
function describeOrigins (origins, { prefix, custom, vpc, keepAlive, read, id }) {
  const hops = []
  for (const origin of origins) {
    const config = [...origin.either(...custom).itemsOrOne(), ...origin.either(...vpc).itemsOrOne()][0]
    // an S3 origin is no Node server
    if (config === undefined) continue
    const idle = config.get(keepAlive)
    const notes = config.has(read) ? [`${read} (${config.get(read).path}) limits an answer and is not used`] : []
    hops.push(poolOwner('aws-cloudfront', { name: `${prefix}origin ${origin.get(id).text() ?? hops.length}`, idle: secondsOf(idle), where: idle.exists ? idle.path : config.path, key: keepAlive, notes }))
  }
  return hops
}

/** ECS Service Connect: services[].timeout.idleTimeoutSeconds; 0 turns it off. */
function describeServiceConnect (services, name, keys) {
  return services.items().map((service) => {
    const idle = service.get(keys.timeout, keys.idle)
    const ms = secondsOf(idle)
    return poolOwner('aws-ecs-service-connect', { name, idle: ms === 0 ? 'unbounded' : ms ?? 300 * SECOND, where: idle.exists ? idle.path : service.path, key: idle.exists ? keys.idle : 'the default idle timeout for HTTP' })
  })
}

module.exports = { clientKey, describeAlb, describeClb, describeNlb, describeOrigins, describeServiceConnect, drainKey, drainOf, flowKey, idleKey, isAlb, readAttributes }
