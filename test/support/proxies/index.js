'use strict'

// Seven real proxies as reverse proxies with upstream keep-alive, as Debian ships them, each
// with a minimal configuration on loopback. One file per proxy:
//
//   id, name       as in the catalogue of load balancers where it is there
//   program        the command; what it prints for `versionArgs` holds its version
//   tls            whether it can speak TLS to an upstream
//   retriesOff     what "without retries" is here, in words; null: it has no such switch
//   hop            what applyLbSafeTimeouts() is told of it, given its idle time
//   closes         between which times it closes an idle connection, measured; null: never
//   reload         how to make it read its configuration again without closing its port:
//                  a signal, or (proxy) => Promise; null: it has to be started again
//   refused        what its log says of a request that was never sent, because a connect was
//                  refused and it gave up; most say nothing of the kind, or do not give up
//   configure({ folder, port, upstreams, routing, retries, idleMs, tls, standby })
//                  -> { command, files, folders?, env? }
//
// `upstreams` are ports of 127.0.0.1, or host:port. With the routing 'lanes' each has a pool of
// its own and is reached by its number, /0/..., /1/...; with 'balance' every request goes to
// one of them in turn. `idleMs`: how long an idle upstream connection is kept, whole seconds.

const { spawnSync } = require('node:child_process')
const { choosePort, findProgram, host, runProcess } = require('./process')

const proxies = Object.fromEntries(['nginx', 'haproxy', 'apache', 'caddy', 'varnish', 'trafficserver', 'squid'].map((id) => {
  return [id, { id, reload: null, tls: true, ...require(`./${id}`) }]
}))

const proxyIds = Object.keys(proxies)

// another process may have taken the port that was chosen
const attempts = 3

/** The version of an installed proxy, or null. */
function findVersion (id) {
  const { program, versionArgs } = proxies[id]
  const file = findProgram(program)
  if (file === undefined) return null
  const { stdout, stderr } = spawnSync(file, versionArgs, { encoding: 'utf8' })
  return /\d+\.\d+(\.\d+)?/.exec(`${stdout}${stderr}`)?.[0] ?? null
}

function readAddress (upstream) {
  const text = String(upstream)
  return text.includes(':') ? text : `${host}:${text}`
}

/** Starts the proxy `id`. Resolves to { port, child, log(), countRefused(), reload(), restart(), stop() }. */
async function startProxy (id, { upstreams, routing = 'lanes', retries = 'default', idleMs = 2000, tls = false, standby = 0, port: wanted }) {
  const proxy = proxies[id]
  if (tls && !proxy.tls) throw new Error(`${proxy.name} speaks no TLS to an upstream`)
  const addresses = upstreams.map(readAddress)
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? await choosePort()
    try {
      const running = await runProcess(id, (folder) => ({ ports: [port], ...proxy.configure({ folder, port, upstreams: addresses, routing, retries, idleMs, tls, standby }) }))
      const reload = async () => {
        if (proxy.reload === null) await running.restart()
        else if (typeof proxy.reload === 'string') running.child.kill(proxy.reload)
        else await proxy.reload(running)
      }
      const countRefused = () => proxy.refused === undefined ? 0 : running.log().match(proxy.refused)?.length ?? 0
      return Object.assign(running, { id, port, reload, countRefused })
    } catch (error) {
      if (attempt === attempts || !/in use|cannot bind|Cannot bind/i.test(error.message)) throw error
    }
  }
}

module.exports = { proxies, proxyIds, findVersion, startProxy }
