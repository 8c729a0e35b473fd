'use strict'

// Drives requests through a proxy so that each one meets an idle connection of a known age.
// A shared pool hides the race (a request takes the connection that was used last), so every
// lane has an upstream of its own, and the proxy a pool of one for each. A round: every lane
// is primed (a request that leaves its connection idle), waits its gap, and makes an attempt.

const http = require('node:http')
const { setTimeout: wait } = require('node:timers/promises')

const host = '127.0.0.1'

// far longer than anything here takes; a request without any end is a broken rig, not a loss
const answerMsMax = 15000

/** The upstream says with this header how many requests it has had on this connection. */
const countHeader = 'x-connection-requests'

/**
 * One POST on a new client connection, so that only the proxy's own pool is in play.
 * Resolves to { outcome: 'reused' | 'fresh' | 'lost', why }.
 */
function post ({ port, path }) {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(answerMsMax)
    const request = http.request({ host, port, path, method: 'POST', agent: false, signal })
    request.on('response', (response) => {
      const { statusCode } = response
      response.resume()
      response.on('error', () => resolve({ outcome: 'lost', why: 'closed in the middle of the answer' }))
      response.on('end', () => {
        if (statusCode === 200) {
          resolve({ outcome: Number(response.headers[countHeader]) > 1 ? 'reused' : 'fresh' })
        } else if (statusCode === 502 || statusCode === 503) {
          resolve({ outcome: 'lost', why: `${statusCode}` })
        } else {
          reject(new Error(`POST ${path} was answered with ${statusCode}`))
        }
      })
    })
    request.on('error', (error) => {
      if (error.code === 'ECONNRESET') {
        resolve({ outcome: 'lost', why: 'closed without an answer' })
      } else {
        reject(new Error(`POST ${path} on port ${port}: ${error.cause?.message ?? error.message}`, { cause: error }))
      }
    })
    request.end('x')
  })
}

/** The first request of a lane. */
async function open (lane) {
  const { outcome, why } = await post(lane)
  // there is no idle connection yet, so no idle timeout can explain this
  if (outcome === 'lost') throw new Error(`the first request to ${lane.path} was lost: ${why}`)
}

/**
 * `lanes` are { port, path, gapMs }: where the proxy listens, the path that it maps to this
 * lane's own upstream, and how long the connection is idle before an attempt. All lanes of a
 * call go in lock-step. `onAttempt(outcome)` is told each as it ends. Resolves to the counts
 * { attempts, lost, reused, fresh }: reused and fresh were answered, on the idle connection
 * and on a new one.
 */
async function driveLanes ({ lanes, rounds, onAttempt }) {
  const counts = { attempts: 0, lost: 0, reused: 0, fresh: 0 }

  async function attempt (lane) {
    let { outcome } = await post(lane)
    // Lost already: the connection was idle for too long while the slowest lane finished the
    // last round. That is this lane's attempt.
    if (outcome !== 'lost') {
      await wait(lane.gapMs)
      outcome = (await post(lane)).outcome
    }
    counts.attempts++
    counts[outcome]++
    onAttempt?.(outcome)
  }

  // the first request through each process is slow, and would put the first gap out of place
  await Promise.all(lanes.map(open))
  for (let round = 0; round < rounds; round++) await Promise.all(lanes.map(attempt))
  return counts
}

module.exports = { countHeader, driveLanes, post }
