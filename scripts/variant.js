'use strict'

// The native module built in another way (sanitizers, injected faults), in a copy of the
// checkout: build/Release stays as it is, and the copy's tests load the copy's binary.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
// short names: tests make Unix sockets below it, whose paths may have 107 bytes
const folder = path.join(root, '.cache')
const notCopied = new Set(['node_modules', '.cache', '.git', '.tap', 'build', 'coverage'])

/** Copies the checkout to `to`; what is built there stays, what is newer here replaces it. */
function copyCheckout (to) {
  fs.mkdirSync(path.join(to, '.cache'), { recursive: true })
  for (const name of fs.readdirSync(root)) {
    if (notCopied.has(name)) continue
    fs.rmSync(path.join(to, name), { recursive: true, force: true })
    // with their times, by which scripts/build.js knows what is fresh
    fs.cpSync(path.join(root, name), path.join(to, name), { recursive: true, preserveTimestamps: true })
  }
  for (const name of ['node_modules', '.cache/nodes']) {
    if (!fs.existsSync(path.join(root, name)) || fs.existsSync(path.join(to, name))) continue
    fs.symlinkSync(path.join(root, name), path.join(to, name))
  }
}

/** `flag` as make's shell reads it back: a path may have blanks in it. */
function quote (flag) {
  return /^[\w@%+=:,./-]+$/.test(flag) ? flag : `'${flag}'`
}

/**
 * Builds the variant `name` with more flags for the compiler and the linker. `edit(dir)` may
 * change the copied sources first. Returns the folder of the copy.
 */
function buildVariant (name, { cflags = [], ldflags = [], edit } = {}) {
  const dir = path.join(folder, name)
  const stamp = path.join(dir, '.cache', 'flags')
  const flags = JSON.stringify([cflags, ldflags])
  copyCheckout(dir)
  edit?.(dir)
  const isSame = fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === flags
  const env = { ...process.env, CFLAGS: cflags.map(quote).join(' '), LDFLAGS: ldflags.map(quote).join(' ') }
  // warnings are the lint's affair: a variant's flags have some of their own
  delete env.CI
  const args = [path.join(dir, 'scripts', 'build.js'), ...(isSame ? [] : ['--force'])]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: dir, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the variant ${name} could not be built:\n${stdout}${stderr}`)
  fs.writeFileSync(stamp, flags)
  return dir
}

/** The native module of a variant. */
function binaryOf (dir) {
  return path.join(dir, 'build', 'Release', 'lb_safe_timeouts.node')
}

const sanitizeFlags = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all']

/** ASan and UBSan, with stacks that can be read. `more` flags tell apart what else is in it. */
function buildSanitized (name = 'asan', { cflags = [], ldflags = [], edit } = {}) {
  return buildVariant(name, {
    cflags: [...sanitizeFlags, '-fno-omit-frame-pointer', '-g', '-O1', ...cflags],
    // with its own UBSan: the shared one hands the path of its reports to ASan's copy of it
    ldflags: [...sanitizeFlags, '-static-libubsan', '-Wl,-Bsymbolic', ...ldflags],
    edit
  })
}

module.exports = { binaryOf, buildSanitized, buildVariant, folder, root }
