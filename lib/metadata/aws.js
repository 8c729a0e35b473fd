'use strict'

// What the AWS CLI prints (and the SDKs return): elbv2 describe-load-balancer-attributes,
// describe-target-group-attributes and describe-listener-attributes, elb
// describe-load-balancer-attributes, cloudfront get-distribution(-config), ecs describe-services.

const { l4, poolOwner } = require('./hop')
const { describeAlb, describeClb, describeNlb, describeOrigins, describeServiceConnect, drainKey, drainOf, flowKey, isAlb, readAttributes } = require('./aws-attributes')

function readElbv2 (root) {
  const list = root.get('Attributes')
  const attributes = readAttributes(list)
  const drain = attributes.get(drainKey)
  if (drain !== undefined) {
    const where = drain.path
    const drainMs = drainOf(drain)
    const isNlb = ['proxy_protocol_v2.enabled', 'preserve_client_ip.enabled', `${drainKey.split('.')[0]}.connection_termination.enabled`].some((key) => attributes.has(key))
    if (isNlb) return [l4('aws-nlb', { where, drainMs, name: 'AWS Network Load Balancer (target group)', notes: [`${drainKey} is the drain time`] })]
    return [poolOwner('aws-alb', { where, drainMs, name: 'AWS Application Load Balancer (target group)', idle: 'unknown', key: "the load balancer's idle timeout", notes: [`${drainKey} is the drain time; the idle timeout is in describe-load-balancer-attributes`] })]
  }
  if (attributes.has(flowKey) || (attributes.size > 0 && !isAlb(attributes))) return [describeNlb({ where: list.path, attributes })]
  return [describeAlb({ where: list.path, attributes })]
}

function readClb (root) {
  const attributes = root.get('LoadBalancerAttributes')
  const draining = attributes.get('ConnectionDraining')
  return [describeClb({ where: attributes.path, idle: attributes.get('ConnectionSettings', 'IdleTimeout'), drain: draining.get('Timeout'), draining: draining.get('Enabled').flag() })]
}

function distributionOf (root) {
  return [root.get('DistributionConfig'), root.get('Distribution', 'DistributionConfig')].find(({ isObject }) => isObject)
}

function readCloudFront (root) {
  return describeOrigins(distributionOf(root).get('Origins', 'Items').items(), {
    prefix: 'CloudFront ', custom: ['CustomOriginConfig'], vpc: ['VpcOriginConfig'], keepAlive: 'OriginKeepaliveTimeout', read: 'OriginReadTimeout', id: 'Id'
  })
}

function isEcs (root) {
  return root.get('services').isArray && root.get('services', 0).has('serviceArn')
}

function readEcs (root) {
  return root.get('services').items().flatMap((service) => service.get('deployments').items().flatMap((deployment) =>
    describeServiceConnect(deployment.get('serviceConnectConfiguration', 'services'), `service ${service.get('serviceName').text() ?? ''}`, { timeout: 'timeout', idle: 'idleTimeoutSeconds' })))
}

function readAll (root) {
  if (root.isArray) return root.items().flatMap(readAll)
  if (root.get('Attributes').isArray) return readElbv2(root)
  if (root.get('LoadBalancerAttributes').isObject) return readClb(root)
  if (distributionOf(root) !== undefined) return readCloudFront(root)
  return isEcs(root) ? readEcs(root) : []
}

function matchesOne (root) {
  return (root.get('Attributes').isArray && (root.get('Attributes').value.length === 0 || root.get('Attributes', 0).has('Key'))) ||
    root.get('LoadBalancerAttributes').isObject || distributionOf(root) !== undefined || isEcs(root)
}

// lists without the idle timeout, and what prints it
const lists = {
  LoadBalancers: 'aws elbv2 describe-load-balancer-attributes --load-balancer-arn',
  TargetGroups: 'aws elbv2 describe-load-balancer-attributes --load-balancer-arn',
  Listeners: 'aws elbv2 describe-load-balancer-attributes --load-balancer-arn',
  LoadBalancerDescriptions: 'aws elb describe-load-balancer-attributes --load-balancer-name'
}

function findForeign (root) {
  const name = Object.keys(lists).find((key) => root.get(key).isArray)
  return name && `has $.${name}, in which the AWS CLI tells no idle timeout; \`${lists[name]} ...\` does`
}

module.exports = {
  name: 'aws',
  findForeign,
  what: 'JSON of the AWS CLI (elbv2, elb, cloudfront, ecs)',
  matches: (root) => root.isArray ? root.value.length > 0 && matchesOne(root.get(0)) : matchesOne(root),
  readDocument: readAll
}
