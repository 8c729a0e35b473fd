'use strict'

// Everything by which one can tell whether a server was changed.

// without the accessors it belongs to it does nothing, and it may be called by whoever kept them
const ignored = 'Symbol(lb-safe-timeouts.guard)'

const names = ['keepAliveTimeout', 'headersTimeout', 'requestTimeout', 'timeout', 'keepAliveTimeoutBuffer']

function describe (server) {
  const facts = {}
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(server, name)
    facts[name] = descriptor === undefined ? 'absent' : 'value' in descriptor ? `${typeof descriptor.value} ${String(descriptor.value)}` : 'an accessor'
  }
  for (const key of Reflect.ownKeys(server)) if (String(key) !== ignored) facts[String(key)] ??= 'there'
  for (const event of server.eventNames()) facts[`listeners of ${String(event)}`] = server.listenerCount(event)
  return facts
}

/** What `server` is now; compare() says in words what has changed since, '' for nothing. */
function snapshotServer (server) {
  const before = describe(server)
  return {
    compare () {
      const after = describe(server)
      const keys = new Set([...Object.keys(before), ...Object.keys(after)])
      return [...keys].filter((key) => before[key] !== after[key]).map((key) => `${key}: ${before[key]} -> ${after[key]}`).join('; ')
    }
  }
}

module.exports = { snapshotServer }
