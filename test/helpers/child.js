'use strict'

// test/fixtures/serve.js as a child process on a Node of choice.

const { fork } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')

/** Starts a server; resolves when it listens, with { port, report, ask(), stalled(), stop() }. */
async function startServer (execPath, config, execArgv = []) {
  const child = fork(path.join(__dirname, '..', 'fixtures', 'serve.js'), [JSON.stringify(config)], {
    execPath, execArgv, stdio: ['ignore', 'pipe', 'inherit', 'ipc']
  })
  const failed = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the server ended: ${code ?? signal}`)
  })
  failed.catch(() => {})
  const [{ port, report }] = await Promise.race([once(child, 'message'), failed])

  return {
    port,
    report,
    child,
    /** Resolves when the server says that its event loop is about to be blocked. */
    stalled: async () => { await Promise.race([once(child.stdout, 'data'), failed]) },
    async ask (what) {
      child.send({ ask: what })
      const [answer] = await Promise.race([once(child, 'message'), failed])
      return answer[what]
    },
    write: (values) => child.send({ write: values }),
    async stop () {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
  }
}

module.exports = { startServer }
