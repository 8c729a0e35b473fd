'use strict'

// Runs ./smoke.js with a prebuilt binary on a runtime, and compares what it said.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { isDeepStrictEqual } = require('node:util')
const { installPrebuild } = require('./install')

// the slowest, Node on an emulated processor beside other work, takes a sixth of it
const patienceMs = 60e3

/** Only what a program needs to run: no setting of this package's, of npm's or of Node's. */
function cleanEnv () {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|LBST_|LB_SAFE|TAP_|LD_)/i.test(name)))
}

/** What smoke.js says; `runtime` is { command, args, env }. */
function runSmoke (id, { command, args = [], env }, change) {
  const project = installPrebuild(id, change)
  // files, because a program under Wine may write nothing to a pipe
  const [out, err] = ['out.txt', 'err.txt'].map((name) => path.join(project, name))
  const [stdout, stderr] = [out, err].map((file) => fs.openSync(file, 'w'))
  const mode = id === 'wasm' ? { LB_SAFE_TIMEOUTS_NATIVE: 'off' } : { LB_SAFE_TIMEOUTS_REQUIRE_NATIVE: '1' }
  const child = spawnSync(command, [...args, 'smoke.js'], {
    cwd: project, env: { ...cleanEnv(), ...env, ...mode }, stdio: ['ignore', stdout, stderr], timeout: patienceMs
  })
  for (const fd of [stdout, stderr]) fs.closeSync(fd)
  const text = fs.readFileSync(out, 'utf8')
  try {
    return { said: JSON.parse(text), status: child.status }
  } catch {
    const end = child.error?.message ?? child.signal ?? child.status
    return { said: { error: `it ended with ${end}: ${text}${fs.readFileSync(err, 'utf8')}` }, status: child.status }
  }
}

/** What it should say. `differs` is what another runtime or system does in its own way. */
function expected (id, { runtime, system, differs }) {
  const isNative = id !== 'wasm'
  const isLinux = isNative && system.startsWith('linux')
  const isSeen = isLinux || (isNative && system.startsWith('darwin'))
  const usual = {
    runtime,
    system,
    native: isNative,
    catalogue: true,
    model: { nextMs: 5000, reason: 'keep-alive' },
    mistake: 'RangeError LBST_E_UNKNOWN_LB aws-alb',
    logs: { text: 1, files: 2 },
    kernel: isLinux ? { waiting: [5] } : null,
    plan: { keepAliveTimeout: 65000, headersTimeout: 66000, reported: 65000, first: 'answered', gate: isLinux ? 'closed' : 'unsupported' },
    // where nobody asks the kernel one poll saves it, and nobody knows
    race: { ours: 'answered', control: 'lost', saved: isSeen ? 1 : 0 }
  }
  return Object.fromEntries(Object.entries(usual).map(([name, value]) => {
    return [name, value !== null && typeof value === 'object' ? { ...value, ...differs?.[name] } : differs?.[name] ?? value]
  }))
}

/** What differs, as lines; none: it works. */
function compareSmoke (id, runtime, change) {
  const { said, status } = runSmoke(id, runtime, change)
  if (said.error) return [said.error]
  const wanted = expected(id, runtime)
  const wrong = Object.keys(wanted).filter((name) => !isDeepStrictEqual(said[name], wanted[name]))
    .map((name) => `${name}: ${JSON.stringify(said[name])} and not ${JSON.stringify(wanted[name])}`)
  if (status !== 0) wrong.push(`it ended with ${status}`)
  return wrong
}

module.exports = { compareSmoke, runSmoke }
