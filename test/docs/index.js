'use strict'

// npm run test:docs, second part: what needs packages of its own, or the packed package. The
// examples for Docker, Kubernetes and ECS against their own formats, nginx on the documents'
// configuration, the README's npx commands as npm runs them, and the signals of a container.
//
//   node test/docs/index.js [--write]    --write: examples/ecs/terraform-show.json anew

const assert = require('node:assert/strict')
const { execFileSync, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const { createRequire } = require('node:module')
const os = require('node:os')
const path = require('node:path')
const ts = require('typescript')
const { readLbMetadata } = require('../..')
const { installExample } = require('../../scripts/install-example')
const { makeProject, pack, removeProjects } = require('../ecosystem/project')
const { ensureApp } = require('../helpers/apps')
const { freePort, outlives, startProgram } = require('../helpers/preload')
const { checkAgreement, readEnv, readYaml } = require('./manifests')
const { listDocs, load, readBlocks, root } = require('./markdown')
const { stopContainer } = require('./container')
const { readShown, showTerraform } = require('./terraform')

const tools = ensureApp('docs', ['@cdktf/hcl2json@0.21', 'kubernetes-types@1', 'dockerfile-utils@0.16'])
const requireTool = createRequire(path.join(tools, 'package.json'))
const examples = path.join(root, 'examples')
const read = (name) => fs.readFileSync(path.join(examples, name), 'utf8')
const blocksOf = (language) => listDocs().flatMap((file) => readBlocks(file, load(file))).filter((block) => block.language === language)

async function testTerraform () {
  const shown = await showTerraform(tools, read('ecs/alb.tf'))
  const file = path.join(examples, 'ecs', 'terraform-show.json')
  if (process.argv.includes('--write')) fs.writeFileSync(file, JSON.stringify(shown, null, 2) + '\n')
  assert.deepEqual(readShown(file), shown, 'examples/ecs/terraform-show.json is stale')
  const [{ environment, stopTimeout }] = JSON.parse(read('ecs/task-definition.json')).containerDefinitions
  assert.deepEqual(checkAgreement(readEnv(environment), stopTimeout, shown), [])
  for (const { code, marker, file, line } of blocksOf('terraform')) {
    const hops = readLbMetadata(await showTerraform(tools, code)).map(({ id, idleTimeoutMs }) => `${id}:${idleTimeoutMs}`)
    assert.equal(hops.join(' '), marker.rest, `${file}:${line}`)
  }
  return `the ALB's and the task's numbers agree, ${blocksOf('terraform').length} blocks of Terraform`
}

const kinds = {
  Deployment: 'kubernetes-types/apps/v1',
  Service: 'kubernetes-types/core/v1',
  PodDisruptionBudget: 'kubernetes-types/policy/v1',
  Ingress: 'kubernetes-types/networking/v1'
}

/** Compiles each object as a literal of its type: names, types and required fields are checked. */
function complaintsOfKinds (objects) {
  const lines = objects.map((object, index) => `import { ${object.kind} as K${index} } from '${kinds[object.kind]}'\nexport const o${index}: K${index} = ${JSON.stringify(object)}`)
  const file = path.join(tools, 'manifests.ts')
  fs.writeFileSync(file, lines.join('\n') + '\n')
  const program = ts.createProgram([file], { strict: true, noEmit: true, skipLibCheck: true, types: [], module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 })
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
}

function testKubernetes () {
  const texts = [...['deployment', 'deployment-prestop', 'ingress'].map((name) => read(`kubernetes/${name}.yaml`)), ...blocksOf('yaml').filter(({ marker }) => marker === null).map(({ code }) => code)]
  const objects = texts.flatMap(readYaml)
  assert.deepEqual(complaintsOfKinds(objects), [])
  const [deployment] = objects
  const broken = structuredClone(deployment)
  broken.spec.template.spec.terminationGracePeriodSecond = 1
  assert.notDeepEqual(complaintsOfKinds([broken]), [], 'a misspelt field is found, or this proves nothing')
  return `${objects.length} objects have the types of the Kubernetes API`
}

function testDockerfiles () {
  const { validate } = requireTool('dockerfile-utils')
  const texts = [read('docker/Dockerfile'), ...blocksOf('dockerfile').map(({ code }) => code.startsWith('FROM') ? code : `FROM node\n${code}`)]
  for (const text of texts) assert.deepEqual(validate(text).map(({ message }) => message), [], text)
  assert.notEqual(validate('FROM node\nCMDX ["node"]\n').length, 0, 'a misspelt instruction is found, or this proves nothing')
  return `${texts.length} Dockerfiles`
}

function findNginx () {
  return ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find((file) => fs.existsSync(file))
}

function testNginx () {
  const nginx = findNginx()
  if (nginx === undefined) return 'not run: no nginx here'
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-docs-nginx-'))
  try {
    const texts = [read('nginx/nginx.conf'), ...blocksOf('nginx').map(({ code, marker }) => marker.name === 'within' ? `events {}\nhttp {\n${code}}\n` : code)]
    for (const text of texts) {
      // its own files stay in the folder
      const conf = `pid ${folder}/nginx.pid;\nerror_log stderr;\n` + text.replaceAll('/var/log/nginx/', `${folder}/`)
      fs.writeFileSync(path.join(folder, 'nginx.conf'), conf)
      const { status, stderr } = spawnSync(nginx, ['-t', '-p', folder, '-c', path.join(folder, 'nginx.conf')], { encoding: 'utf8' })
      assert.equal(status, 0, stderr)
    }
    return `nginx takes ${texts.length} configurations`
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** The package as it is packed, with this machine's binary, installed beside a user's package.json. */
function installPacked () {
  execFileSync(process.execPath, [path.join(root, 'scripts', 'prebuild.js'), `${process.platform}-${process.arch}`], { stdio: ['ignore', 'ignore', 'inherit'] })
  const project = makeProject('docs')
  const { status, stderr } = project.run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', pack().tarball])
  assert.equal(status, 0, stderr)
  fs.symlinkSync(examples, project.path('examples'), 'dir')
  return project.dir
}

/** The README's commands by the real npx, with the packed package. */
function testPacked (folder) {
  const commands = ['npx lb-safe-timeouts show aws-alb', 'npx lb-safe-timeouts detect examples/nginx/nginx.conf', 'npx lb-safe-timeouts plan --lb nginx --kubernetes']
  for (const command of commands) {
    assert.ok(load('README.md').includes(`${command}\n`), `the README has no ${command}`)
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    assert.notEqual(stdout, '')
  }
  return `${commands.length} of the README's commands by npx, from the packed package`
}

/** Of 4 kept-alive connections to the standalone server: how many outlive the load balancer. */
async function measureNext (dir, nodeOptions) {
  const env = { PORT: await freePort(), HOSTNAME: '127.0.0.1', NEXT_TELEMETRY_DISABLED: '1', KEEP_ALIVE_TIMEOUT: '1000', NODE_OPTIONS: nodeOptions }
  const program = await startProgram(path.join(dir, '.next', 'standalone', 'server.js'), { with: 'none', cwd: dir, env })
  try {
    return await outlives(program, { method: 'GET' })
  } finally {
    program.child.kill()
    await program.ended
  }
}

async function testNext () {
  const dir = installExample('next-standalone')
  const { scripts } = JSON.parse(read('next-standalone/package.json'))
  const [, preload] = /node (--require \S+) \.next\/standalone\/server\.js$/.exec(scripts.start)
  const build = spawnSync('npm', ['run', 'build'], { cwd: dir, env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }, encoding: 'utf8' })
  assert.equal(build.status, 0, build.stdout + build.stderr)
  const [bare, ours] = await Promise.all([measureNext(dir, ''), measureNext(dir, preload)])
  assert.equal(ours, 4)
  assert.equal(bare, 0, 'without the preload all are closed, or this proves nothing')
  return `of 4 kept-alive connections ${bare} outlive the load balancer without the preload, ${ours} with it`
}

async function main () {
  const folder = installPacked()
  const parts = { Terraform: testTerraform, Kubernetes: testKubernetes, Docker: testDockerfiles, nginx: testNginx, npx: () => testPacked(folder), Next: testNext, container: () => stopContainer(folder) }
  let failed = 0
  try {
    for (const [name, run] of Object.entries(parts)) {
      try {
        console.log(`ok ${name}: ${await run()}`)
      } catch (error) {
        failed++
        console.log(`not ok ${name}: ${error.stack}`)
      }
    }
  } finally {
    removeProjects()
  }
  console.log(`${Object.keys(parts).length - failed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

main()
