'use strict'

// TypeScript users: the packed declarations under every module resolution, strict, with
// skipLibCheck off, by an old compiler, the last one in JavaScript and the native one. What is
// compiled for Node is run. Each `@ts-expect-error` is a control: where the types were not
// found, all is `any` and nothing is an error.

const fs = require('node:fs')
const { makeProject } = require('./project')
const { toolFile, toolVersion } = require('./tools')

// what a user writes, with every entry point and type in use
const source = `
import http from 'node:http'
import http2 from 'node:http2'
import { applyLbSafeTimeouts, planLbSafeTimeouts, drain, status, findLoadBalancer, loadBalancers, readLbMetadata } from 'lb-safe-timeouts'
import type { LbId, Options, Plan, Report, Evidence, Hop, DrainReport } from 'lb-safe-timeouts'
import { classifyLog, createLogClassifier } from 'lb-safe-timeouts/logs'
import type { Verdicts } from 'lb-safe-timeouts/logs'
import { createConnectionModel } from 'lb-safe-timeouts/model'
import type { ConnectionModel } from 'lb-safe-timeouts/model'
import 'lb-safe-timeouts/register'

const id: LbId = 'aws-alb'
const options: Options = { lb: [ 'cloudflare', { id, idleTimeoutMs: 61000 } ], marginMs: 5000 }
const server = http.createServer((_req, res) => { res.end('ok') })
const report: Report = applyLbSafeTimeouts(server, options)
applyLbSafeTimeouts(http2.createSecureServer({ allowHTTP1: true }))
const plan: Plan = planLbSafeTimeouts({ lb: 'nginx' }, { nodeVersion: '22' })
const evidence: Evidence = status(server)
const hops: Hop[] = readLbMetadata('http { server { listen 80; } }', { format: 'nginx' })
const verdicts: Verdicts = classifyLog('', { format: 'alb' })
const model: ConnectionModel = createConnectionModel({ keepAliveTimeout: 5000 }, { nodeVersion: '18.20.8' })
const drained: Promise<DrainReport> = drain(server, { windowMs: 0 })
createLogClassifier({ format: 'alb' }).resume()
// @ts-expect-error there is no such load balancer
applyLbSafeTimeouts(server, { lb: 'aws_alb' })
// @ts-expect-error an application is no server
applyLbSafeTimeouts((_req: unknown, _res: unknown) => {})
// @ts-expect-error a report has no such property
report.absent
`

// what runs: the same imports, values shown
const program = `
import { createServer } from 'node:http'
import { applyLbSafeTimeouts, type Report } from 'lb-safe-timeouts'
import { classifyLog } from 'lb-safe-timeouts/logs'
import { createConnectionModel } from 'lb-safe-timeouts/model'
const report: Report = applyLbSafeTimeouts(createServer(), { lb: 'aws-alb' })
console.log(report.after.keepAliveTimeout, typeof classifyLog, typeof createConnectionModel)
`

const base = { strict: true, skipLibCheck: false, target: 'ES2020', esModuleInterop: true, types: ['node'], outDir: 'out' }

// strict in every way that a compiler knows, and without the helpers that hide `export =`,
// which TypeScript 7 no longer lets anybody switch off
const strictest = { esModuleInterop: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noImplicitOverride: true, isolatedModules: true }

// how modules are found, in which kinds of files, by which compilers. A bundler's are not run
// here: see bundlers.js.
const kinds = [
  { options: { module: 'commonjs', moduleResolution: 'node' }, files: ['ts'], compilers: ['4.7', '5'], quick: true },
  { options: { module: 'node16', moduleResolution: 'node16' }, files: ['cts', 'mts'], compilers: ['4.7', '5', '7'], quick: true },
  { options: { module: 'nodenext', moduleResolution: 'nodenext' }, files: ['cts', 'mts'], compilers: ['4.7', '5', '7'] },
  { options: { module: 'nodenext', moduleResolution: 'nodenext', ...strictest }, files: ['mts'], compilers: ['4.7', '5'], namespaces: true },
  { options: { module: 'esnext', moduleResolution: 'bundler' }, files: ['ts'], compilers: ['5', '7'], isBundled: true, quick: true }
]

const compilers = {
  4.7: { tool: 'typescript-4.7', types: 'node-types-18' },
  5: { tool: 'typescript-5', types: 'node-types-22' },
  7: { tool: 'typescript-7', types: 'node-types-22' }
}

function setUp (suite, compiler) {
  const project = makeProject(`types-${compiler}`)
  project.install(suite.tarball)
  const { types } = compilers[compiler]
  project.link('@types/node', toolFile(types, '@types/node'))
  if (fs.existsSync(toolFile(types, 'undici-types'))) project.link('undici-types', toolFile(types, 'undici-types'))
  return project
}

/** `import http from` needs a helper of the compiler's, `import * as http from` does not. */
function asNamespaces (text) {
  return text.replace(/import (http2?) from/g, 'import * as $1 from')
}

function checkKind (suite, project, compiler, { options, files, namespaces = false, isBundled = false }) {
  const { tool } = compilers[compiler]
  const names = files.flatMap((extension) => [`user.${extension}`, `program.${extension}`])
  for (const name of names) {
    const text = name.startsWith('user') ? source : program
    project.write(name, namespaces ? asNamespaces(text) : text)
  }
  project.write('tsconfig.json', JSON.stringify({ compilerOptions: { ...base, ...options, noEmit: isBundled }, files: names }))
  const { status, stdout } = project.run(process.execPath, [toolFile(tool, 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json'])
  const what = `TypeScript ${toolVersion(tool)}, ${options.moduleResolution}${namespaces ? ' with every strict option' : ''}`
  suite.check(status === 0, `${what}: ${files.join(' and ')} compile, skipLibCheck off`, stdout)
  if (isBundled || status !== 0) return
  for (const extension of files) {
    const ran = project.run(process.execPath, [`out/program.${extension.replace('ts', 'js')}`])
    suite.check(ran.stdout === '65000 function function\n', `${what}: ${extension} runs`, ran.stdout + ran.stderr)
  }
}

async function run (suite) {
  for (const compiler of suite.quick ? ['5'] : Object.keys(compilers)) {
    const project = setUp(suite, compiler)
    for (const kind of kinds) {
      if (kind.compilers.includes(compiler) && (!suite.quick || kind.quick)) checkKind(suite, project, compiler, kind)
    }
  }
}

module.exports = { run }
