'use strict'

// A hop as readLbMetadata() returns it. The numbers that a configuration leaves out are the
// catalogue's; what nobody knows stays null.

const { loadBalancers } = require('../catalogue')
const { bad } = require('./fail')

const nameCharsMax = 90

function findRow (id) {
  return loadBalancers().find((row) => row.id === id)
}

/** A name on one line, however it was written: nothing that a terminal would obey, or reorder. */
function tidy (name) {
  return String(name).slice(0, nameCharsMax).replace(/[\s\p{Cc}\p{Cf}\p{Cs}]/gu, ' ').trim()
}

function list (words) {
  return words.filter(Boolean).join('; ')
}

function format (ms) {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`
}

function create (id, role, { name, idleTimeoutMs = null, unbounded = false, drainMs = null, where, why }) {
  return { id, name: tidy(name ?? findRow(id)?.name ?? id), role, idleTimeoutMs, unbounded, drainMs, where, why: list(why) }
}

/**
 * A hop that keeps idle connections to Node. `idle` is a number of ms, 'unbounded' (it says
 * that it has no limit), 'unknown' (it has one that is not told here), or undefined: the
 * vendor's default. `notes` are sentences for `why`.
 */
function poolOwner (id, { name, idle, drainMs, where, key, notes = [] }) {
  const fields = { name, drainMs, where }
  // where 0 means something to a vendor, its reader has said so
  if (idle === 0) throw bad(where, `${key} is 0, which is no idle timeout`)
  if (typeof idle === 'number') {
    return create(id, 'pool-owner', { ...fields, idleTimeoutMs: idle, why: [`${key} is ${format(idle)}`, ...notes] })
  }
  if (idle === 'unbounded') {
    return create(id, 'pool-owner', { ...fields, unbounded: true, why: [`${key === undefined ? '' : `${key}: `}it closes no idle connection of its own accord`, ...notes] })
  }
  if (idle === 'unknown') {
    return create(id, 'pool-owner', { ...fields, why: [`${key ?? 'its idle timeout'} is not told here`, ...notes] })
  }
  const row = findRow(id)
  if (row?.unbounded) {
    return create(id, 'pool-owner', { ...fields, unbounded: true, why: [`${key ? `${key} is not set, and it` : 'it'} has no idle limit of its own`, ...notes] })
  }
  const ms = row?.idleTimeoutMs ?? null
  const said = ms === null ? 'no source tells its idle timeout' : key === undefined ? `its idle timeout is ${format(ms)}` : `${key} is not set: the default is ${format(ms)}`
  return create(id, 'pool-owner', { ...fields, idleTimeoutMs: ms, why: [said, ...notes] })
}

/** A hop that closes its connection to Node after each answer. */
function notPooling (id, { name, drainMs, where, notes }) {
  return create(id, 'not-pooling', { name, drainMs, where, why: notes })
}

/** A hop that forwards flows. `idle`: when it forgets a silent one; undefined: the default. */
function l4 (id, { name, idle, drainMs, where, key, notes = [] }) {
  const ms = idle ?? findRow(id)?.idleTimeoutMs ?? null
  const said = idle !== undefined ? `${key} is ${format(idle)}: a flow timer` : ms === null ? 'its flow timer is not told here' : `its flow timer is ${format(ms)}, the default`
  return create(id, 'l4', { name, idleTimeoutMs: ms, drainMs, where, why: [said, 'it pools no connections', ...notes] })
}

/** "keepalive_timeout 75s (nginx.conf:12) is the client's side and not used" */
function clientSide (key, where) {
  return `${key} (${where}) is the client's side and not used`
}

module.exports = { clientSide, l4, notPooling, poolOwner }
