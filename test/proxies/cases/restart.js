'use strict'

// The idle race while the proxy is restarted, and reloaded where it can be: all of its
// connections to Node end at once, and new ones come. A reload happens under traffic; for a
// restart no request is under way, because a proxy that ends loses what it has, and that is no
// server's affair. Each request comes on a client connection of its own for the same reason.

const { setTimeout: wait } = require('node:timers/promises')
const { driveLanes } = require('../lanes')
const { startLanes } = require('./idle')
const { proxies } = require('../../support/proxies')

// long enough for connections to become idle, and to be met
const firstMs = 2000
const pauseMs = 3000
// a reload and a restart, and what comes after them
const driveMsMin = 7500

/** Lets requests pass until it is closed, and tells when none is under way. */
class Gate {
  constructor () {
    this.opened = Promise.resolve()
    this.underWay = 0
  }

  async pass () {
    await this.opened
    this.underWay++
    return () => {
      this.underWay--
      if (this.underWay === 0) this.onEmpty?.()
    }
  }

  async close () {
    this.opened = new Promise((resolve) => { this.open = resolve })
    if (this.underWay > 0) await new Promise((resolve) => { this.onEmpty = resolve })
    this.onEmpty = undefined
  }
}

async function run (rig) {
  const { lanes, proxy, ledger, driveMs } = await startLanes(rig)
  const gate = new Gate()
  const stopped = new AbortController()
  const counts = { restarts: 0, reloads: 0 }

  async function restartProxy () {
    for (;;) {
      try {
        await wait(counts.restarts + counts.reloads === 0 ? firstMs : pauseMs, undefined, { signal: stopped.signal })
      } catch {
        return
      }
      if (proxies[rig.cell.proxy].reload !== null && counts.reloads <= counts.restarts) {
        await proxy.reload()
        counts.reloads++
      } else {
        await gate.close()
        try {
          await proxy.restart()
        } finally {
          gate.open()
        }
        counts.restarts++
      }
    }
  }

  const restarting = restartProxy()
  const driving = driveLanes({ ledger, lanes, port: proxy.port, driveMs: Math.max(driveMs, driveMsMin), oneShot: true, pass: () => gate.pass() })
  await Promise.race([driving, restarting.then(() => driving)])
  stopped.abort()
  await restarting
  ledger.extra = counts
  return ledger
}

module.exports = { run }
