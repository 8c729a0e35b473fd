'use strict'

// Lives and ends of processes and threads, each in a child process: every stage, every way to
// end, in the main thread and in workers that alone load the native module; and the unusual
// homes of test/lifecycle/homes.js. No end may be a crash: exit code, signal and what was
// printed must be what Node alone would have made of it.
//
//   node test/lifecycle/run.js [--quick] [version ...]       default: Node 18 to 26
//
// Ends with 'N passed, N failed'.

const { spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { lines, ensureNode } = require('../../scripts/nodes')
const { findHomes } = require('./homes')
const { line, stages } = require('./stages')

const workersAtOnce = 3 // the library is unmapped, if it is, when the last of some is gone
const childMsMax = 60000 // on a machine with much other work; none takes two seconds
const atOnce = 2

const expected = {
  main: {
    exit: { status: 7, out: ['there', 'used at the end'] },
    throw: { status: 1, out: ['there', 'used at the end'], stderr: /the planned end/ },
    reject: { status: 1, out: ['there', 'used at the end'], stderr: /the planned end/ },
    kill: { status: null, signal: 'SIGTERM', out: ['there'] }
  },
  workers: {
    exit: { worker: 'worker 7 null', out: ['there', 'used at the end'] },
    throw: { worker: 'worker 1 the planned end', out: ['there', 'used at the end'] },
    terminate: { worker: 'worker 1 null', out: ['there'] },
    'terminate later': { worker: 'worker 1 null', out: ['there'] },
    'terminate busy': { worker: 'worker 1 null', out: ['there'] }
  }
}

function run (node, args, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
    const timer = setTimeout(() => child.kill('SIGKILL'), childMsMax)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => { stdout += text })
    child.stderr.setEncoding('utf8').on('data', (text) => { stderr += text })
    child.on('close', (status, signal) => {
      clearTimeout(timer)
      resolve({ status, signal, stdout, stderr })
    })
  })
}

/** What is wrong with how a life ended; null: nothing. */
function judgeLife ({ thread, end }, { status, signal, stdout, stderr }) {
  const want = expected[thread][end]
  const count = thread === 'main' ? 1 : workersAtOnce
  const out = stdout.split('\n').filter(Boolean)
  const wanted = [...want.out, ...(want.worker === undefined ? [] : [want.worker])].flatMap((text) => new Array(count).fill(text))
  // threads write as they please
  if (out.sort().join() !== wanted.sort().join()) return `printed ${JSON.stringify(stdout)}`
  if (status !== (want.worker === undefined ? want.status : 0) || signal !== (want.signal ?? null)) return `ended with ${signal ?? status}`
  if (want.stderr === undefined ? stderr !== '' : !want.stderr.test(stderr)) return 'wrote something else to stderr'
  return null
}

function listLives (log, quick) {
  const lives = []
  for (const stage of Object.keys(stages)) {
    for (const [thread, ends] of Object.entries(expected)) {
      for (const end of Object.keys(ends)) {
        if (quick && !['exit', 'terminate'].includes(end)) continue
        lives.push({ stage, thread, end, workers: workersAtOnce, log })
      }
    }
  }
  return lives
}

/** A crash in each kind of thread, which must be seen as one; else nothing below is proof. */
async function checkControl (node) {
  const controls = [['main', 'exit'], ['workers', 'exit'], ['workers', 'terminate']]
  for (const [thread, end] of controls) {
    const result = await run(node, [path.join(__dirname, 'life.js'), JSON.stringify({ stage: 'applied', thread, end: 'abort', workers: 1 })])
    if (judgeLife({ thread, end }, result) === null) throw new Error(`an abort in ${thread} was not seen`)
  }
  return controls.length
}

async function inTurn (tasks, work) {
  const list = tasks[Symbol.iterator]()
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const task of list) await work(task)
  }))
}

async function main () {
  const args = process.argv.slice(2)
  const quick = args.includes('--quick')
  const given = args.filter((arg) => !arg.startsWith('--'))
  const versions = given.length > 0 ? given : lines
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-lifecycle-'))
  const log = path.join(folder, 'access.log')
  fs.writeFileSync(log, line.repeat(200000))
  const sum = { passed: 0, failed: 0 }
  const note = (version, name, problem, result) => {
    if (problem === null) sum.passed++
    else {
      sum.failed++
      console.log(`not ok Node ${version} ${name}: ${problem}\n${result.stderr.split('\n').slice(0, 15).join('\n')}`)
    }
  }
  sum.passed += await checkControl(process.execPath)
  for (const version of versions) {
    const node = ensureNode(version)
    const startMs = Date.now()
    const before = { ...sum }
    const lives = listLives(log, quick)
    await inTurn(lives, async (life) => {
      const result = await run(node, ['--expose-gc', path.join(__dirname, 'life.js'), JSON.stringify(life)])
      note(version, `${life.stage}, ${life.thread}, ${life.end}`, judgeLife(life, result), result)
    })
    const homes = findHomes(version, folder)
    await inTurn(homes, async (home) => {
      const result = await run(node, home.args, { ...process.env, ...home.env })
      note(version, home.name, home.judge(result), result)
    })
    const passed = sum.passed - before.passed
    console.log(`${sum.failed === before.failed ? 'ok' : 'not ok'} Node ${version}: ${lives.length} lives and ${homes.length} homes, ${passed} passed, ${Math.round((Date.now() - startMs) / 1000)} s`)
  }
  fs.rmSync(folder, { recursive: true, force: true })
  console.log(`${sum.passed} passed, ${sum.failed} failed`)
  process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1
}

main()
