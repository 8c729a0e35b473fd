'use strict'

// Holds the model against what a real Node did: same action, same reason, and the time within
// the model's own bounds. Pure: a recorded batch can be compared again, with another model.

// Reading the clock in a hook costs this much at most before or after the moment itself.
const hookMs = 0.5
// How far apart the model's bounds may be, beside the interval of the check.
const boundsMs = 5
// Two runs of the control further apart than this: the process was interrupted there, perhaps
// between a hook's look at the clock and the moment that it tells of.
const disturbedMs = 3.5
// A connection whose deadline was met later than this, the control being late as well, says
// nothing about Node any more: it is counted as inconclusive.
const noiseLimitMs = 50

function decode (settings) {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, typeof value === 'string' ? Number(value) : value]))
}

/** The first index in the sorted `list` with a value > `value`. */
function after (list, value) {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle] > value) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Until when a timer can run that should have run by `latestMs`, judged by the control in the
 * same loop: not later than the control's second run after that. (Its first one can be in the
 * same timers phase, which takes a while when many connections are due.)
 */
function lateBound (batch, latestMs, driftMs = 0) {
  const { controls, endAt, stalls } = batch
  const bound = latestMs + driftMs + hookMs
  // a stall made on purpose is an input of the model: it knows of no deadline inside of one
  if (stalls.some(([from, until]) => from < latestMs && latestMs < until)) return bound
  const second = after(controls, bound) + 1
  return Math.max(bound, second < controls.length ? controls[second] : endAt)
}

function stalledBetween ({ stalls }, fromMs, toMs) {
  return stalls.reduce((sum, [from, until]) => sum + Math.max(0, Math.min(until, toMs) - Math.max(from, fromMs)), 0)
}

/** The longest time between two runs of the control around `at`. */
function controlGap (batch, at) {
  const { controls } = batch
  let gap = 0
  for (let i = Math.max(1, after(controls, at - 1)); i < controls.length && controls[i - 1] < at + 1; i++) {
    gap = Math.max(gap, controls[i] - controls[i - 1] - stalledBetween(batch, controls[i - 1], controls[i]))
  }
  return gap
}

/** Was the process interrupted near one of these moments? */
function wasDisturbed (batch, moments) {
  return moments.some((at) => controlGap(batch, at) > disturbedMs)
}

/** The lateness of the control added up: how far an interval can have drifted by noise. */
function driftBetween (batch, fromMs, toMs) {
  const { controls } = batch
  const usual = 3.1 // ms between two runs of the control when nothing is late: 2 and rounding
  let sum = 0
  for (let i = Math.max(1, after(controls, fromMs)); i < controls.length && controls[i - 1] < toMs; i++) {
    sum += Math.max(0, controls[i] - controls[i - 1] - usual - stalledBetween(batch, controls[i - 1], controls[i]))
  }
  return sum
}

/** What Node did, in the model's words; null: nothing until the end of the batch. */
function observe (timeline, server) {
  const { closed, events, wrote408 } = timeline.record
  if (closed === null) return null
  if (closed.by === 'other') return { atMs: closed.at, action: 'other', reason: String(closed.code) }
  if (closed.by === 'server-close') return { atMs: closed.at, action: 'close', reason: 'server-close' }
  if (closed.by === 'timer') {
    // socket.timeout also holds a keepAliveTimeout that was refused; the timer does not
    const refused = !(Number.isFinite(closed.timeoutMs) && closed.timeoutMs > 0)
    const socket = refused || closed.timeoutMs === closed.serverTimeoutMs
    return { atMs: closed.at, action: socket ? 'destroy' : 'close', reason: socket ? 'socket' : 'keep-alive' }
  }
  return { atMs: closed.at, action: wrote408 ? 'respond-408' : 'destroy', reason: whichLimit(events, closed.at, server.limits) }
}

/** The header limit where there is one that was used up with the header not complete. */
function whichLimit (events, atMs, [first, second]) {
  // Node swaps the two where the header's is the longer one
  const headersMs = second > 0 && first > second ? second : first
  const lastOf = (name) => events.findLastIndex(([event]) => event === name)
  const complete = lastOf('request-complete')
  if (lastOf('headers-complete') > complete) return 'request'
  const [, start] = events.find(([name], index) => index > complete && name === 'bytes') ?? events[0]
  if (headersMs === 0) return 'request'
  return second === 0 || atMs - start > headersMs - hookMs ? 'headers' : 'request'
}

/** Everything that the model is told, in order of time. */
function listInputs (batch, timeline, sinceMs) {
  const { record } = timeline
  const until = record.closed === null ? Infinity : record.closed.at
  const inputs = record.events.filter(([, at]) => at <= until).map(([name, at, wroteAt], order) => ({ name, at, wroteAt, order }))
  for (const [from, to] of batch.stalls) {
    if (from > sinceMs && from < until && from < batch.endAt) inputs.push({ name: 'stall', at: from, until: to, order: -1 })
  }
  record.samples.forEach(([at, idle, active, order]) => {
    if (at <= until) inputs.push({ name: 'sample', at, idle: idle === 1, active: active === 1, order: order - 0.5 })
  })
  return inputs.sort((a, b) => a.at - b.at || a.order - b.order)
}

function isCheck ({ reason }) {
  return reason === 'headers' || reason === 'request'
}

/** The second run of the check before the one at `atMs`: so near that there is no drift. */
function findAnchor (server, atMs) {
  const index = after(server.ticks, atMs) - 3
  return index < 0 ? server.listenAt : server.ticks[index]
}

function say (outcome) {
  if (outcome === null) return 'nothing'
  const bounds = outcome.earliestMs === undefined ? '' : ` (${outcome.earliestMs.toFixed(2)} to ${outcome.latestMs.toFixed(2)})`
  return `${outcome.action} for ${outcome.reason} at ${outcome.atMs.toFixed(2)}${bounds}`
}

/** Feeds one model; returns a verdict. `driftMs`: how far the check may have drifted by noise. */
function run (model, batch, inputs, observed, { driftMs, intervalMs, anchorMs = 0 }) {
  const disagree = (why, predicted) => ({ verdict: 'disagree', why, predicted, observed })
  const lateOf = (predicted) => {
    return lateBound(batch, predicted.latestMs, isCheck(predicted) ? driftMs : 0)
  }
  for (const input of inputs) {
    const { name, at } = input
    if (name === 'stall') {
      model.event('stall', at, input.until)
      continue
    }
    if (name === 'sample') {
      // a deadline at the very moment of the sample is nobody's
      if (!model.open || model.nextDeadlineMs() <= at) continue
      model.advance(at)
      if (model.active !== input.active || model.idle !== input.idle) {
        return disagree(`Node's lists at ${at.toFixed(2)}: active ${input.active}, idle ${input.idle}; the model: active ${model.active}, idle ${model.idle}`, null)
      }
      continue
    }
    model.event(name, at)
    if (model.open) continue
    const predicted = model.advance(at)
    if (predicted === null) {
      // the event itself ended it; until that is done a timer may still come first
      if (observed !== null && observed.atMs <= lateBound(batch, at + noiseLimitMs)) return { verdict: 'agree', predicted, observed }
      break
    }
    if (predicted.reason === 'server-close') return judge(predicted, observed)
    // the model had it closed before this, and Node had not
    if (at > lateOf(predicted)) return disagree(`still open at ${at.toFixed(2)} (${name})`, predicted)
    return { verdict: 'inconclusive', why: 'an event at a deadline', predicted, observed }
  }

  if (observed !== null && observed.action === 'other') {
    // a keepAliveTimeout that throws does so into Node's own parser here
    const thrown = observed.reason === 'HPE_JS_EXCEPTION'
    return model.open && !thrown ? disagree('closed for another reason', null) : { verdict: 'agree', predicted: null, observed }
  }
  const predicted = model.advance(observed === null ? batch.endAt : Math.max(observed.atMs + 10000, batch.endAt))
  if (observed === null) {
    if (predicted === null) return { verdict: 'agree', predicted, observed }
    if (batch.endAt > lateOf(predicted)) return disagree('still open at the end', predicted)
    return { verdict: 'inconclusive', why: 'the batch ended at a deadline', predicted, observed }
  }
  return judge(predicted, observed)

  function judge (predicted, observed) {
    if (observed === null) return disagree('still open at the end', predicted)
    if (predicted === null) return disagree('closed, and the model says never', predicted)
    if (predicted.action !== observed.action) return disagree('another action', predicted)
    if (predicted.reason !== observed.reason) return disagree('another reason', predicted)
    const { atMs } = observed
    // bounds that enclose everything prove nothing; a stall may lie between them
    const widthMs = predicted.latestMs - predicted.earliestMs
    if (batch.stalls.length === 0 && widthMs > (isCheck(predicted) ? intervalMs : 0) + boundsMs) return disagree('bounds too wide', predicted)
    // a write starts server.timeout anew; the model is told of the end of it, a moment later
    const finish = inputs.findLast(({ wroteAt }) => wroteAt !== undefined)
    const sinceWriteMs = predicted.reason === 'socket' && finish !== undefined ? finish.at - finish.wroteAt : 0
    // by noise the run before may have drifted past the moment of expiry, too
    const before = isCheck(predicted) && driftMs > 0 && atMs <= predicted.latestMs - intervalMs + driftMs
    if (atMs < predicted.earliestMs - sinceWriteMs - anchorMs - hookMs && !(before && atMs >= predicted.atMs - intervalMs - hookMs)) return disagree('earlier than its earliest', predicted)
    if (atMs > lateOf(predicted)) return disagree('later than its latest', predicted)
    if (atMs > predicted.latestMs + noiseLimitMs) return { verdict: 'inconclusive', why: 'the machine was late', predicted, observed }
    return { verdict: 'agree', predicted, observed }
  }
}

/** What the client saw must be what the server says it did. */
function checkClient (timeline, observed, server, model) {
  const { text, reset, ended } = timeline.client
  const saw408 = /HTTP\/1\.1 408 /.test(text)
  if (observed !== null && !reset && !ended) return 'the server closed and the client did not see it'
  // what was open when the server's record was taken may have been closed a moment later
  if (observed !== null && !reset && saw408 !== timeline.record.wrote408) return `the client ${saw408 ? 'saw a 408 that the server did not write' : 'did not see the 408'}`
  const advertised = model.keepAliveHeader()
  for (const [, value] of text.matchAll(/^Keep-Alive: (.*?)\r$/mg)) {
    if (value !== advertised) return `Keep-Alive: ${value}, the model says ${advertised}`
  }
  if (advertised === null && /^Keep-Alive:/m.test(text)) return 'a Keep-Alive header that the model does not know'
  const kept = /^Connection: keep-alive\r$/m.test(text)
  if (kept && advertised !== null && !/^Keep-Alive:/m.test(text)) return `no Keep-Alive header, the model says ${advertised}`
  return null
}

// Settings without the limit that a reason names.
const without = {
  headers: { headersTimeout: 0, requestTimeout: 0 },
  request: { headersTimeout: 0, requestTimeout: 0 },
  socket: { timeout: 0 },
  'keep-alive': { keepAliveTimeout: 1e6 }
}

function compareTimeline (createConnectionModel, batch, timeline) {
  const server = batch.servers[timeline.server]
  const settings = decode(server.settings)
  const create = (listenAtMs, changes) => createConnectionModel({ ...settings, ...changes }, { nodeVersion: batch.version, listenAtMs, uptimeMs: 0 })
  const observed = observe(timeline, server)
  const { version } = batch

  // first from the moment of listening, with all the drift of the check since then
  const inputs = listInputs(batch, timeline, server.listenAt)
  const driftMs = driftBetween(batch, server.listenAt, observed === null ? batch.endAt : observed.atMs)
  const intervalMs = settings.connectionsCheckingInterval
  let result = run(create(server.listenAt), batch, inputs, observed, { driftMs, intervalMs })

  // then from a recent run of the check, which leaves next to no room for drift
  if (result.verdict === 'agree' && observed !== null && isCheck(observed)) {
    const anchor = findAnchor(server, observed.atMs)
    const given = {
      driftMs: driftBetween(batch, anchor, observed.atMs),
      intervalMs,
      anchorMs: controlGap(batch, anchor) // that run may have begun so long before it was seen
    }
    result = { ...run(create(anchor), batch, listInputs(batch, timeline, anchor), observed, given), anchored: true }
  }
  // two deadlines so close that either may come first: the one that came must be right, too
  if (result.verdict === 'disagree' && observed !== null && result.predicted !== null && result.predicted.reason !== observed.reason &&
    observed.atMs >= result.predicted.earliestMs - intervalMs && observed.atMs <= lateBound(batch, result.predicted.latestMs, driftMs)) {
    const other = run(create(server.listenAt, without[result.predicted.reason]), batch, inputs, observed, { driftMs, intervalMs })
    if (other.verdict === 'agree') result = other
  }
  if (result.verdict === 'disagree' && observed !== null && result.predicted !== null) {
    // an interruption explains as much time as it took, or that a run of the check was missed
    const moments = inputs.filter(({ name }) => name !== 'sample').slice(-3).map(({ at }) => at).concat(observed.atMs, result.predicted.atMs)
    const gapMs = Math.max(...moments.map((at) => controlGap(batch, at)))
    const runMs = isCheck(observed) || isCheck(result.predicted) ? intervalMs + driftMs : 0
    const offMs = Math.max(result.predicted.earliestMs - observed.atMs, observed.atMs - result.predicted.latestMs)
    if (gapMs > disturbedMs && offMs <= gapMs + runMs) result = { ...result, verdict: 'inconclusive', why: 'the process was interrupted' }
  }
  if (result.verdict === 'agree') {
    const why = checkClient(timeline, observed, server, create(server.listenAt))
    if (why !== null) result = { verdict: 'disagree', why, predicted: null, observed }
  }
  return { ...result, version, seed: batch.seed, timeline, settings }
}

/** The runs of the check come an interval after another, from the moment of listening on. */
function compareTicks (batch) {
  const wrong = []
  for (const { settings, ticks, listenAt } of batch.servers) {
    const intervalMs = decode(settings).connectionsCheckingInterval
    let last = listenAt
    for (const tick of ticks) {
      // the interval may have begun as long before `last` as the control leaves open
      const early = tick < last + intervalMs - 1 - hookMs - controlGap(batch, last)
      const due = last + intervalMs + 3
      const stall = batch.stalls.find(([from, until]) => from < due && due < until)
      const late = tick > lateBound(batch, stall === undefined ? due : stall[1])
      if (early || (late && !wasDisturbed(batch, [last, tick, last + intervalMs]))) {
        wrong.push(`a check ${(tick - last).toFixed(2)} ms after the one before, with an interval of ${intervalMs}`)
      }
      last = tick
    }
  }
  return wrong
}

function compareBatch (createConnectionModel, batch) {
  return batch.timelines.map((timeline) => compareTimeline(createConnectionModel, batch, timeline))
}

module.exports = { compareBatch, compareTicks, compareTimeline, say }
