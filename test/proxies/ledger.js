'use strict'

// What the clients saw against what the servers processed. Every request has an id; a server
// writes the ids that it has received in full, and the two lists are compared at the end.

const fs = require('node:fs')

class Ledger {
  constructor (file) {
    this.file = file
    this.entries = new Map() // id -> { method, how, requests }
    this.answered = 0
    this.extra = {} // what a case adds to its rows
    // whether an answered request met the connection that it was aimed at
    this.isMet = ({ requests }) => requests > 1
  }

  /** Sends one request through `client` and notes what became of it. */
  async send (client, method, prefix, query = '') {
    const id = `r${this.entries.size}`
    const entry = { method, how: 'under way', counts: true }
    this.entries.set(id, entry)
    Object.assign(entry, await client.request(method, `${prefix}${id}${query}`, id))
    if (entry.how === 'answered') this.answered++
    return entry
  }

  /** A request that only makes a connection idle counts when it is lost, and not otherwise. */
  async prime (client, method, prefix, query) {
    const entry = await this.send(client, method, prefix, query)
    entry.counts = entry.how !== 'answered'
    return entry
  }

  countAttempts (method) {
    return [...this.entries.values()].filter((entry) => entry.method === method && entry.counts).length
  }

  /** The row of `method`. */
  sum (method) {
    const processed = new Map()
    for (const id of fs.readFileSync(this.file, 'utf8').split('\n')) processed.set(id, (processed.get(id) ?? 0) + 1)
    const row = { attempts: 0, lost: 0, twice: 0, processedLost: 0, met: 0, how: {} }
    for (const [id, entry] of this.entries) {
      if (entry.method !== method) continue
      const times = processed.get(id) ?? 0
      const isAnswered = entry.how === 'answered'
      if (isAnswered && times === 0) throw new Error(`request ${id} was answered and never processed: not by our server`)
      if (times > 1) row.twice++
      if (!entry.counts) continue
      row.attempts++
      if (isAnswered) {
        if (this.isMet(entry)) row.met++
        continue
      }
      row.lost++
      if (times > 0) row.processedLost++
      row.how[entry.how] = (row.how[entry.how] ?? 0) + 1
    }
    return row
  }
}

module.exports = { Ledger }
