'use strict'

// Loaded before an example (node --require), so that the example stays what a user would
// copy. Its call of applyLbSafeTimeouts() comes through here: the server gets
// EXAMPLE_KEEP_ALIVE_MS first, so that it starts out vulnerable on the tests' scale of time.
// EXAMPLE_CALL says what then becomes of the call: 'made', 'late' (once the server listens)
// or 'dropped', which is the control. What happened is told to the parent.

const api = require('../..')

const { EXAMPLE_KEEP_ALIVE_MS, EXAMPLE_CALL } = process.env
const { applyLbSafeTimeouts, nodeTimers } = api

function tell (server, report) {
  process.send({ report, timers: nodeTimers(), wasListening: server.listening })
  process.channel.unref() // an example that ends by itself shall end
}

api.applyLbSafeTimeouts = (server, options) => {
  const call = () => tell(server, applyLbSafeTimeouts(server, options))

  if (EXAMPLE_KEEP_ALIVE_MS) server.keepAliveTimeout = Number(EXAMPLE_KEEP_ALIVE_MS)
  if (EXAMPLE_CALL === 'dropped') tell(server, null)
  else if (EXAMPLE_CALL === 'late') server.once('listening', call)
  else call()
}

// without its parent nobody would stop it
process.on('disconnect', () => process.exit(1))
