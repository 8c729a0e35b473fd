'use strict'

// Plays a batch of timelines against a real Node: server.js in a child process of that Node,
// raw sockets here. Returns one record per connection: what Node was told, what it did.

const { fork } = require('node:child_process')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')

const { nodeTimers } = require('../catalogue')

// JSON has no NaN and no Infinity
function encode (value) {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

function encodeBatch (batch) {
  const servers = batch.servers.map(({ settings, closeMs }) => ({
    settings: Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, encode(value)])), closeMs
  }))
  return { servers }
}

/** Less noise from other processes, where we may. */
function favour (pid) {
  try {
    os.setPriority(pid, -10)
  } catch {}
}

function nextMessage (child) {
  return new Promise((resolve, reject) => {
    const onExit = (code, signal) => reject(new Error(`the Node under test ended early (code ${code}, signal ${signal})`))
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.removeListener('exit', onExit)
      resolve(message)
    })
  })
}

/** One client: sends its script and remembers what came back. */
function play (timeline, port) {
  const client = { port: 0, text: '', reset: false, ended: false, socket: null }
  setTimeout(() => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      client.port = socket.localPort
      // each timer sends the next step, not its own: late timers may swap places
      const queue = timeline.steps.map(({ send }) => send)
      for (const { atMs } of timeline.steps) {
        setTimeout(() => {
          const send = queue.shift()
          if (socket.destroyed || !socket.writable) return
          if (send === null) socket.end()
          else socket.write(send)
        }, atMs)
      }
    })
    client.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text) => { client.text += text })
    socket.on('end', () => { client.ended = true })
    socket.on('error', () => { client.reset = true })
  }, timeline.startMs)
  return client
}

/** `node`: { version, execPath } of the Node under test. */
async function replayBatch ({ version, execPath }, batch) {
  // nobody's NODE_OPTIONS may change what is measured
  const env = { ...process.env }
  delete env.NODE_OPTIONS
  const child = fork(path.join(__dirname, 'server.js'), [], { execPath, execArgv: ['--no-warnings'], env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  let finished = false
  favour(child.pid)
  favour(process.pid)
  try {
    child.send({ batch: encodeBatch(batch) })
    const { ports } = await nextMessage(child)
    child.send({ start: { stalls: batch.stalls, samples: batch.samples } })
    const clients = batch.timelines.map((timeline) => play(timeline, ports[timeline.server]))
    await new Promise((resolve) => setTimeout(resolve, batch.batchMs))
    child.send({ finish: true })
    const run = await nextMessage(child)
    finished = true
    for (const { socket } of clients) socket?.destroy()
    return join(version, batch, run, clients)
  } finally {
    child.removeAllListeners()
    // one that has told its results ends by itself
    if (!finished) child.kill()
  }
}

function join (version, batch, run, clients) {
  const recordByPort = new Map(run.records.map((record) => [`${record.server}:${record.port}`, record]))
  const timelines = []
  clients.forEach((client, index) => {
    const timeline = batch.timelines[index]
    const record = recordByPort.get(`${timeline.server}:${client.port}`)
    if (record === undefined) return // connected after server.close()
    const { text, reset, ended } = client
    timelines.push({ index, server: timeline.server, names: timeline.names, steps: timeline.steps, record, client: { text, reset, ended } })
  })
  // the check of connections starts with the server on some versions, with 'listening' on most
  const startsEarly = nodeTimers(version).checkIntervalRead === 'constructor'
  const configs = encodeBatch(batch).servers
  const servers = run.servers.map(({ createdAt, listenAt, ticks, limits }, index) => ({
    listenAt: startsEarly ? createdAt : listenAt, ticks, limits, ...configs[index]
  }))
  return { version, seed: batch.seed, endAt: run.endAt, controls: run.controls, stalls: run.stalls, servers, timelines }
}

module.exports = { replayBatch }
