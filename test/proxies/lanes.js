'use strict'

// Requests that each meet an idle connection of a known age. A shared pool hides the race (a
// request takes the connection that was used last), so every lane has an address of its own to
// the server, and the proxy a pool for each. Lanes do not go in lock-step: a burst would put
// every gap out of place.

const { setTimeout: wait } = require('node:timers/promises')
const { Client } = require('./client')

// what a round takes beside its gap
const roundMsExtra = 150

// lanes begin one after the other over this time
const staggerMs = 1200

// the golden ratio's multiples fill an interval evenly, in whatever order they are taken
const golden = 0.618033988749895

/** Lanes of one method each: { method, prefix, fromMs, toMs }, as the shares of the aims say. */
function planLanes (methods, aims, countPerMethod) {
  const lanes = []
  for (const method of methods) {
    for (let i = 0; i < countPerMethod; i++) {
      const at = (i + 0.5) / countPerMethod
      let sum = 0
      const aim = aims.find(({ share }) => (sum += share) >= at) ?? aims[aims.length - 1]
      lanes.push({ ...aim, method, prefix: `/${lanes.length}/` })
    }
  }
  return lanes
}

function countRounds ({ fromMs, toMs }, driveMs) {
  return Math.max(1, Math.floor(driveMs / ((fromMs + toMs) / 2 + roundMsExtra)))
}

/** How long lanes have to be driven for `attempts` of each method. */
function findDriveMs (lanes, methods, attempts) {
  let driveMs = 0
  let planned
  do {
    driveMs += 100
    planned = lanes.reduce((sum, lane) => sum + countRounds(lane, driveMs), 0) / methods.length
  } while (planned < attempts)
  return driveMs
}

/**
 * Drives `lanes` for `driveMs` through the proxy on `port`. `pass()` is awaited before each
 * request, and what it resolves to is called when the request is over.
 */
async function driveLanes ({ ledger, lanes, port, driveMs, oneShot = false, pass = async () => () => {} }) {
  let count = 0

  async function send (lane, client, how) {
    const leave = await pass()
    try {
      return await ledger[how](client, lane.method, lane.prefix)
    } finally {
      leave()
    }
  }

  async function drive (lane, index) {
    const client = new Client({ port, oneShot })
    await wait(staggerMs * index / lanes.length)
    let isIdle = (await send(lane, client, 'prime')).how === 'answered'
    for (let round = countRounds(lane, driveMs); round > 0; round--) {
      // there must be an idle connection to meet
      if (!isIdle) await send(lane, client, 'prime')
      await wait(lane.fromMs + (lane.toMs - lane.fromMs) * ((count++ * golden) % 1))
      isIdle = (await send(lane, client, 'send')).how === 'answered'
    }
    client.close()
  }

  await Promise.all(lanes.map(drive))
}

module.exports = { driveLanes, findDriveMs, planLanes }
