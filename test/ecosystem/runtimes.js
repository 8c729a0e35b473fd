'use strict'

// Node's other lines, and the runtimes that are not Node but run its modules: what each
// function does there, by running it. What a runtime cannot do must be said, not be silent.

const fs = require('node:fs')
const { measure, server, startProgram } = require('./drive')
const { makeProject } = require('./project')
const { nodeOf, toolFile, toolVersion } = require('./tools')

/** The program that npm has chosen for this machine, from a tool's package with one for each. */
function programOf (tool, scope, ...file) {
  const [folder] = fs.readdirSync(toolFile(tool, scope))
  return toolFile(tool, scope, folder, ...file)
}

function listRuntimes () {
  return [
    { name: 'Node 18', command: nodeOf(18), args: [] },
    { name: 'Node 22', command: nodeOf(22), args: [] },
    { name: 'Node 26', command: nodeOf(26), args: [], quick: true },
    { name: `Bun ${toolVersion('bun')}`, command: programOf('bun', '@oven', 'bin', 'bun'), args: [], isOther: true, quick: true },
    {
      name: `Deno ${toolVersion('deno')}`,
      command: programOf('deno', '@deno', 'deno'),
      args: ['run', '--allow-all', '--no-prompt'],
      isOther: true,
      quick: true
    }
  ]
}

function word ({ ok, controlLost }) {
  if (ok) return controlLost ? 'works' : 'nothing to lose'
  return controlLost ? 'LOST' : 'lost, and so without us'
}

async function run (suite) {
  const columns = []
  for (const runtime of listRuntimes()) {
    if (suite.quick && !runtime.quick) continue
    const project = makeProject('runtime')
    project.install(suite.tarball)
    fs.copyFileSync(server, project.path('server.cjs'))
    const start = (mode) => startProgram(runtime.command, [...runtime.args, ...preload(runtime, mode), 'server.cjs'], {
      mode, cwd: project.dir, env: { LOG_FILE: project.path('alb.log'), LB_SAFE_TIMEOUTS_IDLE_MS: '1500' }
    })
    const found = await measure(start)
    const register = await measure((mode) => start(mode === 'ours' ? 'register' : mode), { only: ['outlast'] })
    checkRuntime(suite, runtime, found, register)
    columns.push({ runtime, found, register })
  }
  showTable(suite, columns)
}

/** --require on all of them; Deno has it under another name. */
function preload ({ name }, mode) {
  if (mode !== 'register') return []
  return [name.startsWith('Deno') ? '--preload' : '--require', './node_modules/lb-safe-timeouts/lib/register.js']
}

function checkRuntime (suite, { name, isOther }, found, register) {
  suite.checkFunctions(name, found)
  for (const [what, { ok, controlLost }] of Object.entries({ outlast: found.outlast, look: found.look, drain: found.drain, register: register.outlast })) {
    // where the runtime loses nothing by itself there is nothing to prove: it is in the table.
    // On Node 18 close() leaves idle connections alone.
    const mayKeep = isOther || (what === 'drain' && !found.report.node.closeEndsIdle)
    suite.check(ok && (controlLost || mayKeep), `${name}: ${what}: ${word({ ok, controlLost })}`, { stderr: found.stderr, drained: found.drained, error: register.stderr })
  }
  suite.check(found.status?.verdict !== undefined, `${name}: status() has a verdict`, found.status)
  suite.check(found.exit?.code === 0, `${name}: the process ends after the drain`, { exit: found.exit, drained: found.drained })
  const warned = found.report.warnings.some(({ code }) => code === 'LBST_W_RUNTIME')
  suite.check(warned === Boolean(isOther), `${name}: the report ${isOther ? 'says' : 'does not say'} that this is not Node`, found.report)
}

function showTable (suite, columns) {
  const rows = [['', ...columns.map(({ runtime }) => runtime.name)]]
  const cell = (name, text) => rows.push([name, ...columns.map(text)])
  for (const name of Object.keys(columns[0].found.results)) cell(name, ({ found }) => found.results[name] === 'works' ? 'works' : found.results[name].split(':')[0])
  cell('apply: outlasts', ({ found }) => word(found.outlast))
  cell('register: outlasts', ({ register }) => word(register.outlast))
  cell('last look', ({ found }) => word(found.look))
  cell('drain', ({ found }) => word(found.drain))
  cell('... open connections it saw', ({ found }) => String(found.drained?.atStart))
  cell('status: open, saved', ({ found }) => `${found.status?.open}, ${found.status?.saved}`)
  suite.table(rows)
}

module.exports = { run }
