'use strict'

// What a user gets: the files that are packed, the rules of the manifest, and the binaries
// that `npm run prebuild` has made here, as far as it was run.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const t = require('tap')
const manifest = require('../package.json')
const { listSources } = require('../lib/native/compile')
const { targets, binaryOf } = require('../scripts/prebuild-targets')

const root = path.join(__dirname, '..')

/** The files below a folder of the checkout, as npm names them. */
function list (folder) {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    return entry.isDirectory() ? list(`${folder}/${entry.name}`) : `${folder}/${entry.name}`
  })
}

t.test('npm pack', async (t) => {
  const { stdout, stderr, status } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' })
  t.equal(status, 0, stderr)
  const [{ files, unpackedSize }] = JSON.parse(stdout)
  const packed = files.map(({ path }) => path).sort()
  const binaries = Object.keys(targets).filter((id) => fs.existsSync(binaryOf(id))).map((id) => path.relative(root, binaryOf(id)).replace(/\\/g, '/'))
  const expected = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...list('bin'), ...list('lib'), ...list('src'), ...binaries]
  t.same(packed, expected.sort(), 'this, and nothing else')
  const others = /\.(js|mjs|d\.ts|d\.mts|[ch]|def|node)$/
  t.same(packed.filter((file) => !others.test(file) && file.includes('/')), [], 'no stray file in a folder')
  // a root binding.gyp would make npm build at every install
  for (const file of ['binding.gyp', 'package-lock.json', 'scripts/build.js']) t.notOk(packed.includes(file), file)
  t.ok(unpackedSize < 3.5e6, `${unpackedSize} bytes unpacked`)
})

t.test('the manifest', async (t) => {
  // npm 11.16 and later warn of the last one too, when a tarball or a folder is installed
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) t.notOk(name in manifest.scripts, `no ${name} script`)
  // npm would run prebuild, which makes the binaries of all platforms, before it
  t.notOk('build' in manifest.scripts, 'no build script')
  t.equal(manifest.gypfile, false)
  // YAML and TOML of other people's making; each is loaded when such a text is to be read
  const dependencies = ['smol-toml', 'yaml']
  t.same(Object.keys(manifest.dependencies), dependencies, 'little comes with it')
  for (const name of dependencies) {
    const own = JSON.parse(fs.readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8'))
    t.same(Object.keys(own.dependencies ?? {}), [], `and nothing with ${name}`)
  }
  const { stdout } = spawnSync(process.execPath, ['-p', "require('.'); require('./lib/metadata').readLbMetadata('{\"Attributes\": []}'); Object.keys(require.cache).filter((file) => /(yaml|smol-toml).(dist|index)/.test(file)).length"], { cwd: root, encoding: 'utf8' })
  t.equal(stdout.trim(), '0', 'they are loaded when they are needed')
})

t.test('without its binaries it is packed with a word, and not published', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-prepack-'))
  t.teardown(() => fs.rmSync(folder, { recursive: true, force: true }))
  for (const part of ['scripts', 'lib/native', 'src']) fs.cpSync(path.join(root, part), path.join(folder, part), { recursive: true })
  const prepack = (command) => spawnSync(process.execPath, [path.join(folder, 'scripts', 'prepack.js')], { encoding: 'utf8', env: { ...process.env, npm_command: command } })
  const all = new RegExp(`missing: ${Object.keys(targets).join(', ')}\\.`)
  for (const [command, status, words] of [['pack', 0, /not to be published/], ['publish', 1, /not published/]]) {
    const found = prepack(command)
    t.equal(found.status, status, command)
    t.match(found.stderr, all)
    t.match(found.stderr, words)
  }
  for (const id of Object.keys(targets)) {
    const file = path.join(folder, path.relative(root, binaryOf(id)))
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, '')
  }
  t.match(prepack('publish'), { status: 0, stderr: '' }, 'all are there')
  const newer = new Date(Date.now() + 1000)
  fs.utimesSync(path.join(folder, 'src', 'core', 'lb.def'), newer, newer)
  t.match(prepack('pack'), { status: 1, stderr: /older than src/ })
})

t.test('the loader knows every prebuilt binary by a literal path, and no other', async (t) => {
  const text = fs.readFileSync(path.join(root, 'lib', 'binding.js'), 'utf8')
  const literal = [...text.matchAll(/require\('\.\.\/prebuilds\/([\w-]+)\/lb_safe_timeouts\.node'\)/g)].map(([, id]) => id)
  t.same(literal.sort(), Object.keys(targets).filter((id) => id !== 'wasm').sort())
  t.match(fs.readFileSync(path.join(root, 'lib', 'wasm', 'index.js'), 'utf8'), "require('../../prebuilds/wasm/lb_safe_timeouts')")
})

t.test('node-gyp in a checkout and the compiler alone build the same sources', async (t) => {
  const gyp = fs.readFileSync(path.join(root, 'binding.gyp'), 'utf8')
  const [always] = /'sources': \[[^\]]*\]/.exec(gyp)
  const shared = [...always.matchAll(/'(src\/[^']+)'/g)].map(([, file]) => file)
  const isBySystem = (file) => /_(linux|darwin|mingw|none)\.c$/.test(file)
  for (const platform of ['linux', 'darwin', 'win32', 'freebsd']) {
    t.same(shared.sort(), listSources(platform).filter((file) => !isBySystem(file)).sort(), platform)
    const questions = listSources(platform).filter(isBySystem).map((file) => /(\w+)_/.exec(path.basename(file))[1])
    t.same(questions.filter((question) => question !== 'delay'), ['gate', 'sock'], 'and one file for each question to the system')
  }
})

for (const id of Object.keys(targets).filter((id) => fs.existsSync(binaryOf(id)))) {
  t.test(`prebuilds/${id}`, async (t) => {
    const binary = fs.readFileSync(binaryOf(id))
    t.ok(binary.length < 500e3, `${binary.length} bytes`)
    for (const word of [root, os.homedir(), os.tmpdir(), 'src/core', 'src\\core', '.c\0']) {
      t.notOk(binary.includes(word), `no path of the machine that made it: ${JSON.stringify(word)}`)
    }
  })
}
