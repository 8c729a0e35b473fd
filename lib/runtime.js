'use strict'

// Which program this is. Bun and Deno run Node's modules, but their http servers are their
// own: no descriptor to ask the kernel about, no list of connections, other timers.

/** 'bun' or 'deno'; undefined: Node itself, or something that does not say. */
const otherRuntime = ['bun', 'deno'].find((name) => process.versions[name] !== undefined)

module.exports = { otherRuntime }
