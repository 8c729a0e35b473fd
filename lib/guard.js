'use strict'

// Guard: a later write to one of the server's timeouts that breaks the plan is named at the
// line that wrote it, or undone. The properties become accessors on the server itself; Node
// reads them on every response, so reading is returning a variable and no more.

const { native } = require('./binding')

const names = ['keepAliveTimeout', 'headersTimeout', 'requestTimeout', 'timeout', 'keepAliveTimeoutBuffer']

/** Where the write came from: the first line of the stack that is no code of Node's own. */
function whereOf (stack) {
  const line = stack.split('\n').slice(1).find((text) => !/\(?node:/.test(text))
  return line === undefined ? '' : ` (${line.trim()})`
}

function warn (result, setter) {
  const holder = {}
  Error.captureStackTrace(holder, setter)
  process.emitWarning(result.message + whereOf(holder.stack), {
    type: 'LbSafeTimeoutsWarning', code: result.code, detail: holder.stack.split('\n').slice(1).join('\n')
  })
}

/**
 * Watches the writes to the timeouts of `server`. `judge` is { ask, protocol, mode }, read at
 * each write; `isOurs()` tells a write of this package's own; `observe` hears what was judged,
 * and `changed` of every value that the server takes.
 */
function startGuard (server, judge, { isOurs, observe, changed }) {
  const values = {}
  const warned = new Set()
  const undos = []

  function judgeWrite (name, value, setter) {
    const result = native().guardJudge(judge.ask, judge.protocol, { ...values, [name]: value }, name)
    if (result.write === 'fine') {
      observe?.({ property: name, write: 'fine' })
      return value
    }
    const enforced = judge.mode === 'enforce' && result.write !== 'text'
    observe?.({ property: name, write: result.write, code: result.code, message: result.message, enforced })
    if (judge.mode === 'warn' && !warned.has(name)) {
      warned.add(name)
      warn(result, setter)
    }
    return enforced ? values[name] : result.meantMs ?? value
  }

  function watch (name) {
    const before = Object.getOwnPropertyDescriptor(server, name)
    // a frozen property cannot be written, and an accessor is somebody else's guard
    if (before === undefined ? !Object.isExtensible(server) : !before.configurable || !('value' in before)) return
    let current = values[name] = server[name]

    function get () {
      return current
    }

    function set (value) {
      let taken = value
      try {
        if (!isOurs()) taken = judgeWrite(name, value, set)
      } catch {
        // a guard that fails must not stop the write
      }
      current = values[name] = taken
      changed?.()
    }

    Object.defineProperty(server, name, { get, set, enumerable: before?.enumerable ?? false, configurable: true })
    undos.push(() => {
      if (Object.getOwnPropertyDescriptor(server, name)?.get !== get) return
      if (before === undefined && current === undefined) delete server[name]
      else Object.defineProperty(server, name, { value: current, writable: true, enumerable: true, configurable: true })
    })
  }

  for (const name of names) watch(name)
  return {
    stop () {
      for (const undo of undos.splice(0)) undo()
    }
  }
}

module.exports = { startGuard }
