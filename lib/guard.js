'use strict'

// Guard: a later write to one of the server's timeouts that breaks the plan is named at the
// line that wrote it, or undone. The properties become accessors on the server itself; Node
// reads them on every response, so reading is returning a variable and no more.

const { native } = require('./binding')

const names = ['keepAliveTimeout', 'headersTimeout', 'requestTimeout', 'timeout', 'keepAliveTimeoutBuffer']

// On a guarded server: { values, write }
const kGuard = Symbol('lb-safe-timeouts.guard')

/**
 * The accessors of all servers: one pair for each property and not one for each server, so that
 * guarded servers share their shape, and the engine what it has learned of it.
 */
function createAccessors (enumerable) {
  return Object.fromEntries(names.map((name) => {
    function set (value) {
      this[kGuard].write(name, value, set)
    }
    return [name, { get () { return this[kGuard].values[name] }, set, enumerable, configurable: true }]
  }))
}

const accessors = { seen: createAccessors(true), hidden: createAccessors(false) }

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

  function write (name, value, setter) {
    let taken = value
    try {
      if (!isOurs()) taken = judgeWrite(name, value, setter)
    } catch {
      // a guard that fails must not stop the write
    }
    values[name] = taken
    changed?.()
  }

  function watch (name) {
    const before = Object.getOwnPropertyDescriptor(server, name)
    // a frozen property cannot be written, and an accessor is somebody else's guard
    if (before === undefined ? !Object.isExtensible(server) : !before.configurable || !('value' in before)) return
    values[name] = server[name]
    const accessor = accessors[before?.enumerable === true ? 'seen' : 'hidden'][name]
    Object.defineProperty(server, name, accessor)
    undos.push(() => {
      if (Object.getOwnPropertyDescriptor(server, name)?.get !== accessor.get) return
      if (before === undefined && values[name] === undefined) delete server[name]
      else Object.defineProperty(server, name, { value: values[name], writable: true, enumerable: true, configurable: true })
    })
  }

  if (Object.isExtensible(server)) Object.defineProperty(server, kGuard, { value: { values, write }, configurable: true })
  for (const name of names) watch(name)
  return {
    stop () {
      for (const undo of undos.splice(0)) undo()
    }
  }
}

module.exports = { startGuard }
