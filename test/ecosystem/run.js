'use strict'

// The package as its users get it: packed once, and then installed, bundled, compiled and run
// by other people's programs.
//
//   npm run test:ecosystem                     every part
//   npm run test:ecosystem -- --quick          what fits into three minutes
//   npm run test:ecosystem -- types bundlers   these parts

const { execFileSync } = require('node:child_process')
const path = require('node:path')
const { pack, removeProjects } = require('./project')

const names = ['manifest', 'installs', 'types', 'loading', 'versions', 'bundlers', 'next', 'runtimes']

/** What a part may do: check, tell, and show a table. */
class Suite {
  constructor (packed, quick) {
    Object.assign(this, packed)
    this.quick = quick
    this.passed = 0
    this.failed = 0
  }

  check (ok, what, detail) {
    if (ok) this.passed++
    else this.failed++
    console.log(`${ok ? 'ok' : 'not ok'} - ${this.part}: ${what}`)
    if (!ok && detail !== undefined) console.log(String(typeof detail === 'string' ? detail : JSON.stringify(detail, null, 2)).replace(/^/gm, '    '))
    return ok
  }

  note (text) {
    console.log(`# ${text}`)
  }

  /** Rows of strings; the first is the head. */
  table (rows) {
    const line = (row) => `| ${row.join(' | ')} |`
    console.log([line(rows[0]), line(rows[0].map(() => '---')), ...rows.slice(1).map(line)].join('\n'))
  }

  /** What measure() of ./drive found, as checks. */
  checkServer (what, found, { only = ['outlast', 'look', 'drain'] } = {}) {
    this.checkFunctions(what, found)
    this.checkRaces(what, found, only)
  }

  checkFunctions (what, { results }) {
    const bad = Object.entries(results).filter(([, result]) => result !== 'works')
    this.check(bad.length === 0, `${what}: ${Object.keys(results).length} functions of the API`, bad)
  }

  checkRaces (what, found, only) {
    const does = { outlast: 'outlasts an idle time', look: 'a request that came during a stall is answered', drain: 'a request during shutdown is answered' }
    for (const name of only) {
      const { ok, controlLost } = found[name]
      this.check(ok && controlLost, `${what}: ${does[name]}, and the bare server lost it`, { ...found[name], stderr: found.stderr })
    }
  }
}

async function main () {
  const args = process.argv.slice(2)
  const quick = args.includes('--quick')
  const wanted = args.filter((arg) => !arg.startsWith('-'))
  const unknown = wanted.filter((name) => !names.includes(name))
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}; there are ${names.join(', ')}`)

  for (const script of ['bootstrap.js', 'prebuild.js']) {
    const scripts = path.join(__dirname, '..', '..', 'scripts')
    const here = script === 'prebuild.js' ? [`${process.platform}-${process.arch}`, 'wasm'] : []
    execFileSync(process.execPath, [path.join(scripts, script), ...here], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const packed = pack()
  const suite = new Suite(packed, quick)
  suite.note(`packed: ${packed.files.length} files, ${(packed.bytes / 1024).toFixed(0)} KB, ${(packed.unpackedBytes / 1024).toFixed(0)} KB unpacked`)
  for (const name of wanted.length > 0 ? wanted : names) {
    const startedMs = performance.now()
    suite.part = name
    try {
      await require(`./${name}`).run(suite)
    } catch (error) {
      suite.check(false, 'runs to its end', error.stack)
    }
    suite.note(`${name} took ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
  }
  console.log(`${suite.passed} passed, ${suite.failed} failed`)
  if (suite.failed > 0 || suite.passed === 0) process.exitCode = 1
}

main().finally(removeProjects)
