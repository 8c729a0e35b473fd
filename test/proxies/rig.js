'use strict'

// What a case needs around it: the server under test on its Node, a way of some ms to it, a
// proxy, and for a chain a second one in front.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { ensureNode } = require('../../scripts/nodes')
const { startChild } = require('../support/child')
const { proxies, startProxy } = require('../support/proxies')
const { startRelay } = require('../support/relay')
const { delayMs, lbIdleMs } = require('./settings')

class Rig {
  constructor (cell) {
    this.cell = cell
    this.stops = []
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-cell-'))
    this.tally = path.join(this.folder, 'tally')
    fs.writeFileSync(this.tally, '')
    process.on('exit', () => fs.rmSync(this.folder, { recursive: true, force: true }))
  }

  /** Starts what is to be stopped with the rig. */
  async add (promise, stop = (running) => running.stop()) {
    const running = await promise
    this.stops.unshift(() => stop(running))
    return running
  }

  /** A server of the cell's kind. Resolves to { port, closeMs, headersTimeout, child, ... }. */
  async startServer (extra = {}) {
    const { server: kind, case: name, node, upstream: protocol, packages, chain } = this.cell
    const hop = proxies[this.cell.proxy]?.hop(lbIdleMs) ?? { idleTimeoutMs: lbIdleMs }
    // the outer proxy of a chain owns no pool to Node
    const lb = chain === undefined ? hop : [proxies[chain].hop(lbIdleMs / 2), hop]
    const config = { kind, name, protocol, tally: this.tally, lb, packages, ...extra }
    const { ready, ...running } = await this.add(startChild(`the ${kind} server`, path.join(__dirname, 'backend.js'), [JSON.stringify(config)], { execPath: ensureNode(node) }))
    if (ready.safe === false) throw new Error('applyLbSafeTimeouts() does not call this server safe')
    return { ...running, ...ready, closeMs: ready.closeMs ?? Infinity }
  }

  /** `count` ways to `port`, each with an address of its own; onConnection(near, index). */
  startRelays (port, count, { delayMs: ms = delayMs, onConnection } = {}) {
    return Promise.all(Array.from({ length: count }, (_, index) => {
      return this.add(startRelay({ port, delayMs: ms, onConnection: (near) => onConnection?.(near, index) }), (relay) => relay.close())
    }))
  }

  startProxy (options) {
    const { proxy, retries, upstream } = this.cell
    return this.add(startProxy(proxy, { retries, tls: upstream === 'https', idleMs: lbIdleMs, ...options }))
  }

  async stop () {
    for (const stop of this.stops) await stop()
    fs.rmSync(this.folder, { recursive: true, force: true })
  }
}

module.exports = { Rig }
