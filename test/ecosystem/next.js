'use strict'

// Next.js 16 with output: 'standalone': what the tracer copies, and the copied folder alone, run
// in the ways in which people start it. What happens without serverExternalPackages.

const fs = require('node:fs')
const { measureNext } = require('./drive')
const { makeProject } = require('./project')
const { toolFile, toolVersion } = require('./tools')

const layout = "export default function Layout ({ children }) { return <html lang='en'><body>{children}</body></html> }\n"
const page = 'export default function Page () { return <p>ok</p> }\n'
const route = `
import { native, planLbSafeTimeouts } from 'lb-safe-timeouts'
export const dynamic = 'force-dynamic'
export function GET () {
  return Response.json({ keepAliveTimeout: planLbSafeTimeouts({ lb: 'aws-alb' }).after.keepAliveTimeout, native })
}
`
const instrumentation = `
export async function register () {
  if (process.env.NEXT_RUNTIME === 'nodejs') await import('lb-safe-timeouts/register')
}
`
// beside the traced folder's own server.js
const customServer = `
const http = require('node:http')
const { applyLbSafeTimeouts } = require('lb-safe-timeouts')
// without it, next() looks for the configuration and finds none in a standalone folder
process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(require('./.next/required-server-files.json').config)
const next = require('next')
async function main () {
  const app = next({ dev: false, dir: __dirname })
  await app.prepare()
  const server = http.createServer(app.getRequestHandler())
  server.keepAliveTimeout = Number(process.env.KEEP_ALIVE_TIMEOUT)
  if (process.env.MODE === 'ours') applyLbSafeTimeouts(server)
  server.listen(process.env.PORT, '127.0.0.1', () => console.log('Ready in a moment'))
}
main()
`
// in the package's own words, for who only preloads and imports nothing
const includes = `outputFileTracingIncludes: {
    '/*': ['./node_modules/lb-safe-timeouts/**', './node_modules/{yaml,smol-toml}/**']
  },`

function makeApp (suite, { config = '', files = {} }) {
  const project = makeProject('next', {
    files: {
      'app/layout.js': layout,
      'app/page.js': page,
      'next.config.js': `module.exports = {\n  output: 'standalone',\n  outputFileTracingRoot: __dirname,\n  turbopack: { root: __dirname },\n  ${config}\n}\n`,
      ...files
    }
  })
  // links: a folder of 340 MB that every app has as its own is copied by hard links
  cloneTree(toolFile('next'), project.path('node_modules'))
  project.install(suite.tarball)
  return project
}

/** The same files under another name: the tracer follows no link out of the project. */
function cloneTree (from, to) {
  fs.mkdirSync(to, { recursive: true })
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) cloneTree(`${from}/${entry.name}`, `${to}/${entry.name}`)
    else if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(`${from}/${entry.name}`), `${to}/${entry.name}`)
    else fs.linkSync(`${from}/${entry.name}`, `${to}/${entry.name}`)
  }
}

function build (project) {
  return project.run(process.execPath, [project.path('node_modules', 'next', 'dist', 'bin', 'next'), 'build'], { env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' } })
}

/** What was traced, alone in another folder. */
function takeStandalone (project, files = {}) {
  const alone = makeProject('standalone', { manifest: null })
  // its links are relative, and lead to what was copied
  fs.cpSync(project.path('.next', 'standalone'), alone.dir, { recursive: true, verbatimSymlinks: true })
  for (const [name, text] of Object.entries(files)) alone.write(name, text)
  fs.rmSync(project.dir, { recursive: true })
  return alone
}

async function check (suite, what, alone, options) {
  const { ok, controlLost, stderr, body } = await measureNext(alone.dir, options)
  suite.check(ok && controlLost, `${what}: an idle connection outlasts the load balancer, and the bare server lost it`, { ok, controlLost, stderr })
  return body
}

const preload = { NODE_OPTIONS: '--require lb-safe-timeouts/register' }

async function checkTraced (suite) {
  const what = `Next.js ${toolVersion('next', 'next')} standalone`
  const project = makeApp(suite, { config: "serverExternalPackages: ['lb-safe-timeouts'],", files: { 'app/api/plan/route.js': route } })
  const built = build(project)
  if (!suite.check(built.status === 0, `${what}: builds with a route that imports us`, built.stdout + built.stderr)) return
  const alone = takeStandalone(project, { 'custom.js': customServer })
  const binary = `node_modules/lb-safe-timeouts/prebuilds/${process.platform}-${process.arch}/lb_safe_timeouts.node`
  suite.check(fs.existsSync(alone.path(binary)), `${what}: the tracer copies the binary`)
  const body = await check(suite, `${what}, server.js with NODE_OPTIONS`, alone, { file: 'server.js', url: '/api/plan', env: preload })
  suite.check(body === '{"keepAliveTimeout":65000,"native":true}', `${what}: the route works, natively`, body)
  await check(suite, `${what}, a custom server`, alone, { file: 'custom.js' })
}

async function checkIncluded (suite) {
  const what = `Next.js ${toolVersion('next', 'next')} standalone`
  const project = makeApp(suite, { config: includes })
  const built = build(project)
  if (!suite.check(built.status === 0, `${what}: builds without any import of us, with outputFileTracingIncludes`, built.stdout + built.stderr)) return
  await check(suite, `${what}, only preloaded`, takeStandalone(project), { file: 'server.js', env: preload })
}

async function checkInstrumented (suite) {
  const what = `Next.js ${toolVersion('next', 'next')} standalone`
  const project = makeApp(suite, { config: `serverExternalPackages: ['lb-safe-timeouts'], ${includes}`, files: { 'instrumentation.js': instrumentation } })
  const built = build(project)
  if (!suite.check(built.status === 0, `${what}: builds with instrumentation.js`, built.stdout + built.stderr)) return
  // no flag and no variable: it is the bare server that is started with another one
  await check(suite, `${what}, instrumentation.js`, takeStandalone(project), { file: 'server.js', env: {}, bareEnv: { AWS_LAMBDA_FUNCTION_NAME: 'inert' } })
}

function checkWithout (suite) {
  const project = makeApp(suite, { files: { 'app/api/plan/route.js': route } })
  const { status, stdout, stderr } = build(project)
  suite.check(status !== 0 && /lb_safe_timeouts\.node \(node addon\)/.test(stdout + stderr), 'without serverExternalPackages the build fails, and names the file', stdout + stderr)
}

async function run (suite) {
  await checkTraced(suite)
  if (suite.quick) return
  await checkIncluded(suite)
  await checkInstrumented(suite)
  checkWithout(suite)
}

module.exports = { run }
