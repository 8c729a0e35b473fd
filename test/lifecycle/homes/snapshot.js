'use strict'

/* global modules */
// The end of the bundle that test/lifecycle/homes/index.js makes: `modules` is above this.
// The package is loaded before the snapshot is taken, and used after it is read again.

const loaded = new Map()
const nodePath = require('node:path')

function load (name) {
  if (!loaded.has(name)) {
    const module = { exports: {} }
    loaded.set(name, module)
    const folder = nodePath.dirname(name)
    const localRequire = (wanted) => {
      if (!wanted.startsWith('.')) return require(wanted)
      const full = nodePath.join(folder, wanted)
      if (full.endsWith('.node')) {
        const addon = { exports: {} }
        process.dlopen(addon, full)
        return addon.exports
      }
      const found = [full, `${full}.js`, nodePath.join(full, 'index.js')].find((candidate) => modules.has(candidate))
      if (found === undefined) throw new Error(`${wanted} is not in the bundle`)
      return load(found)
    }
    modules.get(name)(module, module.exports, localRequire, name, folder)
  }
  return loaded.get(name).exports
}

const lbst = load([...modules.keys()][0])
require('node:v8').startupSnapshot.setDeserializeMainFunction(() => {
  let outcome = 'fine'
  const isNative = lbst.native
  try {
    const { after } = lbst.planLbSafeTimeouts({ lb: 'aws-alb' }, { keepAliveTimeout: 5000 })
    if (after.keepAliveTimeout !== 65000) outcome = `wrong: ${after.keepAliveTimeout}`
  } catch (error) {
    outcome = error.code ?? error.stack
  }
  process._rawDebug('') // stderr works
  require('node:fs').writeSync(1, `native ${isNative}, ${outcome}\n`)
})
