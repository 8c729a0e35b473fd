'use strict'

// publint and attw (are the types wrong?) on the packed tarball.

const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { makeProject, unpack } = require('./project')
const { toolFile, toolVersion } = require('./tools')

async function publint (folder) {
  const { publint } = await import(pathToFileURL(toolFile('publint', 'publint', 'src', 'index-node.js')))
  const { messages } = await publint({ pkgDir: folder, level: 'suggestion', strict: true, pack: false })
  return messages.map(({ code, path }) => `${code} at ${path.join('.')}`)
}

function attw (project, tarball) {
  const { status, stdout, stderr } = project.run(process.execPath, [toolFile('attw', '@arethetypeswrong', 'cli', 'dist', 'index.js'), tarball, '--format', 'json'])
  if (stdout === '') throw new Error(`attw: ${stderr}`)
  const { analysis } = JSON.parse(stdout)
  return { status, analysis }
}

async function run (suite) {
  const project = makeProject('manifest')
  const folder = unpack(suite.tarball, project.path('package'))

  const messages = await publint(folder)
  suite.check(messages.length === 0, `publint ${toolVersion('publint')} has nothing to say, suggestions included`, messages)

  const { status, analysis } = attw(project, suite.tarball)
  suite.check(status === 0 && analysis.problems.length === 0, `attw ${toolVersion('attw')} finds no problem, node10 included`, analysis.problems)
  // package.json and wrong types would be silent too if attw had not looked
  const looked = Object.entries(analysis.entrypoints).filter(([, { hasTypes }]) => hasTypes).map(([name]) => name).sort()
  suite.check(looked.join() === '.,./logs,./model,./register', 'attw found types at every entry point', Object.keys(analysis.entrypoints))

  // controls: both must see what is wrong
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  manifest.exports['.'].import.types = './lib/index.d.ts'
  manifest.exports['./model'] = { default: './lib/absent.js', types: './lib/model.d.ts' }
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest))
  suite.check((await publint(folder)).some((message) => /FILE_DOES_NOT_EXIST/.test(message)), 'publint complains of a wrong manifest')
  const wrong = makeProject('wrong')
  wrong.run('npm', ['pack', '--ignore-scripts', '--pack-destination', wrong.dir, folder])
  const packed = fs.readdirSync(wrong.dir).find((name) => name.endsWith('.tgz'))
  suite.check(attw(wrong, wrong.path(packed)).analysis.problems.length > 0, 'attw complains of a wrong manifest')
}

module.exports = { run }
