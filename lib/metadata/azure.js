'use strict'

// az network lb rule show|list, az network lb show, az network application-gateway show,
// az afd profile show. Azure Load Balancer counts in minutes.

const { minutes, seconds } = require('./duration')
const { l4, notPooling, poolOwner } = require('./hop')

function describeRule ({ name, where, idle, reset }) {
  const what = reset.flag() ? 'it resets the connection then' : 'it drops the flow silently then (TCP reset is off)'
  return l4('azure-load-balancer', { name, where: idle.exists ? idle.path : where, idle: idle.duration(minutes), key: 'the rule\'s idle timeout', notes: [what] })
}

function readRule (root) {
  return describeRule({ name: `rule ${root.get('name').text() ?? ''}`, where: root.path, idle: root.get('idleTimeoutInMinutes'), reset: root.get('enableTcpReset') })
}

/** One hop per set of backend settings. `get` gives the field of a spelling. */
function describeGateway ({ name, where, enabled, drain, dedicated }) {
  const drainMs = enabled.flag() ? drain.duration(seconds) ?? null : null
  if (dedicated.flag()) return notPooling('azure-application-gateway', { name, where: dedicated.path, drainMs, notes: ['a dedicated backend connection belongs to one client'] })
  return poolOwner('azure-application-gateway', { name, where, drainMs, notes: ['the published 75 s and 120 s are the client\'s side'] })
}

function readGateway (root) {
  return root.get('backendHttpSettingsCollection').items().map((settings) => describeGateway({
    name: `application gateway settings ${settings.get('name').text() ?? ''}`,
    where: settings.path,
    enabled: settings.get('connectionDraining', 'enabled'),
    drain: settings.get('connectionDraining', 'drainTimeoutInSec'),
    dedicated: settings.either('dedicatedBackendConnection', 'enableDedicatedBackendConnection')
  }))
}

function isFrontDoor (root) {
  const sku = root.get('sku', 'name').value
  return typeof sku === 'string' && sku.endsWith('AzureFrontDoor')
}

function readOne (root) {
  if (root.has('idleTimeoutInMinutes')) return [readRule(root)]
  if (root.get('loadBalancingRules').isArray) return root.get('loadBalancingRules').items().map(readRule)
  if (root.get('backendHttpSettingsCollection').isArray) return readGateway(root)
  if (isFrontDoor(root)) {
    const response = root.get('originResponseTimeoutSeconds')
    return [poolOwner('azure-front-door', { name: `Front Door ${root.get('name').text() ?? ''}`, where: root.path, notes: response.exists ? [`originResponseTimeoutSeconds (${response.path}) limits an answer and is not used`] : [] })]
  }
  return []
}

function isKnown (root) {
  return (root.has('idleTimeoutInMinutes') && (root.has('frontendPort') || root.has('backendPort') || root.has('loadDistribution') || root.has('enableTcpReset'))) ||
    root.get('loadBalancingRules').isArray || root.get('backendHttpSettingsCollection').isArray || isFrontDoor(root)
}

module.exports = {
  name: 'azure',
  what: 'JSON of the Azure CLI (az network lb rule show, application-gateway show)',
  matches: (root) => root.isArray ? isKnown(root.get(0)) : isKnown(root),
  readDocument: (root) => root.isArray ? root.items().flatMap(readOne) : readOne(root),
  describeGateway,
  describeRule
}
