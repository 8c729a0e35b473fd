'use strict'

// CloudFormation templates, written by hand or by the CDK (JSON or YAML). A parameter counts
// with its default; any other intrinsic function has no value here.

const { describeAlb, describeClb, describeNlb, describeOrigins, describeServiceConnect, drainKey, drainOf, flowKey, readAttributes } = require('./aws-attributes')
const { Cursor } = require('./document')
const { poolOwner } = require('./hop')
const { seconds } = require('./duration')

/** Puts the parameters' defaults where they are referred to. */
function resolve (value, parameters) {
  if (Array.isArray(value)) return value.map((item) => resolve(item, parameters))
  if (typeof value !== 'object' || value === null) return value
  const keys = Object.keys(value)
  if (keys.length === 1 && keys[0] === 'Ref' && typeof value.Ref === 'string' && typeof parameters?.[value.Ref] === 'object') {
    return parameters[value.Ref]?.Default ?? value
  }
  const result = Object.create(null)
  for (const key of keys) result[key] = resolve(value[key], parameters)
  return result
}

function readLoadBalancer (properties, at) {
  const attributes = readAttributes(properties.get('LoadBalancerAttributes'))
  const type = properties.get('Type').value
  if (type === 'gateway') return []
  return [type === 'network' ? describeNlb({ ...at, attributes: at.listener, drainMs: at.drainMs }) : describeAlb({ ...at, attributes })]
}

const readers = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': readLoadBalancer,
  'AWS::ElasticLoadBalancing::LoadBalancer': (properties, at) => [describeClb({
    ...at, idle: properties.get('ConnectionSettings', 'IdleTimeout'), drain: properties.get('ConnectionDrainingPolicy', 'Timeout'), draining: properties.get('ConnectionDrainingPolicy', 'Enabled').flag()
  })],
  'AWS::CloudFront::Distribution': (properties, { name }) => describeOrigins(properties.get('DistributionConfig', 'Origins').items(), {
    prefix: `${name} `, custom: ['CustomOriginConfig'], vpc: ['VpcOriginConfig'], keepAlive: 'OriginKeepaliveTimeout', read: 'OriginReadTimeout', id: 'Id'
  }),
  'AWS::ECS::Service': (properties, { name }) => describeServiceConnect(properties.get('ServiceConnectConfiguration', 'Services'), name, { timeout: 'Timeout', idle: 'IdleTimeoutSeconds' }),
  'AWS::ElasticBeanstalk::Environment': readBeanstalk
}

/** aws:elbv2:loadbalancer IdleTimeout; nginx on the instance stands between it and Node. */
function readBeanstalk (properties, at) {
  return properties.get('OptionSettings').items().filter((option) => option.get('OptionName').value === 'IdleTimeout').map((option) => {
    const value = option.get('Value')
    return poolOwner('aws-alb', { name: at.name, where: value.path, idle: value.isObject ? 'unknown' : value.duration(seconds), key: `${option.get('Namespace').text() ?? ''} IdleTimeout` })
  })
}

function readDocument (root) {
  const parameters = root.get('Parameters').value
  const resources = new Cursor(resolve(root.get('Resources').value, parameters), `${root.path}.Resources`)
  const all = resources.fields().filter(([, resource]) => resource.isObject)
  const ofType = (type) => all.filter(([, resource]) => resource.get('Type').value === type).map(([, resource]) => resource.get('Properties'))
  const drains = ofType('AWS::ElasticLoadBalancingV2::TargetGroup').map((group) => drainOf(readAttributes(group.get('TargetGroupAttributes')).get(drainKey))).filter((ms) => ms !== null)
  const listener = ofType('AWS::ElasticLoadBalancingV2::Listener').map((one) => readAttributes(one.get('ListenerAttributes'))).find((attributes) => attributes.has(flowKey)) ?? new Map()
  const drainMs = drains.length === 0 ? null : Math.max(...drains)
  const hops = []
  for (const [name, resource] of all) {
    const type = resource.get('Type').value
    if (typeof type === 'string' && Object.hasOwn(readers, type)) hops.push(...readers[type](resource.get('Properties'), { name, where: resource.path, drainMs, listener }))
  }
  return hops
}

function isResource (resource) {
  const type = resource.get('Type').value
  return typeof type === 'string' && type.includes('::')
}

module.exports = {
  name: 'cloudformation',
  what: 'a CloudFormation or CDK template (JSON, YAML)',
  matches: (root) => root.get('Resources').isObject && (root.has('AWSTemplateFormatVersion') || root.get('Resources').fields().some(([, resource]) => isResource(resource))),
  readDocument
}
