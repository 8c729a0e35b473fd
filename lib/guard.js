'use strict'

// Guard: a later write to one of the server's timeouts that breaks the plan is named at the
// line that wrote it, or undone. The properties become accessors on the server itself; Node
// reads them on every response, so reading is returning a variable and no more.

const { native } = require('./binding')

const names = ['keepAliveTimeout', 'headersTimeout', 'requestTimeout', 'timeout', 'keepAliveTimeoutBuffer']

// On a guarded server: its Guard
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

/**
 * V8 turns an object whose data properties became accessors into a dictionary, and all that Node
 * reads of its server on each request takes longer: 2 to 3 % of a small answer. An object that is
 * made a constructor's prototype, and is then read, becomes a record again, once this code is
 * warm. (The way of the package to-fast-properties; in other engines it does nothing.)
 */
let prototype = null

function Prototyped (object) {
  if (prototype !== null && typeof prototype.anything) {
    prototype = Prototyped.prototype = null
    return
  }
  prototype = Prototyped.prototype = object ?? Object.create(null)
  return new Prototyped()
}

let warmUps = 10

function makeFast (object) {
  try {
    for (; warmUps > 0; warmUps--) Prototyped()
    Prototyped(object)
  } catch {
    // a server that throws when it is read is no faster, and nobody's connection the worse for it
    prototype = Prototyped.prototype = null
  }
}

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
 * Watches the writes to the timeouts of `server` until stop(). `user` is { ask, protocol,
 * onUnsafeWrite }, read at each write. The `owner` is asked isOurs(), whether a write is this
 * package's own, and hears onWrite(judged), and onChange() of every value that the server takes.
 */
class Guard {
  constructor (server, user, owner) {
    this.server = server
    this.user = user
    this.owner = owner
    this.values = { keepAliveTimeout: undefined, headersTimeout: undefined, requestTimeout: undefined, timeout: undefined, keepAliveTimeoutBuffer: undefined }
    this.warned = undefined
    this.watched = []
    if (!Object.isExtensible(server)) return
    Object.defineProperty(server, kGuard, { value: this, configurable: true })
    try {
      for (const name of names) this.watch(name)
    } catch (error) {
      this.stop()
      throw error
    }
  }

  watch (name) {
    const before = Object.getOwnPropertyDescriptor(this.server, name)
    // a frozen property cannot be written, and an accessor is somebody else's guard
    if (before !== undefined && (!before.configurable || !('value' in before))) return
    this.values[name] = this.server[name]
    Object.defineProperty(this.server, name, accessors[before?.enumerable === true ? 'seen' : 'hidden'][name])
    this.watched.push({ name, before })
  }

  judge (name, value, setter) {
    const { ask, protocol, onUnsafeWrite } = this.user
    const { write, code, message, meantMs } = native().guardJudge(ask, protocol, { ...this.values, [name]: value }, name)
    if (write === 'fine') {
      this.owner.onWrite({ property: name, write })
      return value
    }
    const enforced = onUnsafeWrite === 'enforce' && write !== 'text'
    this.owner.onWrite({ property: name, write, code, message, enforced })
    this.warned ??= new Set()
    if (onUnsafeWrite === 'warn' && !this.warned.has(name)) {
      this.warned.add(name)
      warn({ code, message }, setter)
    }
    return enforced ? this.values[name] : meantMs ?? value
  }

  write (name, value, setter) {
    let taken = value
    try {
      if (!this.owner.isOurs()) taken = this.judge(name, value, setter)
    } catch {
      // a guard that fails must not stop the write
    }
    this.values[name] = taken
    this.owner.onChange()
  }

  /** A connection has come: from now on Node reads the server at each request. */
  onFirstConnection () {
    makeFast(this.server)
  }

  /** Puts plain properties back, where nobody has put something else in their place. */
  stop () {
    const { server, values } = this
    for (const { name, before } of this.watched.splice(0)) {
      const accessor = accessors[before?.enumerable === true ? 'seen' : 'hidden'][name]
      if (Object.getOwnPropertyDescriptor(server, name)?.get !== accessor.get) continue
      if (before === undefined && values[name] === undefined) delete server[name]
      else Object.defineProperty(server, name, { value: values[name], writable: true, enumerable: true, configurable: true })
    }
    // the state stays: whoever wrapped the accessors still calls them
  }
}

module.exports = { Guard }
