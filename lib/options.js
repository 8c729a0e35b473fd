'use strict'

// From what the user wrote to what the policy is asked: defaults, then validation, then the
// environment. Nothing is decided here about timeouts; that is src/core/policy.c.

const { native } = require('./binding')
const { findLoadBalancer } = require('./catalogue')
const { createError, inspect, isOwn } = require('./errors')
const { otherRuntime } = require('./runtime')

const optionNames = ['lb', 'idleTimeoutMs', 'metadata', 'marginMs', 'headersTimeout', 'onUnsafeWrite', 'unbounded', 'lastLook', 'evidence']
const hopNames = ['id', 'idleTimeoutMs', 'drainMs']
const settingNames = ['keepAliveTimeout', 'headersTimeout', 'requestTimeout', 'timeout', 'keepAliveTimeoutBuffer', 'connectionsCheckingInterval', 'nodeVersion']

let limits
function getLimits () {
  limits ??= native().policyLimits()
  return limits
}

/**
 * Copies the known properties of `object`, each read once; complains about all others. What
 * somebody has put on the prototype of all objects is no option.
 */
function pick (object, names, what, example = typeof object === 'string' ? `{ lb: ${inspect(object)} }` : "{ lb: 'aws-alb' }") {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw createError('LBST_E_INVALID_TYPE', `${what} must be an object such as ${example}, got ${inspect(object)}`)
  }
  const result = {}
  for (const name of Object.keys(object)) {
    if (!names.includes(name)) {
      const nearest = native().spellNearest(name, names)
      const hint = nearest === null ? `known are ${names.join(', ')}` : `did you mean ${nearest}?`
      throw createError('LBST_E_UNKNOWN_OPTION', `${what} has no property ${inspect(name)}; ${hint}`)
    }
  }
  for (const name of names) result[name] = name in Object.prototype && !Object.hasOwn(object, name) ? undefined : object[name]
  return result
}

const units = { ms: 1, s: 1000, m: 60000, min: 60000, h: 3600000 }

/** What a string was probably meant to be, in ms: of what is at least `leastMs`, so that it is taken. */
function suggest (value, leastMs) {
  // no other type: making a string of an object runs code of its own
  if (typeof value !== 'string' && typeof value !== 'bigint') return ''
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?\s*$/i.exec(String(value))
  if (match === null) return ''
  const [, number, unit] = match
  // a number alone is of seconds where ms would be too few
  const factors = unit === undefined ? [units.ms, units.s] : [units[unit.toLowerCase()]]
  const ms = factors.map((factor) => Math.round(Number(number) * factor)).find((ms) => ms >= leastMs && ms <= getLimits().timeoutMsMax)
  return ms === undefined ? '' : `; write ${ms}`
}

function checkDuration (name, value, leastMs = 0) {
  const { timeoutMsMax } = getLimits()
  if (typeof value !== 'number') {
    throw createError('LBST_E_INVALID_TYPE', `${name} must be a number of milliseconds, got ${inspect(value)}${suggest(value, leastMs)}`)
  }
  if (!Number.isInteger(value) || value < 0 || value > timeoutMsMax) {
    throw createError('LBST_E_OUT_OF_RANGE', `${name} must be a whole number of milliseconds from 0 to ${timeoutMsMax}, got ${value}`)
  }
  return value
}

/** An idle timeout: so short a one was meant as seconds. */
function checkIdle (name, value) {
  const { idleMsMin } = getLimits()
  checkDuration(name, value, idleMsMin)
  if (value > 0 && value < idleMsMin) {
    throw createError('LBST_E_LOOKS_LIKE_SECONDS', `${name} is in milliseconds, and ${value} ms is shorter than any load balancer's; write ${value * 1000} for ${value} seconds`)
  }
  if (value === 0) {
    throw createError('LBST_E_OUT_OF_RANGE', `${name} must be at least ${idleMsMin} ms, got 0; for a load balancer without an idle limit name it with option lb`)
  }
  return value
}

function checkChoice (name, value, choices) {
  if (choices.includes(value)) return value
  const expected = choices.map(inspect).join(', ')
  const nearest = typeof value === 'string' ? native().spellNearest(value, choices.filter((choice) => typeof choice === 'string')) : null
  throw createError('LBST_E_INVALID_TYPE', `${name} must be one of ${expected}, got ${inspect(value)}` + (nearest === null ? '' : `; did you mean '${nearest}'?`))
}

// every hop has all of it: what is missing would be looked for on the prototype of all objects
const blankHop = { id: undefined, name: undefined, role: undefined, idleTimeoutMs: undefined, unbounded: undefined, drainMs: undefined }

/** One element of option lb: an id, or { id?, idleTimeoutMs?, drainMs? }. */
function readHop (value, where) {
  if (typeof value === 'string') return { ...blankHop, id: findLoadBalancer(value).id }
  if (typeof value === 'number') {
    throw createError('LBST_E_INVALID_TYPE', `${where} must be a load balancer's id or an object, got ${value}; an idle timeout alone is idleTimeoutMs: ${value}`)
  }
  const hop = { ...blankHop, ...pick(value, hopNames, where, "{ id: 'aws-alb' }") }
  if (hop.id === undefined && hop.idleTimeoutMs === undefined) {
    throw createError('LBST_E_INVALID_TYPE', `${where} needs an id, an idleTimeoutMs, or both`)
  }
  if (hop.id !== undefined) hop.id = findLoadBalancer(hop.id).id
  if (hop.idleTimeoutMs !== undefined) checkIdle(`${where}.idleTimeoutMs`, hop.idleTimeoutMs)
  if (hop.drainMs !== undefined) checkDuration(`${where}.drainMs`, hop.drainMs)
  return hop
}

function readChain (lb) {
  if (!Array.isArray(lb)) return [readHop(lb, 'option lb')]
  const { hopsMax } = getLimits()
  if (lb.length === 0 || lb.length > hopsMax) {
    throw createError('LBST_E_OUT_OF_RANGE', `a chain in option lb has 1 to ${hopsMax} hops, outermost first, got ${lb.length}`)
  }
  return Array.from(lb, (hop, index) => readHop(hop, `option lb[${index}]`))
}

const metadataNames = ['id', 'name', 'role', 'idleTimeoutMs', 'unbounded', 'drainMs', 'where', 'why']

/** Whether an array is a list of hops; parsed JSON is an array too, of other things. */
function isHopList (metadata) {
  return Array.isArray(metadata) && metadata.length > 0 && metadata.every((hop) =>
    typeof hop === 'object' && hop !== null && !Array.isArray(hop) && Object.keys(hop).every((name) => metadataNames.includes(name)))
}

/** One of a list of hops, as the policy takes it. */
function readMetadataHop (given, where) {
  const hop = pick(given, metadataNames, where)
  const { id, name, role, idleTimeoutMs, unbounded, drainMs } = hop
  if (id === undefined && role === undefined) {
    throw createError('LBST_E_INVALID_TYPE', `${where} must be a hop with an id or a role, got ${inspect(given)}`)
  }
  if (role !== undefined) checkChoice(`${where}.role`, role, ['pool-owner', 'l4', 'not-pooling'])
  if (typeof (name ?? '') !== 'string') {
    throw createError('LBST_E_INVALID_TYPE', `${where}.name must be a string, got ${inspect(name)}`)
  }
  if (unbounded !== undefined) checkChoice(`${where}.unbounded`, unbounded, [true, false])
  const row = id == null ? undefined : findLoadBalancer(id)
  const read = { ...blankHop, id: row?.id, name: name ?? undefined, role, unbounded: unbounded || undefined }
  if (drainMs != null) read.drainMs = checkDuration(`${where}.drainMs`, drainMs)
  if (idleTimeoutMs != null) {
    read.idleTimeoutMs = hop.where === undefined ? checkIdle(`${where}.idleTimeoutMs`, idleTimeoutMs) : clampRead(`${where}.idleTimeoutMs`, idleTimeoutMs, read)
  } else if (unbounded === false && role === 'pool-owner') {
    // a reader has put in what the catalogue knows: this hop's own setting is not told, and
    // the default would be a guess
    return { ...read, id: undefined, name: name ?? row?.name }
  }
  return read
}

/** What a reader found need not be a sensible number: 0.5 s is outlasted as 1 s is, a year as no limit. */
function clampRead (where, value, read) {
  const { idleMsMin, timeoutMsMax } = getLimits()
  if (typeof value !== 'number' || !(value >= 0)) checkDuration(where, value)
  if (value > timeoutMsMax / 2) {
    read.unbounded = true
    return undefined
  }
  return Math.max(Math.ceil(value), idleMsMin)
}

/** The hops that matter most first, where there are more than the policy compares. */
function limitHops (hops) {
  const { hopsMax } = getLimits()
  if (hops.length <= hopsMax) return hops
  const rank = ({ role, unbounded, idleTimeoutMs }) => role !== undefined && role !== 'pool-owner' ? -1 : unbounded ? Infinity : idleTimeoutMs ?? 0
  return [...hops].sort((a, b) => rank(b) - rank(a)).slice(0, hopsMax)
}

/** What readLbMetadata() takes, or the hops that it returns. */
function readMetadata (metadata, { name = 'option metadata', file } = {}) {
  let hops = metadata
  if (!isHopList(metadata)) {
    const { parseLbMetadata } = require('./metadata')
    const parsed = fromSource(name, () => parseLbMetadata(metadata, { file }))
    hops = parsed.hops
    if (hops.length === 0) {
      throw createError('LBST_E_NO_IDLE_TIMEOUT', `${name}: read as ${parsed.format}, but it tells of no load balancer's idle timeout`)
    }
  }
  return limitHops(Array.from(hops, (hop, index) => readMetadataHop(hop, `${name}[${index}]`)))
}

/** An error about an option's content or an environment variable says which. */
function fromSource (name, read) {
  try {
    return read()
  } catch (error) {
    if (!isOwn(error)) throw error
    throw createError(error.code, `${name}: ${error.message}`)
  }
}

function fromEnvironment (name, read) {
  return fromSource(`environment variable ${name}`, read)
}

/** The hops in the file that LB_SAFE_TIMEOUTS_METADATA names. */
function readMetadataFile (file) {
  const name = `environment variable LB_SAFE_TIMEOUTS_METADATA: ${file}`
  let content
  try {
    content = require('./metadata/file').readFileSync(file)
  } catch (error) {
    if (isOwn(error)) throw createError(error.code, `${name}: ${error.message}`)
    throw createError('LBST_E_BAD_METADATA', `${name} cannot be read: ${error.message}`)
  }
  return readMetadata(content, { name, file })
}

function detect (env) {
  const chain = env.LB_SAFE_TIMEOUTS_LB?.trim()
  const idle = env.LB_SAFE_TIMEOUTS_IDLE_MS?.trim()
  const file = env.LB_SAFE_TIMEOUTS_METADATA?.trim()
  const found = { hops: [], source: 'assumed', idleTimeoutMs: undefined, platform: undefined }
  if (file && (chain || idle)) {
    throw createError('LBST_E_CONFLICT', `environment variables LB_SAFE_TIMEOUTS_METADATA and ${chain ? 'LB_SAFE_TIMEOUTS_LB' : 'LB_SAFE_TIMEOUTS_IDLE_MS'} both tell of the load balancer; set the one that you trust`)
  }
  if (file) return { ...found, hops: readMetadataFile(file), source: 'metadata' }
  if (chain) {
    found.source = 'environment'
    found.hops = fromEnvironment('LB_SAFE_TIMEOUTS_LB', () => readChain(chain.split(',').map((id) => id.trim())))
  }
  if (idle) {
    found.source = 'environment'
    found.idleTimeoutMs = fromEnvironment('LB_SAFE_TIMEOUTS_IDLE_MS', () => checkIdle('the value', /^\d+$/.test(idle) ? Number(idle) : idle))
  }
  if (found.source === 'assumed') {
    const platform = native().platformList().find(({ variable }) => env[variable])
    if (platform === undefined) return found
    if (platform.lb !== null) return { ...found, hops: [{ ...blankHop, id: platform.lb }], source: 'platform' }
    found.platform = platform.variable
  }
  return found
}

function findHops ({ lb, idleTimeoutMs, metadata }, env) {
  const told = { hops: [], source: 'option', idleTimeoutMs, platform: undefined }
  if (metadata !== undefined) {
    if (lb !== undefined) {
      throw createError('LBST_E_CONFLICT', 'options lb and metadata both name the load balancer; pass the one that you trust')
    }
    return { ...told, hops: readMetadata(metadata), source: 'metadata' }
  }
  if (lb !== undefined) return { ...told, hops: readChain(lb) }
  return idleTimeoutMs === undefined ? detect(env) : told
}

/**
 * Reads the options of applyLbSafeTimeouts() and planLbSafeTimeouts(). Returns the question
 * for the policy as `ask`, and what is not the policy's to know beside it.
 */
function readOptions (given = {}, env = process.env) {
  const options = pick(given, optionNames, 'the options')
  const { marginMs, headersTimeout = 'outlast', unbounded = 'never-close' } = options
  const { onUnsafeWrite = 'warn', lastLook = true, evidence = true } = options

  if (options.idleTimeoutMs !== undefined) checkIdle('idleTimeoutMs', options.idleTimeoutMs)
  if (marginMs !== undefined) checkDuration('marginMs', marginMs)
  if (typeof headersTimeout === 'number') {
    checkDuration('headersTimeout', headersTimeout)
  } else {
    checkChoice('headersTimeout', headersTimeout, ['outlast', 'keep'])
  }
  checkChoice('unbounded', unbounded, ['never-close', 'long'])
  checkChoice('onUnsafeWrite', onUnsafeWrite, ['warn', 'enforce', 'off'])
  checkChoice('lastLook', lastLook, [true, false])
  checkChoice('evidence', evidence, [true, false])

  const { hops, source, idleTimeoutMs, platform } = findHops(options, env)
  return {
    ask: { hops, source, idleTimeoutMs, platform, marginMs, headersTimeout, unbounded, nodeVersion: process.versions.node, otherRuntime },
    onUnsafeWrite,
    lastLook,
    evidence
  }
}

/** Reads the settings of planLbSafeTimeouts(): Node's own names, any value that a server could hold. */
function readSettings (given = {}) {
  return pick(given, settingNames, 'the settings', '{ keepAliveTimeout: 5000 }')
}

module.exports = { checkChoice, checkDuration, pick, readOptions, readSettings }
