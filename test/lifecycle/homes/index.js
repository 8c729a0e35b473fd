'use strict'

// Unusual homes of the package: other flags of Node, other contexts, a startup snapshot,
// another version of itself beside it. Each is { name, args, env?, judge(result) }; judge()
// says what is wrong, or null.

const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..', '..', '..')
const register = path.join(root, 'lib', 'register.js')
const script = (name) => path.join(__dirname, `${name}.js`)

/** It printed that line, ended with 0, and nothing of it is a crash. */
function prints (wanted) {
  return ({ status, signal, stdout }) => {
    if (status !== 0 || signal !== null) return `ended with ${signal ?? status}`
    return wanted.test(stdout) ? null : `printed ${JSON.stringify(stdout)}`
  }
}

const fine = prints(/^native true, fine\n$/)
// without native code: an error with a code, or what works without it
const without = prints(/^native false, (fine|LBST_E_NATIVE_MISSING)\n$/)

function flagHomes (major, minor) {
  const flags = ['--jitless', '--disallow-code-generation-from-strings', '--disable-proto=throw', '--disable-proto=delete', '--frozen-intrinsics', '--abort-on-uncaught-exception', '--stack-size=256', '--zero-fill-buffers', '--expose-gc', '--pending-deprecation', '--throw-deprecation']
  const homes = flags.map((flag) => ({ name: flag, args: [flag, script('basics')], judge: fine }))
  homes.push({ name: '--no-addons', args: ['--no-addons', script('basics')], judge: without })
  homes.push({ name: '--no-addons --require register', args: ['--no-addons', '--require', register, script('plain')], judge: prints(/^200\n$/) })
  homes.push({ name: '--require register', args: ['--require', register, script('plain')], judge: prints(/^200\n$/) })
  if (major < 20) return homes
  const permission = major < 22 || (major === 22 && minor < 13) ? '--experimental-permission' : '--permission'
  const allowed = [permission, '--allow-fs-read=*', '--allow-worker']
  homes.push({ name: '--permission --allow-addons', args: [...allowed, '--allow-addons', script('basics')], judge: fine })
  homes.push({ name: '--permission', args: [...allowed, script('basics')], judge: without })
  // from Node 25 on the network has to be allowed, too
  const net = major >= 25 ? ['--allow-net'] : []
  homes.push({ name: '--permission --require register', args: [...allowed, ...net, '--require', register, script('plain')], judge: prints(/^200\n$/) })
  return homes
}

/** Another version of the package, as npm puts it in another folder. */
function copyVersion (folder, version) {
  const copy = path.join(folder, 'other-version')
  if (!fs.existsSync(copy)) {
    for (const name of ['lib', 'build/Release/lb_safe_timeouts.node']) fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true })
    fs.symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
    const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
    fs.writeFileSync(path.join(copy, 'package.json'), JSON.stringify({ ...manifest, version }))
  }
  return copy
}

/** The package in one file, for a startup snapshot: user modules cannot be required there. */
function bundle (folder) {
  const file = path.join(folder, 'snapshot-entry.js')
  const modules = new Map()
  const add = (name) => {
    if (modules.has(name)) return
    const text = fs.readFileSync(name, 'utf8')
    modules.set(name, text)
    if (!name.endsWith('.js')) return
    for (const [, wanted] of text.matchAll(/require\('(\.[^']*)'\)/g)) {
      if (wanted.endsWith('.node')) continue
      try {
        add(require.resolve(wanted, { paths: [path.dirname(name)] }))
      } catch {
        // a prebuilt file that is not there in a checkout: the package does without
      }
    }
  }
  add(path.join(root, 'lib', 'index.js'))
  const entries = [...modules].map(([name, text]) => `[${JSON.stringify(name)}, ${name.endsWith('.json') ? `(module) => { module.exports = ${text} }` : `(module, exports, require, __filename, __dirname) => {${text}\n}`}]`)
  fs.writeFileSync(file, `const modules = new Map([\n${entries.join(',\n')}\n])\n` + fs.readFileSync(script('snapshot'), 'utf8'))
  return file
}

function findHomes (version, folder) {
  const [major, minor] = version.split('.').map(Number)
  const blob = path.join(folder, `${version}.blob`)
  const other = copyVersion(folder, '0.0.1')
  return [
    { name: 'no flag', args: [script('basics')], judge: fine },
    ...flagHomes(major, minor),
    { name: 'vm contexts', args: ['--expose-gc', script('contexts')], judge: prints(/^200 contexts, fine\n$/) },
    { name: 'two versions', args: ['--expose-gc', script('versions'), other], judge: prints(/^two versions, fine\n$/) },
    { name: 'two versions, the other in workers', args: ['--expose-gc', script('version-workers'), other], judge: prints(/^10 of 10 workers\n$/) },
    { name: 'a startup snapshot is taken, and runs', args: [script('take-snapshot'), bundle(folder), blob], judge: prints(/^native (true|false), (fine|LBST_E_NATIVE_MISSING)\n$/) }
  ]
}

module.exports = { findHomes }
