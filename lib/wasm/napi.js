'use strict'

// Node-API for a WebAssembly instance: the forty functions of it that src/napi calls, so that
// the same C sources serve with and without a native module. Each does what Node's own
// documentation says of it; a status other than ok is the caller's to act on.

const { isProxy } = require('node:util').types
const { Memory } = require('./memory')

const ok = 0
const invalidArg = 1
const objectExpected = 2
const stringExpected = 3
const functionExpected = 5
const numberExpected = 6
const booleanExpected = 7
const arrayExpected = 8
const genericFailure = 9
const pendingException = 10

// what Node says of each status
const statusTexts = [
  null, 'Invalid argument', 'An object was expected', 'A string was expected', 'A string or symbol was expected', 'A function was expected',
  'A number was expected', 'A boolean was expected', 'An array was expected', 'Unknown failure', 'An exception is pending'
]

// napi_valuetype and napi_typedarray_type, by their numbers
const valueTypes = ['undefined', 'null', 'boolean', 'number', 'string', 'symbol', 'object', 'function', 'external', 'bigint']
const arrayTypes = ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array']

// a typed array's own word for what it is, whatever was put on it
const { get: readArrayType } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)

// Of work in other threads, of which there are none here. lib asks for none; a call of it all
// the same fails at its first step.
const refused = /_(async_work|deferred|promise|reference)$/

// napi_property_attributes
const writable = 1
const enumerable = 2
const configurable = 4

// napi_property_descriptor: eight words
const descriptorLength = 32

const env = 1 // there is one, and nobody looks into it

const int64Max = 2n ** 63n - 1n
const int64Min = -(2n ** 63n)

function typeOf (value) {
  return value === null ? 'null' : typeof value
}

function isObject (value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Node-API does not look through a proxy. */
function isArray (value) {
  return !isProxy(value) && Array.isArray(value)
}

function toInt64 (number) {
  if (!Number.isFinite(number)) return 0n
  const whole = BigInt(Math.trunc(number))
  return whole > int64Max ? int64Max : whole < int64Min ? int64Min : whole
}

/** `names`: all that the instance imports. */
function createNapi (names) {
  const memory = new Memory()
  let wasm // the exports of the instance

  // A value of JavaScript is a number to the C code: its place in here while a call lasts.
  const values = [undefined]
  // The call that runs: its arguments, its copies in memory, the buffers that the C code fills
  // there, and what was thrown in it
  let call = null
  let lastStatus = ok

  const wraps = new WeakMap()
  const tags = new WeakMap()
  const dead = new FinalizationRegistry(({ finalize, data, hint }) => {
    if (finalize !== 0) wasm.__indirect_function_table.get(finalize)(env, data, hint)
  })

  function put (at, value) {
    memory.setU32(at, values.push(value) - 1)
    return ok
  }

  function putBoolean (at, value) {
    memory.setByte(at, value ? 1 : 0)
    return ok
  }

  /** Runs what may run JavaScript of the user's, unless something was thrown before. */
  function attempt (run) {
    return call.thrown === null ? run() : pendingException
  }

  function throwNew (ErrorClass, code, message) {
    return attempt(() => {
      const error = new ErrorClass(memory.getText(message))
      if (code !== 0) error.code = memory.getText(code)
      call.thrown = { value: error }
      return ok
    })
  }

  /** What V8 makes of a property of nothing: an exception and another status. */
  function refuseNothing () {
    call.thrown ??= { value: new TypeError('Cannot convert undefined or null to object') }
    return objectExpected
  }

  function getOf (object, key, result) {
    if (object === undefined || object === null) return refuseNothing()
    return attempt(() => put(result, object[key]))
  }

  /** As in sloppy mode: what is frozen stays as it is, without a word. */
  function setOf (object, key, value) {
    if (object === undefined || object === null) return refuseNothing()
    return attempt(() => {
      const target = Object(object)
      Reflect.set(target, key, value, target)
      return ok
    })
  }

  /** Calls the C code, which returns the place of its result. */
  function enter (self, args, run) {
    const outer = call
    const stack = wasm.__stack_pointer.value
    call = { self, args, first: values.length, copies: [], buffers: [], thrown: null }
    try {
      const result = values[run()]
      if (call.thrown !== null) throw call.thrown.value
      for (const { at, bytes } of call.buffers) memory.copyOut(at, bytes)
      return result
    } finally {
      for (const copy of call.copies) memory.free(copy)
      values.length = call.first
      // a stack overflow in JavaScript unwinds the C code without its knowledge
      wasm.__stack_pointer.value = stack
      call = outer
    }
  }

  /** A function of JavaScript's around one of the C code's. */
  function bind (callback) {
    const run = wasm.__indirect_function_table.get(callback)
    return function (...args) {
      return enter(this, args, () => run(env, 0))
    }
  }

  /** A copy for the C code, as long as this call lasts; 0 where there is no memory. */
  function keep (bytes) {
    const copy = memory.copyIn(bytes)
    if (copy !== 0) call.copies.push(copy)
    return copy
  }

  /** Tells the C code of the bytes of an array, as far as it asks. */
  function putBytes (array, data, length) {
    const { buffer, byteOffset, byteLength } = array
    const bytes = new Uint8Array(buffer, byteOffset, byteLength)
    if (length !== 0) memory.setU32(length, bytes.length)
    if (data === 0) return ok
    const copy = keep(bytes)
    if (copy === 0) return genericFailure
    memory.setU32(data, copy)
    return ok
  }

  function readDescriptor (at) {
    const [name, nameValue, method, getter, setter, value, attributes] = [0, 4, 8, 12, 16, 20, 24].map((offset) => memory.getU32(at + offset))
    const key = name !== 0 ? memory.getText(name) : values[nameValue]
    const flags = { enumerable: (attributes & enumerable) !== 0, configurable: (attributes & configurable) !== 0 }
    if (getter !== 0 || setter !== 0) {
      return { key, descriptor: { ...flags, get: getter === 0 ? undefined : bind(getter), set: setter === 0 ? undefined : bind(setter) } }
    }
    return { key, descriptor: { ...flags, writable: (attributes & writable) !== 0, value: method !== 0 ? bind(method) : values[value] } }
  }

  const functions = {
    napi_get_cb_info (_, info, count, list, self, data) {
      if (list !== 0 && count !== 0) {
        const room = memory.getU32(count)
        for (let i = 0; i < room; i++) put(list + 4 * i, call.args[i])
      }
      if (count !== 0) memory.setU32(count, call.args.length)
      if (self !== 0) put(self, call.self)
      if (data !== 0) memory.setU32(data, 0)
      return ok
    },

    // ---- making values
    napi_create_object: (_, result) => put(result, {}),
    napi_create_array: (_, result) => put(result, []),
    napi_create_array_with_length: (_, length, result) => put(result, new Array(length >>> 0)),
    napi_create_double: (_, value, result) => put(result, value),
    napi_create_int32: (_, value, result) => put(result, value),
    napi_create_uint32: (_, value, result) => put(result, value >>> 0),
    napi_create_string_utf8: (_, text, length, result) => put(result, memory.getText(text, length)),
    /** The C code fills the buffer before it returns: that is when its bytes are taken over. */
    napi_create_arraybuffer (_, length, data, result) {
      const bytes = new Uint8Array(length >>> 0)
      if (data !== 0) {
        const at = keep(bytes)
        if (at === 0) return genericFailure
        call.buffers.push({ at, bytes })
        memory.setU32(data, at)
      }
      return put(result, bytes.buffer)
    },
    napi_create_typedarray (_, type, length, buffer, offset, result) {
      const ArrayClass = globalThis[arrayTypes[type]]
      return ArrayClass === undefined ? invalidArg : put(result, new ArrayClass(values[buffer], offset >>> 0, length >>> 0))
    },
    napi_create_buffer_copy (_, length, data, copy, result) {
      if (copy !== 0) return invalidArg
      const bytes = Buffer.alloc(length >>> 0)
      memory.copyOut(data >>> 0, bytes)
      return put(result, bytes)
    },
    napi_get_boolean: (_, value, result) => put(result, value !== 0),
    napi_get_null: (_, result) => put(result, null),

    // ---- reading values
    napi_typeof (_, value, result) {
      memory.setU32(result, valueTypes.indexOf(typeOf(values[value])))
      return ok
    },
    napi_is_array: (_, value, result) => putBoolean(result, isArray(values[value])),
    napi_is_buffer: (_, value, result) => putBoolean(result, ArrayBuffer.isView(values[value])),
    napi_strict_equals: (_, a, b, result) => putBoolean(result, values[a] === values[b]),
    napi_get_value_double (_, value, result) {
      if (typeof values[value] !== 'number') return numberExpected
      memory.setDouble(result, values[value])
      return ok
    },
    napi_get_value_int64 (_, value, result) {
      if (typeof values[value] !== 'number') return numberExpected
      memory.setI64(result, toInt64(values[value]))
      return ok
    },
    napi_get_value_bool (_, value, result) {
      return typeof values[value] === 'boolean' ? putBoolean(result, values[value]) : booleanExpected
    },
    napi_get_value_string_utf8 (_, value, buffer, size, length) {
      const text = values[value]
      if (typeof text !== 'string') return stringExpected
      const count = buffer === 0 ? Buffer.byteLength(text) : size === 0 ? 0 : memory.setText(buffer, size, text)
      if (length !== 0) memory.setU32(length, count)
      return ok
    },
    napi_get_array_length (_, array, result) {
      if (!isArray(values[array])) return arrayExpected
      memory.setU32(result, values[array].length)
      return ok
    },
    napi_get_buffer_info (_, value, data, length) {
      return ArrayBuffer.isView(values[value]) ? putBytes(values[value], data, length) : invalidArg
    },
    napi_get_typedarray_info (_, value, type, length, data, buffer, offset) {
      const array = values[value]
      const index = arrayTypes.indexOf(readArrayType.call(array))
      if (index === -1) return invalidArg
      if (type !== 0) memory.setU32(type, index)
      if (length !== 0) memory.setU32(length, array.length)
      if (buffer !== 0) put(buffer, array.buffer)
      if (offset !== 0) memory.setU32(offset, array.byteOffset)
      return putBytes(array, data, 0)
    },

    // ---- properties
    napi_get_named_property: (_, object, name, result) => getOf(values[object], memory.getText(name), result),
    napi_set_named_property: (_, object, name, value) => setOf(values[object], memory.getText(name), values[value]),
    napi_get_property: (_, object, key, result) => getOf(values[object], values[key], result),
    napi_set_property: (_, object, key, value) => setOf(values[object], values[key], values[value]),
    napi_get_element: (_, object, index, result) => getOf(values[object], index >>> 0, result),
    napi_set_element: (_, object, index, value) => setOf(values[object], index >>> 0, values[value]),
    napi_define_properties (_, object, count, list) {
      if (!isObject(values[object])) return objectExpected
      return attempt(() => {
        for (let i = 0; i < count; i++) {
          const { key, descriptor } = readDescriptor(list + i * descriptorLength)
          if (!Reflect.defineProperty(values[object], key, descriptor)) return invalidArg
        }
        return ok
      })
    },
    napi_instanceof (_, object, constructor, result) {
      const Class = values[constructor]
      if (typeof Class === 'function') return attempt(() => putBoolean(result, values[object] instanceof Class))
      if (call.thrown === null) call.thrown = { value: Object.assign(new TypeError('Constructor must be a function'), { code: 'ERR_NAPI_CONS_FUNCTION' }) }
      return functionExpected
    },

    // ---- memory of the C code's behind an object
    napi_wrap (_, object, data, finalize, hint, result) {
      const value = values[object]
      if (!isObject(value)) return objectExpected
      if (wraps.has(value) || result !== 0) return invalidArg
      const wrap = { data, finalize, hint }
      wraps.set(value, wrap)
      dead.register(value, wrap, wrap)
      return ok
    },
    napi_unwrap (_, object, result) {
      const wrap = wraps.get(values[object])
      if (wrap === undefined) return invalidArg
      memory.setU32(result, wrap.data)
      return ok
    },
    napi_remove_wrap (_, object, result) {
      const wrap = wraps.get(values[object])
      if (wrap === undefined) return invalidArg
      if (result !== 0) memory.setU32(result, wrap.data)
      wraps.delete(values[object])
      dead.unregister(wrap)
      return ok
    },
    napi_type_tag_object (_, object, tag) {
      if (tags.has(values[object])) return invalidArg
      tags.set(values[object], [memory.getU64(tag), memory.getU64(tag + 8)])
      return ok
    },
    napi_check_object_type_tag (_, object, tag, result) {
      const [low, high] = tags.get(values[object]) ?? []
      return putBoolean(result, low === memory.getU64(tag) && high === memory.getU64(tag + 8))
    },

    // ---- errors
    napi_throw (_, value) {
      if (call.thrown !== null) return pendingException
      call.thrown = { value: values[value] }
      return ok
    },
    napi_throw_error: (_, code, message) => throwNew(Error, code, message),
    napi_throw_type_error: (_, code, message) => throwNew(TypeError, code, message),
    napi_throw_range_error: (_, code, message) => throwNew(RangeError, code, message),
    napi_is_exception_pending: (_, result) => putBoolean(result, call.thrown !== null),
    napi_get_and_clear_last_exception (_, result) {
      const thrown = call.thrown
      call.thrown = null
      return put(result, thrown?.value)
    },
    /** napi_extended_error_info: the text's address, nothing, nothing, the status. */
    napi_get_last_error_info (_, result) {
      const text = statusTexts[lastStatus]
      const info = keep(Buffer.alloc(16))
      if (info === 0) return genericFailure
      if (text) memory.setU32(info, keep(Buffer.from(`${text}\0`)))
      memory.setU32(info + 12, lastStatus)
      memory.setU32(result, info)
      return ok
    },

  }

  const napi = {}
  for (const name of names.filter((name) => refused.test(name))) napi[name] = () => genericFailure
  for (const [name, run] of Object.entries(functions)) {
    napi[name] = (...args) => {
      try {
        lastStatus = run(...args)
      } catch (value) { // a getter, a trap of a proxy, or no stack left
        call.thrown ??= { value }
        lastStatus = pendingException
      }
      return lastStatus
    }
  }

  return {
    /** What the instance imports, by the names in node_api.h and in src/wasm/include/uv.h. */
    imports: { napi, env: { uv_hrtime: () => process.hrtime.bigint() } },
    /** Runs the module's own initialization; returns its exports, as require() would. */
    initialize (exports) {
      wasm = exports
      memory.attach(exports)
      return enter(undefined, [], () => exports.napi_register_wasm_v1(env, values.push({}) - 1))
    }
  }
}

module.exports = { createNapi }
