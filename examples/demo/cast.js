'use strict'

/**
 * Everything that was started, so that all of it is stopped: members have stop() or close(),
 * and those that are processes have `died`.
 */
class Cast {
  #starting = new Set()
  #members = []
  stopped = false

  /** Starts a member; resolves to it. */
  async add (start) {
    if (this.stopped) throw new Error('stopped')
    const starting = start()
    this.#starting.add(starting)
    try {
      const member = await starting
      this.#members.push(member)
      return member
    } finally {
      this.#starting.delete(starting)
    }
  }

  /** Rejects when a process ends before it was told to. */
  get died () {
    return Promise.race(this.#members.filter(({ died }) => died !== undefined).map(({ died }) => died))
  }

  /** Stops all, the last one first; what is just starting, as soon as it is there. */
  async stop () {
    this.stopped = true
    await Promise.allSettled(this.#starting)
    for (const member of this.#members.splice(0).reverse()) {
      await (member.stop === undefined ? member.close() : member.stop())
    }
  }
}

module.exports = { Cast }
