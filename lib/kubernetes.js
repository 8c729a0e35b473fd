'use strict'

// The numbers that a Kubernetes manifest needs so that a pod leaves without a loss, and the
// arithmetic that leads to them.

const { callbacksMsMax, findHopDrain } = require('./drain/options')
const { checkDuration, pick, readOptions } = require('./options')

const names = ['lb', 'idleTimeoutMs', 'metadata', 'windowMs', 'requestMs']

// Removing an endpoint reaches kube-proxy and the ingress of every node within a few seconds.
const propagationMs = 5000

// what a request may take that was let in at the end of the window
const defaultRequestMs = 15000

// between our last act and the kill: the exit itself, and clocks that do not agree
const spareSeconds = 5

// the drain ends idle connections within the last second of its deadline
const finishMs = 1000

const readiness = { periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 2 }

function toSeconds (ms) {
  return Math.ceil(ms / 1000)
}

function chooseWindow (options, hops) {
  if (options.windowMs !== undefined) return { windowMs: options.windowMs, why: 'as given' }
  const noticeMs = (readiness.periodSeconds * readiness.failureThreshold + readiness.timeoutSeconds) * 1000
  const least = { windowMs: propagationMs + noticeMs, why: `${toSeconds(propagationMs)} s until every node knows that the endpoint is gone + ${toSeconds(noticeMs)} s until the readiness probe has failed (${readiness.failureThreshold} x ${readiness.periodSeconds} s + ${readiness.timeoutSeconds} s)` }
  const known = findHopDrain(hops)
  if (known === null || known.drainMs <= least.windowMs) return least
  return { windowMs: known.drainMs, why: `${known.name} may send to a target that leaves for ${toSeconds(known.drainMs)} s; shorten that there, and this gets shorter` }
}

/**
 * The numbers for a pod behind the load balancer of `options` (as for
 * applyLbSafeTimeouts()). `windowMs` where it is known better, `requestMs` for the longest
 * request (default 15 s).
 */
function kubernetes (given = {}) {
  const { windowMs: givenWindowMs, requestMs = defaultRequestMs, ...lbOptions } = pick(given, names, 'the options of drain.kubernetes()')
  if (givenWindowMs !== undefined) checkDuration('windowMs', givenWindowMs)
  checkDuration('requestMs', requestMs)
  for (const name of Object.keys(lbOptions)) if (lbOptions[name] === undefined) delete lbOptions[name]
  const { hops } = readOptions(lbOptions).ask
  const { windowMs, why } = chooseWindow({ windowMs: givenWindowMs }, hops)
  const deadlineMs = windowMs + requestMs + finishMs + callbacksMsMax
  const graceSeconds = toSeconds(deadlineMs) + spareSeconds
  checkDuration(`deadlineMs (window ${windowMs} + request ${requestMs} and some to spare)`, deadlineMs)
  const arithmetic = [
    `windowMs ${windowMs}: ${why}`,
    `deadlineMs ${deadlineMs} = window ${windowMs} + longest request ${requestMs} + last looks ${finishMs} + onDrained ${callbacksMsMax}`,
    `terminationGracePeriodSeconds ${graceSeconds} = deadline ${toSeconds(deadlineMs)} + ${spareSeconds} to spare`,
    `preStop 0: drain() goes on accepting for windowMs after SIGTERM, which is what a preStop sleep is for. Without drain(), sleep ${toSeconds(windowMs)} and add as much to the grace period`,
    `readinessProbe every ${readiness.periodSeconds} s, ${readiness.failureThreshold} failures: not ready ${readiness.periodSeconds * readiness.failureThreshold + readiness.timeoutSeconds} s after the drain began at the latest`
  ]
  return {
    terminationGracePeriodSeconds: graceSeconds,
    preStopSeconds: 0,
    preStopSecondsWithoutDrain: toSeconds(windowMs),
    readinessProbe: { ...readiness },
    drain: { windowMs, deadlineMs },
    arithmetic,
    manifest: `spec:
  terminationGracePeriodSeconds: ${graceSeconds}
  containers:
    - name: app
      # node itself must get SIGTERM: no npm and no shell as the first process
      command: [node, server.js]
      readinessProbe:
        httpGet: { path: /ready, port: 8080 } # drain.readiness(server)
        periodSeconds: ${readiness.periodSeconds}
        timeoutSeconds: ${readiness.timeoutSeconds}
        failureThreshold: ${readiness.failureThreshold}
      # drain.onSignals(server, { windowMs: ${windowMs}, deadlineMs: ${deadlineMs} })
`
  }
}

module.exports = { kubernetes }
