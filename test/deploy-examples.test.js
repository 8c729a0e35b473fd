'use strict'

// examples/docker, kubernetes and ecs: their numbers agree with each other and with what the load
// balancer's own configuration asks for, and the server does what they count on. What checks them
// by their own schemas needs packages: npm run test:docs.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const t = require('tap')
const manifests = require('./docs/manifests')
const { load, readBlocks } = require('./docs/markdown')
const { createSandbox } = require('./docs/sandbox')

const examples = path.join(__dirname, '..', 'examples')
const read = (name) => fs.readFileSync(path.join(examples, name), 'utf8')
const { readEnv, readYaml } = manifests

t.test('Kubernetes', async (t) => {
  const objects = ['deployment', 'ingress'].flatMap((name) => readYaml(read(`kubernetes/${name}.yaml`)))
  t.same(manifests.checkObjects(objects), [])
  const [{ spec: { template: { spec: pod } } }] = objects
  t.same(manifests.checkAgreement(readEnv(pod.containers[0].env), pod.terminationGracePeriodSeconds, read('kubernetes/ingress.yaml')), [])
  t.same(manifests.checkObjects(readYaml(read('kubernetes/deployment-prestop.yaml'))), [])

  pod.terminationGracePeriodSeconds = 30
  pod.containers[0].command = ['npm', 'start']
  t.equal(manifests.checkObjects(objects).length, 2, 'a short grace period and a wrong first process are found')
})

t.test('ECS', async (t) => {
  const [container] = JSON.parse(read('ecs/task-definition.json')).containerDefinitions
  const env = readEnv(container.environment)
  t.same(manifests.checkAgreement(env, container.stopTimeout, read('ecs/terraform-show.json')), [])
  t.same(manifests.checkTimes(env, 0, container.stopTimeout * 1000), [])
  t.same(manifests.checkCommand(container.command), [])
  t.ok(container.stopTimeout <= 120, 'what Fargate takes')
  t.not(manifests.checkAgreement({ ...env, DRAIN_WINDOW_MS: '5000' }, container.stopTimeout, read('ecs/terraform-show.json')).length, 0, 'a wrong window is found')
})

t.test('Docker', async (t) => {
  const found = manifests.readDockerfile(read('docker/Dockerfile'))
  t.same(manifests.checkDockerfile(found), [])
  t.same(manifests.checkTimes(manifests.readDockerEnv(found), 0, 30000), [], 'within the 30 s of docker stop --time 30')
  const taken = read('docker/.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  const copied = found.filter(({ name }) => name === 'COPY').flatMap(({ value }) => value.split(' ').slice(0, -1))
  t.same(copied.filter((file) => !taken.includes(file)), [], 'what is copied is not ignored')
  for (const file of copied) t.ok(fs.existsSync(path.join(examples, 'docker', file)), file)
  t.not(manifests.checkDockerfile(manifests.readDockerfile('FROM node\nUSER node\nCMD node server.js\n')).length, 0, 'the shell form is found')
})

t.test('on top of somebody else\'s image', { skip: process.platform === 'win32' && 'for a POSIX shell' }, async (t) => {
  const [{ code }] = readBlocks('README.md', load('README.md')).filter(({ language }) => language === 'dockerfile')
  const found = manifests.readDockerfile(code)
  t.same(manifests.checkDockerfile(found), [])
  t.equal(manifests.checkDockerfile(manifests.readDockerfile('RUN npm install --no-save lb-safe-timeouts\n')).length, 1, 'an install in the application\'s folder is found')
  t.equal(manifests.checkPreload({ NODE_OPTIONS: '--require lb-safe-timeouts/register' }).length, 1, 'a bare name is found')

  // the package is where the first line puts it, in the sandbox, and node is started elsewhere
  const { folder, env, remove } = createSandbox()
  t.teardown(remove)
  const { NODE_OPTIONS, ...others } = manifests.readDockerEnv(found)
  const options = NODE_OPTIONS.replace('/opt/lb-safe-timeouts', folder)
  t.not(options, NODE_OPTIONS)
  const program = "require('node:http').createServer().listen(0, '127.0.0.1', () => process.exit())"
  const child = spawn(process.execPath, ['-e', program], { cwd: '/', env: { ...env, ...others, NODE_OPTIONS: options }, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => { stderr += chunk })
  t.same(await once(child, 'close'), [0, null], stderr)
  t.match(stderr, /^lb-safe-timeouts: .*keepAliveTimeout 65000/)
})

async function ask (port, url) {
  const [response] = await once(http.get({ host: '127.0.0.1', port, path: url, agent: false }), 'response')
  response.resume()
  await once(response, 'end')
  return response.statusCode
}

t.test('their server', { skip: process.platform === 'win32' && 'no signals' }, async (t) => {
  const [{ spec: { template: { spec: { containers: [{ env: list, readinessProbe, ports }] } } } }] = readYaml(read('kubernetes/deployment.yaml'))
  const times = { DRAIN_WINDOW_MS: '300', DRAIN_DEADLINE_MS: '5000' } // the manifest's own are too long for a test
  const env = { ...process.env, ...readEnv(list), ...times, HOST: '127.0.0.1', PORT: '0' }
  t.ok(read('docker/server.js').includes('PORT = 3000'))
  t.equal(ports[0].containerPort, 3000)

  // beside the installed package, as in the image
  const { folder, remove } = createSandbox()
  fs.copyFileSync(path.join(examples, 'docker', 'server.js'), path.join(folder, 'server.js'))
  const child = spawn(process.execPath, ['server.js'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => {
    child.kill('SIGKILL')
    remove()
  })
  const [text] = await once(child.stdout, 'data')
  const [, port] = /:(\d+)/.exec(text)
  t.equal(await ask(port, '/'), 200)
  t.equal(await ask(port, readinessProbe.httpGet.path), 200)
  child.kill('SIGTERM')
  // the signal and the next request are on their way at the same time
  let status
  do status = await ask(port, readinessProbe.httpGet.path)
  while (status === 200)
  t.equal(status, 503)
  t.same(await once(child, 'exit'), [0, null])
})
