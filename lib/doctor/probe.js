'use strict'

// One connection to the server: opened, brought into a state, and watched until the server
// closes it. Times are monotonic milliseconds.

const { ResponseReader } = require('./response')

// longer than any sane handshake or health check takes
const connectMsMax = 10000
const answerMsMax = 10000
// what is asked for is a health check, and its answer is kept in memory until it is whole
const answerLengthMax = 4 * 1024 * 1024

function nowMs () {
  return Number(process.hrtime.bigint()) / 1e6
}

/**
 * Opens a connection and tells `on` what comes: open(), answer(answer), closed(how, error).
 * Returns { send(text), destroy() }. After destroy() nothing is told. An aborted `signal`
 * destroys it, and tells closed('aborted').
 */
function openConnection (target, signal, on) {
  const socket = target.connect()
  const reader = new ResponseReader()
  let over = false
  const abort = () => close('aborted')
  const lateConnect = setTimeout(() => close('error', new Error(`no connection within ${connectMsMax} ms`)), connectMsMax)

  function destroy () {
    over = true
    clearTimeout(lateConnect)
    signal.removeEventListener('abort', abort)
    socket.destroy()
  }
  function close (how, error) {
    if (over) return
    destroy()
    on.closed(how, error)
  }

  signal.addEventListener('abort', abort)
  if (signal.aborted) queueMicrotask(abort)
  socket.setNoDelay(true)
  socket.once(target.connectEvent, () => {
    clearTimeout(lateConnect)
    if (!over) on.open()
  })
  socket.on('data', (bytes) => {
    let answer = reader.push(bytes)
    while (answer !== null) {
      if (!over) on.answer(answer)
      answer = reader.push('')
    }
    if (reader.length > answerLengthMax) close('error', new Error('the answer is longer than 4 MiB; take a --path with a short one'))
  })
  socket.on('end', () => close('fin'))
  socket.on('error', (error) => close(error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'rst' : 'error', error))
  socket.on('close', () => close('fin'))
  return { send: (text) => { if (!over) socket.write(text) }, destroy }
}

const payloads = {
  unused: () => null,
  idle: (target) => target.request,
  headers: (target) => target.halfHeaders,
  body: (target) => target.halfBody
}

/**
 * Brings a connection into `state` and watches it for `limitMs` from then on. Resolves to
 * { state, openedAt, startAt, closedAt, how, status, keepAlive, notKept, error }: `how` is
 * 'fin', 'rst', '408' or 'answer' (another error), or null while it is open at the limit;
 * `notKept`: an answer said that the connection ends with it. `error` says why there is no
 * measurement.
 */
function probe (target, state, limitMs, signal) {
  return new Promise((resolve) => {
    const payload = payloads[state](target)
    const seen = { state, openedAt: null, sentAt: null, startAt: null, closedAt: null, how: null, status: null, keepAlive: null, notKept: false, error: null }
    let timer
    let cut = null

    function finish (error = null) {
      clearTimeout(timer)
      connection.destroy()
      resolve(Object.assign(seen, { error }))
    }
    function watch () {
      clearTimeout(timer)
      seen.startAt = nowMs()
      timer = setTimeout(finish, limitMs)
    }

    const connection = openConnection(target, signal, {
      open () {
        seen.openedAt = nowMs()
        if (payload !== null) {
          seen.sentAt = seen.openedAt
          connection.send(payload)
        }
        if (state !== 'idle') return watch()
        timer = setTimeout(() => finish(`no answer within ${answerMsMax} ms`), answerMsMax)
      },
      answer ({ status, keepAlive, close }) {
        seen.status = status
        seen.keepAlive ??= keepAlive
        // an answer to half a header, or to nothing, is the end: the close is right behind it
        if (status === 408 || (close && (state === 'unused' || state === 'headers'))) {
          cut = status === 408 ? '408' : 'answer'
          return
        }
        if (close) {
          seen.notKept = true
          finish()
        } else {
          watch() // a server that answers half a request has made an idle connection of it
        }
      },
      closed (how, error) {
        const at = nowMs()
        clearTimeout(timer)
        if (how === 'aborted' || how === 'error' || seen.startAt === null) {
          const why = error === undefined ? 'closed before there was an answer' : error.code ?? error.message
          resolve(Object.assign(seen, { error: how === 'aborted' ? 'stopped' : why }))
          return
        }
        seen.closedAt = at
        seen.how = cut ?? how
        resolve(seen)
      }
    })
  })
}

module.exports = { nowMs, openConnection, probe }
