'use strict'

// A server bundled with this package in it, as people do it: built, its output alone copied to
// another folder, and run there. And built with this package left external.

const fs = require('node:fs')
const path = require('node:path')
const { measure, server, startProgram } = require('./drive')
const { makeProject } = require('./project')
const { toolFile, toolVersion } = require('./tools')

const esbuildCli = () => toolFile('esbuild', 'esbuild', 'bin', 'esbuild')
const esmBanner = "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

function esbuild (...args) {
  return (project) => project.run(process.execPath, [esbuildCli(), 'server.cjs', '--bundle', '--platform=node', '--outdir=out', ...args])
}

/** webpack, rollup and vite by their JavaScript API, in a process of their own. */
function byScript (text) {
  return (project) => {
    project.write('build.mjs', text)
    return project.run(process.execPath, ['build.mjs'])
  }
}

function webpack (options) {
  return byScript(`
    import { createRequire } from 'node:module'
    const webpack = createRequire(import.meta.url)(${JSON.stringify(toolFile('webpack', 'webpack'))})
    webpack({
      mode: 'production', target: 'node18', entry: './server.cjs', context: process.cwd(),
      output: { path: process.cwd() + '/out', filename: 'server.js', publicPath: '' },
      resolveLoader: { modules: [${JSON.stringify(toolFile('webpack'))}] },
      ...${options}
    }, (error, stats) => {
      if (error) throw error
      console.log(stats.toString({ all: false, errors: true, warnings: true }))
      process.exitCode = stats.hasErrors() ? 1 : 0
    })`)
}

function rollup (format) {
  const from = (name) => JSON.stringify(toolFile('rollup', ...name))
  return byScript(`
    import { createRequire } from 'node:module'
    const require = createRequire(import.meta.url)
    const { rollup } = require(${from(['rollup'])})
    const commonjs = require(${from(['@rollup', 'plugin-commonjs'])})
    const { nodeResolve } = require(${from(['@rollup', 'plugin-node-resolve'])})
    const json = require(${from(['@rollup', 'plugin-json'])})
    const bundle = await rollup({
      input: 'server.cjs',
      external: /^lb-safe-timeouts/,
      plugins: [nodeResolve({ preferBuiltins: true }), commonjs(), json()]
    })
    await bundle.write({ dir: 'out', format: '${format}', entryFileNames: 'server.${format === 'es' ? 'mjs' : 'js'}' })`)
}

const viteSsr = byScript(`
  const { build } = await import(${JSON.stringify(toolFile('vite', 'vite', 'dist', 'node', 'index.js'))})
  await build({ logLevel: 'warn', build: { ssr: 'server.cjs', outDir: 'out', rollupOptions: { output: { entryFileNames: 'server.mjs' } } } })`)

const ncc = (project) => project.run(process.execPath, [toolFile('ncc', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js'), 'build', 'server.cjs', '--out', 'out', '--no-cache'])

// `carries`: the bundle contains this package, and runs in a folder without node_modules.
// `native: false`: no binary comes along; the rules run as WebAssembly.
const cases = [
  { name: 'esbuild, --loader:.node=copy', tool: 'esbuild', build: esbuild('--loader:.node=copy'), carries: true, quick: true },
  { name: 'esbuild, --loader:.node=file', tool: 'esbuild', build: esbuild('--loader:.node=file'), carries: true },
  { name: 'esbuild, --minify', tool: 'esbuild', build: esbuild('--loader:.node=copy', '--minify'), carries: true },
  { name: 'esbuild, ES module', tool: 'esbuild', build: esbuild('--loader:.node=copy', '--format=esm', '--out-extension:.js=.mjs', esmBanner), out: 'server.mjs', carries: true },
  { name: 'esbuild, --loader:.node=empty', tool: 'esbuild', build: esbuild('--loader:.node=empty'), carries: true, native: false, quick: true },
  { name: 'esbuild, --external:lb-safe-timeouts', tool: 'esbuild', build: esbuild('--external:lb-safe-timeouts'), carries: false },
  { name: 'webpack, node-loader', tool: 'webpack', build: webpack("{ module: { rules: [{ test: /\\.node$/, loader: 'node-loader' }] } }"), carries: true, quick: true },
  { name: 'webpack, asset/resource', tool: 'webpack', build: webpack("{ module: { rules: [{ test: /\\.node$/, type: 'asset/resource' }] } }"), carries: true },
  { name: 'webpack, external', tool: 'webpack', build: webpack('{ externals: [({ request }, done) => /^lb-safe-timeouts/.test(request) ? done(null, "commonjs " + request) : done()] }'), carries: false },
  { name: 'rollup, external, cjs', tool: 'rollup', build: rollup('cjs'), carries: false },
  { name: 'rollup, external, ES module', tool: 'rollup', build: rollup('es'), out: 'server.mjs', carries: false },
  { name: 'vite, build.ssr', tool: 'vite', build: viteSsr, out: 'server.mjs', carries: false },
  { name: 'ncc', tool: 'ncc', build: ncc, out: 'index.cjs', carries: true }
]

/** What is expected of the functions: in a bundle no worker thread finds its code. */
function expectResults (suite, what, { carries, native = true }, { results }) {
  const expected = Object.fromEntries(Object.keys(results).map((name) => [name, /^works$/]))
  if (!native) expected.native = /false and not true/
  // JSON is read in threads, and so is everything by WebAssembly
  const threaded = native ? ['JSON log files'] : ['JSON log files', 'log files', 'packed log files']
  if (carries) for (const name of threaded) expected[name] = /^LBST_E_UNSUPPORTED: .*external/
  const bad = Object.entries(results).filter(([name, result]) => !expected[name].test(result))
  suite.check(bad.length === 0, `${what}: functions of the API${carries ? '; JSON log files say why not' : ''}`, bad)
}

/** A project with the server. What was not built here of the published binaries is put in place. */
function makeBundleProject (suite) {
  const project = makeProject('bundle')
  const own = project.install(suite.tarball)
  const here = path.join(own, 'prebuilds', `${process.platform}-${process.arch}`, 'lb_safe_timeouts.node')
  for (const [, file] of fs.readFileSync(path.join(own, 'lib', 'binding.js'), 'utf8').matchAll(/require\('\.\.\/(prebuilds.*?\.node)'\)/g)) {
    // a bundler looks whether it is there, and copies it
    fs.mkdirSync(path.dirname(path.join(own, file)), { recursive: true })
    if (!fs.existsSync(path.join(own, file))) fs.copyFileSync(here, path.join(own, file))
  }
  fs.copyFileSync(server, project.path('server.cjs'))
  return project
}

async function checkCase (suite, one) {
  const { name, tool, build, out = 'server.js', carries, native = true } = one
  const what = name.replace(tool, `${tool} ${toolVersion(tool)}`)
  const project = makeBundleProject(suite)
  const built = build(project)
  if (!suite.check(built.status === 0 && !/warning/i.test(built.stdout + built.stderr), `${what}: builds without a warning`, built.stdout + built.stderr)) return [what, 'does not build', '']

  // its output alone, elsewhere; or beside node_modules, where a deployment has it
  let ran = project
  if (carries) {
    ran = makeProject('bundled')
    fs.cpSync(project.path('out'), ran.path('out'), { recursive: true })
    fs.rmSync(project.dir, { recursive: true })
  }
  const only = ['outlast', 'look']
  const found = await measure((mode) => startProgram(process.execPath, [ran.path('out', out)], { mode, cwd: ran.dir, env: { LOG_FILE: ran.path('alb.log') } }), { only })
  expectResults(suite, what, one, found)
  suite.checkRaces(what, found, only)
  suite.check(found.report.native === native && (/LBST_W_NO_NATIVE/.test(found.stderr) === !native), `${what}: ${native ? 'native' : 'no binary comes along, and it says so'}`, found.stderr)
  const files = fs.readdirSync(ran.path('out')).length
  return [what, carries ? `alone (${files} files, ${(ran.size('out') / 1e6).toFixed(2)} MB)` : 'with node_modules', native ? 'native' : 'WebAssembly']
}

async function run (suite) {
  const rows = [['bundler', 'runs', 'module']]
  for (const one of cases) {
    if (!suite.quick || one.quick) rows.push(await checkCase(suite, one))
  }

  // and what does not work says so, at build time
  const project = makeBundleProject(suite)
  const { status, stderr } = esbuild()(project)
  suite.check(status !== 0 && /No loader is configured for "\.node" files/.test(stderr), 'esbuild without a loader for .node says what is missing', stderr)
  suite.table(rows)
}

module.exports = { run }
