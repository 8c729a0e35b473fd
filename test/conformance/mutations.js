'use strict'

// Does the suite fail when the model is wrong? Records real timelines once, then changes one
// rule of the model at a time, in a copy, and compares the same record with each mutant.
//
//   node test/conformance/mutations.js [--count 500] [--seed 1] [--corpus file]
//
// Exit 0: the model as it is agrees with the record, and every mutant is caught.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { parseArgs } = require('node:util')

const mutants = require('./mutants')

const root = path.join(__dirname, '..', '..')
// both sides of the rules that a mutant changes
const versions = ['18.10.0', '18.20.8', '20.20.2', '22.17.1', '22.23.3', '24.19.0', '24.21.0', '26.10.0']

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '400' },
    seed: { type: 'string', default: '3' }, // with stalls, upgrades and close() among the first batches
    corpus: { type: 'string' }
  }
})

function run (command, args, options) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1e8, ...options })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? ''}\n${stdout}${stderr}`)
  return stdout
}

function headers () {
  const prefix = path.join(fs.realpathSync(process.execPath), '..', '..')
  return [path.join(prefix, 'include', 'node'), '/usr/local/include/node', '/usr/include/node'].find((dir) => fs.existsSync(path.join(dir, 'node_api.h')))
}

function sources () {
  const text = fs.readFileSync(path.join(root, 'binding.gyp'), 'utf8')
  const listed = [...text.matchAll(/'(src\/[a-z]+\/\w+\.c)'/g)].map(([, file]) => file)
  return listed.filter((file) => !/darwin|none/.test(file))
}

function compile (dir, file, object) {
  run('cc', ['-std=gnu11', '-O1', '-fPIC', '-DNAPI_VERSION=8', '-isystem', headers(), '-c', path.join(dir, file), '-o', object])
}

/** A copy of the package that shares all objects but one with the others. */
function prepare (dir) {
  for (const name of ['lib', 'src', 'package.json']) fs.cpSync(path.join(root, name), path.join(dir, name), { recursive: true })
  fs.mkdirSync(path.join(dir, 'build', 'Release'), { recursive: true })
  const objects = new Map(sources().map((file) => [file, path.join(dir, 'build', path.basename(file, '.c') + '.o')]))
  for (const [file, object] of objects) compile(dir, file, object)
  return objects
}

function link (dir, objects) {
  // a file of another name each time: an addon that was replaced while mapped is no fun
  const binary = path.join(dir, 'build', 'Release', 'lb_safe_timeouts.node')
  fs.rmSync(binary, { force: true })
  run('cc', ['-shared', ...objects.values(), '-o', binary])
}

function recompare (dir, corpus) {
  return JSON.parse(run(process.execPath, [path.join(__dirname, 'recompare.js'), corpus, dir]))
}

function checkFit ({ file, from, why }) {
  const count = fs.readFileSync(path.join(root, file), 'utf8').split(from).length - 1
  if (count !== 1) throw new Error(`the mutation '${why}' fits ${count} places of ${file}`)
}

function judge (dir, objects, corpus, { file, from, to }) {
  const target = path.join(dir, file)
  const text = fs.readFileSync(path.join(root, file), 'utf8')
  const unit = file.endsWith('.def') ? file.replace('.def', '.c') : file
  try {
    fs.writeFileSync(target, text.replace(from, () => to))
    compile(dir, unit, objects.get(unit))
    link(dir, objects)
    return recompare(dir, corpus)
  } finally {
    fs.writeFileSync(target, text)
    compile(dir, unit, objects.get(unit))
  }
}

function main () {
  mutants.forEach(checkFit)
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-mutants-'))
  try {
    const corpus = options.corpus ?? path.join(dir, 'corpus.jsonl')
    if (!fs.existsSync(corpus)) {
      versions.forEach((version, index) => {
        const seed = String(Number(options.seed) + index * 100)
        const args = ['index.js', '--versions', version, '--count', options.count, '--seed', seed, '--batch', '130', '--odd', '--record', corpus]
        console.log(run(process.execPath, args, { cwd: __dirname }).trimEnd())
      })
    }
    const objects = prepare(dir)
    link(dir, objects)
    const control = recompare(dir, corpus)
    console.log(`the model as it is: ${control.agree} agree, ${control.disagree} disagree, ${control.inconclusive} inconclusive`)
    let missed = control.disagree
    for (const mutant of mutants) {
      const { disagree, first } = judge(dir, objects, corpus, mutant)
      if (disagree === 0) missed++
      console.log(`${disagree === 0 ? 'MISSED' : 'caught'}  ${mutant.why}: ${disagree} disagreements${first === null ? '' : ` (${first})`}`)
    }
    console.log(missed === 0 ? `all ${mutants.length} mutants caught` : `${missed} not as they should be`)
    process.exitCode = missed === 0 ? 0 : 1
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
}

main()
