'use strict'

// An Akamai rule tree (Property Manager API, akamai CLI, Terraform's `rules`): the behaviour
// persistentConnection is the origin's side, persistentClientConnection the client's.

const { depthMax } = require('./limits')
const { akamai: parseDuration } = require('./duration')
const { clientSide, notPooling, poolOwner } = require('./hop')

function walk (rule, notes, found, depth = 0) {
  if (depth > depthMax) return
  for (const behavior of rule.get('behaviors').items()) {
    const name = behavior.get('name').value
    const options = behavior.get('options')
    if (name === 'persistentClientConnection') notes.push(clientSide(name, behavior.path))
    if (name === 'persistentConnection') found.push({ rule: rule.get('name').text() ?? '', behavior, options })
  }
  for (const child of rule.get('children').items()) walk(child, notes, found, depth + 1)
}

function describe ({ rule, behavior, options }, notes) {
  const name = `Akamai rule ${rule}`
  const timeout = options.get('timeout')
  if (options.get('enabled').flag() === false) return notPooling('akamai', { name, where: behavior.path, notes: ['persistentConnection is off', ...notes] })
  return poolOwner('akamai', { name, idle: timeout.duration(parseDuration), where: timeout.exists ? timeout.path : behavior.path, key: 'persistentConnection.timeout', notes })
}

function readRules (rules) {
  const notes = []
  const found = []
  walk(rules, notes, found)
  if (found.length === 0) return [poolOwner('akamai', { where: rules.path, key: 'persistentConnection', notes })]
  return found.map((one) => describe(one, notes))
}

function isRule (root) {
  return root.get('behaviors').isArray && (root.get('children').isArray || root.has('name'))
}

module.exports = {
  name: 'akamai',
  what: 'a rule tree of Akamai Property Manager',
  matches: (root) => isRule(root.get('rules')) || isRule(root),
  readDocument: (root) => readRules(isRule(root) ? root : root.get('rules')),
  readRules
}
