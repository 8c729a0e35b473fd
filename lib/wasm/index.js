'use strict'

// The native module's own C sources as WebAssembly, for where no binary can be loaded. They
// are compiled without the system's part: what only the kernel knows is LBST_E_UNSUPPORTED.

const { createNapi } = require('./napi')

/** What require() of the native module would return, by WebAssembly. */
function loadWasm () {
  // text in a JavaScript file: it comes along in every bundle and single executable
  const bytes = Buffer.from(require('../../prebuilds/wasm/lb_safe_timeouts'), 'base64')
  const module = new WebAssembly.Module(bytes)
  const { imports, initialize } = createNapi(WebAssembly.Module.imports(module).map(({ name }) => name))
  const { exports } = new WebAssembly.Instance(module, imports)
  return initialize(exports)
}

module.exports = { loadWasm }
