'use strict'

// Every code block of README.md and docs/: programs and commands are run, configurations read,
// TypeScript is compiled. One that is not says why, and is counted.
//
//   --slow   also the commands that take seconds (npm run test:docs), which are else looked up

const fs = require('node:fs')
const path = require('node:path')
const t = require('tap')
const { checkFlags, readCommands, runCommand, startProcess, startUnsafeServer } = require('./docs/command')
const { checkConfiguration } = require('./docs/configuration')
const { listDocs, load, readAnchors, readBlocks, readLinks, root } = require('./docs/markdown')
const { runProgram } = require('./docs/program')
const { createSandbox } = require('./docs/sandbox')
const { complaintsOfTypes } = require('./docs/types')

const atOnce = 4

// they measure: half a minute each
const measuring = /lb-safe-timeouts (doctor http|selfcheck)\b/
const slow = process.argv.includes('--slow')
const slowMsMax = 300000
if (slow) t.setTimeout(slowMsMax)

const skip = process.platform === 'win32' && 'the commands are for a POSIX shell'

const blocks = listDocs().flatMap((file) => readBlocks(file, load(file)))
const nameOf = ({ file, line, language }) => `${file}:${line} ${language}`

// docs/api.md is written by scripts/api-docs.js, which has no room for markers
for (const block of blocks) {
  if (block.file === 'docs/api.md' && block.heading === 'Example') Object.assign(block, { language: 'js', marker: { name: 'given', rest: 'handler' } })
}

// terraform's language has no reader among our own dependencies
const later = ['terraform']

function kindOf ({ language, marker, file, heading }) {
  if (marker?.name === 'skip') return 'excused'
  if (marker?.name === 'output') return 'output'
  if (language === 'js' || language === 'mjs') return 'program'
  if (language === 'sh') return 'commands'
  if (language === 'ts' && !(file === 'docs/api.md' && heading !== 'TypeScript')) return 'types'
  if (later.includes(language)) return 'later'
  return 'configuration'
}

const byKind = (kind) => blocks.filter((block) => kindOf(block) === kind)

t.test('programs', { skip, jobs: atOnce }, async (t) => {
  const sandbox = createSandbox()
  t.teardown(() => sandbox.remove())
  let checks = 0
  for (const block of byKind('program')) {
    t.test(nameOf(block), { buffered: true }, async (t) => {
      const { code, output, checks: own } = await runProgram(block, sandbox)
      checks += own
      t.equal(code, 0, output)
    })
  }
  t.teardown(() => t.comment(`${checks} '// =>' lines compared`))
})

t.test('commands', { skip, jobs: atOnce }, async (t) => {
  const sandbox = createSandbox()
  const server = await startUnsafeServer()
  const watched = await startProcess(sandbox)
  sandbox.env.PID = String(watched.pid)
  t.teardown(() => {
    watched.kill()
    server.stop()
    sandbox.remove()
  })
  const places = new Map() // command -> where it stands, and what is shown of its output
  for (const block of byKind('commands')) {
    const commands = readCommands(block.code)
    for (const command of commands) places.set(command, { where: [...places.get(command)?.where ?? [], nameOf(block)], shown: places.get(command)?.shown ?? [] })
    const next = blocks[blocks.indexOf(block) + 1]
    if (next?.marker?.name === 'output') places.get(commands.at(-1)).shown.push(next.code)
  }
  for (const [command, { where, shown }] of places) {
    t.test(command, { buffered: true }, async (t) => {
      const complaints = measuring.test(command) && !slow ? checkFlags(command) : await runCommand(command, sandbox, server.address, shown)
      t.same(complaints, [], where.join(', '))
    })
  }
})

t.test('types', async (t) => {
  t.same(complaintsOfTypes(byKind('types')), [])
})

t.test('configurations, signatures and help', async (t) => {
  for (const block of byKind('configuration')) {
    const complaints = checkConfiguration(block)
    t.same(complaints, [], `${nameOf(block)}${complaints === undefined ? ': no check fits, and it does not say why' : ''}`)
  }
})

t.test('links', async (t) => {
  for (const file of listDocs()) {
    const text = load(file)
    const broken = readLinks(text).filter((link) => {
      const [target, anchor] = link.split('#')
      const found = target === '' ? file : path.posix.join(path.posix.dirname(file), target)
      try {
        if (anchor === undefined) return !fs.existsSync(path.join(root, found))
        return !readAnchors(load(found)).has(anchor)
      } catch {
        return true
      }
    })
    t.same(broken, [], file)
  }
})

t.test('what is not in the installed package', async (t) => {
  const { files } = JSON.parse(load('package.json'))
  t.notOk(files.includes('examples'))
  const inClone = blocks.filter(({ file, language, code }) => file !== 'examples/README.md' && ['sh', 'js'].includes(language) && /(?<!\/)examples\//.test(code))
  t.ok(inClone.length > 5, `${inClone.length} blocks name a file of examples/`)
  for (const { file, line, heading } of inClone) {
    const before = load(file).split('\n').slice(0, line - 1).join('\n')
    // the README is read by task, a page from its beginning
    const read = file === 'README.md' ? before.slice(before.lastIndexOf(`# ${heading}\n`)) : before
    t.match(read, /\bclone\b/, `${file}:${line} says where it is`)
  }
})

t.test('the README', async (t) => {
  const text = load('README.md')
  const [first] = blocks.filter(({ file, language }) => file === 'README.md' && language === 'sh')
  t.same(readCommands(first.code), ['npm run demo', 'npm test'], 'its first two commands')
  const options = [...text.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, names]) => names.match(/\w+/g))
  const declared = load('lib/index.d.ts')
  for (const name of ['Options', 'DrainOptions', 'SignalOptions']) {
    const [, body] = new RegExp(`export interface ${name}\\b[^{]*\\{([\\s\\S]*?)^\\}`, 'm').exec(declared)
    const names = [...body.matchAll(/^ {2}(\w+)\?:/gm)].map(([, option]) => option)
    t.ok(names.length > 2, `${name} has ${names.length} options`)
    t.same(names.filter((option) => !options.includes(option)), [], `every option of ${name} is in it`)
  }
  const lib = fs.readdirSync(path.join(root, 'lib'), { recursive: true }).filter((file) => file.endsWith('.js')).map((file) => load(path.join('lib', file))).join('')
  const variables = [...new Set(lib.match(/\bLB_SAFE_TIMEOUTS_[A-Z_]+/g))]
  t.ok(variables.length >= 5, `${variables.length} variables of the environment`)
  t.same(variables.filter((name) => !text.includes(`| \`${name}\` |`)), [], 'every one is in its table')
})

t.test('blocks that are not run', async (t) => {
  for (const kind of ['program', 'commands', 'output', 'types', 'configuration', 'later', 'excused']) t.comment(`${kind}: ${byKind(kind).length}`)
  for (const block of byKind('output')) t.equal(kindOf(blocks[blocks.indexOf(block) - 1]), 'commands', `${nameOf(block)} is compared with a command's output`)
  for (const block of byKind('excused')) t.comment(`${nameOf(block)}: ${block.marker.rest}`)
  for (const block of byKind('excused')) t.ok(block.marker.rest.length > 20, `${nameOf(block)} says why`)
})
