'use strict'

// planLbSafeTimeouts(), the catalogue and the Node table, and what the environment says.

const { spawnSync } = require('node:child_process')
const http = require('node:http')
const path = require('node:path')
const t = require('tap')
const api = require('..')
const { bareEnv } = require('./support/bare-env')
const { planLbSafeTimeouts, loadBalancers, findLoadBalancer, nodeTimers } = api

const codes = (notes) => notes.map(({ code }) => code)

t.test('lb.url is the page of the row, whoever told the number', async (t) => {
  const { url } = findLoadBalancer('aws-alb')
  t.equal(planLbSafeTimeouts({ lb: 'aws-alb' }).lb.url, url)
  t.equal(planLbSafeTimeouts({ lb: { id: 'aws-alb', idleTimeoutMs: 120000 } }).lb.url, url)
  t.equal(planLbSafeTimeouts({ idleTimeoutMs: 120000 }).lb.url, null)
})

t.test('a plan needs no server, and is what apply would report', async (t) => {
  const server = http.createServer()
  const plan = planLbSafeTimeouts({ lb: 'gcp-external-alb' })
  const report = api.applyLbSafeTimeouts(server, { lb: 'gcp-external-alb' })
  t.same(plan.reasons, report.reasons)
  t.same(plan.idleCloseMs, report.idleCloseMs)
  t.match(plan.after, { keepAliveTimeout: 620000, headersTimeout: 621000, requestTimeout: 621000 })
  t.notOk('restore' in plan)
  t.strictSame(JSON.parse(JSON.stringify(plan)), plan)
  t.ok(Object.isFrozen(plan) && Object.isFrozen(plan.after))
})

t.test('settings and another Node', async (t) => {
  t.same(planLbSafeTimeouts({ lb: 'aws-alb' }, { keepAliveTimeout: 72000, requestTimeout: 0 }).after.headersTimeout, 73000)
  const node18 = planLbSafeTimeouts({ lb: 'aws-alb' }, { nodeVersion: '18' })
  t.same(node18.idleCloseMs, { earliest: 64999, latest: 65002 }, 'Node 18 adds nothing')
  t.equal(node18.node.version, '18.20.8')
  const node26 = planLbSafeTimeouts({ lb: 'aws-alb' }, { nodeVersion: '26', keepAliveTimeoutBuffer: 0 })
  t.same(node26.idleCloseMs, { earliest: 64999, latest: 65002 }, 'the buffer is a setting')
  const node12 = planLbSafeTimeouts({ lb: 'aws-alb' }, { nodeVersion: '12.18.4' })
  t.ok(codes(node12.reasons).includes('LBST_R_HEADERS_IDLE_TIMER'), 'where it was really needed')
  const tomorrow = planLbSafeTimeouts({ lb: 'aws-alb' }, { nodeVersion: '31.0.0' })
  t.ok(codes(tomorrow.warnings).includes('LBST_W_NODE_UNTESTED'))
  t.equal(tomorrow.node.tested, false)
})

// asked in a process of its own: the environment is read at the call
function planIn (env, options) {
  const script = `console.log(JSON.stringify((() => { try { return require(${JSON.stringify(path.join(__dirname, '..'))}).planLbSafeTimeouts(${JSON.stringify(options)}) } catch (e) { return { code: e.code, message: e.message } } })()))`
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env: { ...bareEnv(), ...env } })
  return JSON.parse(stdout || JSON.stringify({ stderr }))
}

t.test('the environment decides where no option does', async (t) => {
  t.match(planIn({}).lb, { id: null, source: 'assumed', idleTimeoutMs: 60000 })
  t.match(planIn({ LB_SAFE_TIMEOUTS_LB: 'cloudflare, aws-alb' }).lb, { id: 'aws-alb', source: 'environment' })
  t.match(planIn({ LB_SAFE_TIMEOUTS_IDLE_MS: '30000' }).lb, { id: null, source: 'environment', idleTimeoutMs: 30000 })
  t.match(planIn({ LB_SAFE_TIMEOUTS_LB: 'aws-alb', LB_SAFE_TIMEOUTS_IDLE_MS: '120000' }).lb, { id: 'aws-alb', idleTimeoutMs: 120000 }, 'together: that LB, set to that')
  t.match(planIn({ DYNO: 'web.1' }).lb, { id: 'heroku', source: 'platform', idleTimeoutMs: 90000 })
  t.match(planIn({ DYNO: 'web.1', LB_SAFE_TIMEOUTS_LB: 'nginx' }).lb, { id: 'nginx', source: 'environment' }, 'what is said beats what is seen')
  t.match(planIn({ LB_SAFE_TIMEOUTS_LB: 'nginx' }, { lb: 'heroku' }).lb, { id: 'heroku', source: 'option' }, 'an option beats both')
  t.match(planIn({ LB_SAFE_TIMEOUTS_LB: '', LB_SAFE_TIMEOUTS_IDLE_MS: '' }).lb, { source: 'assumed' }, 'empty is not set')
  t.match(planIn({ DYNO: '' }).lb, { source: 'assumed' }, 'nor for a platform')
})

t.test('a platform whose router nobody knows enough of is named, and how to make it certain', async (t) => {
  for (const [variable, name, hint] of [
    ['K_SERVICE', /Google Cloud Run/, /id: 'gcp-cloud-run', idleTimeoutMs/],
    ['GAE_SERVICE', /App Engine/, /'gcp-app-engine-flex'/],
    ['WEBSITE_SITE_NAME', /Azure App Service/, /'azure-app-service'/],
    ['FLY_APP_NAME', /Fly\.io/, /fly\.toml/],
    ['RENDER', /Render/, /'render'/],
    ['RAILWAY_PROJECT_ID', /Railway/, /'railway'/],
    ['AWS_LAMBDA_FUNCTION_NAME', /Lambda/, /events/],
    ['ECS_CONTAINER_METADATA_URI_V4', /ECS/, /'aws-alb'/],
    ['KUBERNETES_SERVICE_HOST', /Kubernetes/, /'ingress-nginx'/]
  ]) {
    const { lb, warnings } = planIn({ [variable]: 'x' })
    t.match(lb, { id: null, source: 'assumed', idleTimeoutMs: 60000 }, variable)
    const told = warnings.filter(({ code }) => code.endsWith('ASSUMED'))
    t.same(codes(told), ['LBST_W_PLATFORM_ASSUMED'], variable)
    for (const part of [name, hint, new RegExp(`${variable} is set`)]) t.match(told[0].message, part, variable)
  }
  const particular = planIn({ KUBERNETES_SERVICE_HOST: '10.0.0.1', K_SERVICE: 'x' })
  t.match(particular.warnings.map(({ message }) => message).join(), /Cloud Run or Knative/, 'the more particular one counts')
  t.match(planIn({ KUBERNETES_SERVICE_HOST: 'x', LB_SAFE_TIMEOUTS_LB: 'istio' }).lb, { id: 'istio', source: 'environment' })
})

t.test('no number is guessed: where to find it, and how to pass it', async (t) => {
  for (const { id, revealedBy, url } of loadBalancers().filter((row) => row.role === 'pool-owner' && row.idleTimeoutMs === null && !row.unbounded)) {
    t.throws(() => planLbSafeTimeouts({ lb: id }), { name: 'Error', code: 'LBST_E_NO_IDLE_TIMEOUT' }, id)
    try {
      planLbSafeTimeouts({ lb: id })
    } catch ({ message }) {
      for (const part of [revealedBy, url, `{ id: '${id}', idleTimeoutMs: <ms> }`, 'LB_SAFE_TIMEOUTS_IDLE_MS']) t.ok(message.includes(part), `${id}: ${part}`)
    }
    t.equal(planLbSafeTimeouts({ lb: { id, idleTimeoutMs: 100000 } }).after.keepAliveTimeout, 105000, id)
    t.equal(planLbSafeTimeouts({ lb: id, idleTimeoutMs: 100000 }).after.keepAliveTimeout, 105000, id)
  }
  t.match(planIn({ LB_SAFE_TIMEOUTS_LB: 'render' }), { code: 'LBST_E_NO_IDLE_TIMEOUT' })
  t.match(planIn({ LB_SAFE_TIMEOUTS_LB: 'render', LB_SAFE_TIMEOUTS_IDLE_MS: '100000' }).lb, { id: 'render', idleTimeoutMs: 100000 })
})

t.test('what to change on the other side is in the warnings, with its place', async (t) => {
  const message = (plan, code) => plan.warnings.find((warning) => warning.code === code)?.message
  t.match(message(planLbSafeTimeouts({ lb: 'apache-httpd' }), 'LBST_W_UNBOUNDED'), /ProxyPass: ProxyPass .* ttl=4; or httpd\.conf, <Proxy>: ProxySet ttl=4/)
  t.match(message(planLbSafeTimeouts({ lb: 'aws-alb', headersTimeout: 'keep' }), 'LBST_W_CHANGE_LB'), /Terraform, aws_lb: idle_timeout = 4; or AWS CLI: aws elbv2 /)
  const chain = planLbSafeTimeouts({ lb: ['cloudflare', 'aws-nlb'] })
  t.match(message(chain, 'LBST_W_FLOW_TIMER'), /keepAliveInitialDelay: 175000 .*tcp_idle_timeout_seconds = 6000/)
})

t.test('a mistake in the environment names the variable', async (t) => {
  t.match(planIn({ LB_SAFE_TIMEOUTS_LB: 'aws_alb' }), { code: 'LBST_E_UNKNOWN_LB', message: /^environment variable LB_SAFE_TIMEOUTS_LB: .*did you mean 'aws-alb'/ })
  t.match(planIn({ LB_SAFE_TIMEOUTS_IDLE_MS: '61' }), { code: 'LBST_E_LOOKS_LIKE_SECONDS', message: /LB_SAFE_TIMEOUTS_IDLE_MS.*61000/ })
  t.match(planIn({ LB_SAFE_TIMEOUTS_IDLE_MS: '60s' }), { code: 'LBST_E_INVALID_TYPE', message: /write 60000/ })
})

t.test('the catalogue', async (t) => {
  const rows = loadBalancers()
  t.ok(rows.length >= 72)
  t.ok(Object.isFrozen(rows) && rows.every(Object.isFrozen))
  for (const row of rows) {
    t.equal(findLoadBalancer(row.id), row, row.id)
    t.match(row, { name: String, vendor: String, kind: String, url: /^https:/, asOf: /^\d{4}-\d\d$/, confidence: /^(low|medium|high)$/, role: /^(pool-owner|l4|not-pooling)$/ }, row.id)
  }
  t.match(findLoadBalancer('aws-alb'), { idleTimeoutMs: 60000, rangeMs: { min: 1000, max: 4000000 }, drainMs: 300000, configurable: true, unbounded: false, staleStatus: [502], originHttp: ['http/1.1', 'h2'], remedies: [{ where: 'Terraform, aws_lb', line: 'idle_timeout = 4' }, {}, {}] })
  t.match(findLoadBalancer('nginx'), { retries: true, retried: 'all but POST, LOCK and PATCH' })
  t.match(findLoadBalancer('vercel'), { idleTimeoutMs: null, unbounded: false, configurable: null, retries: null, retried: null, rangeMs: null, remedies: [], revealedBy: String })
  t.match(findLoadBalancer('haproxy'), { idleTimeoutMs: null, unbounded: true, staleCloses: true })
})

t.test('the table of this Node is what this Node does', async (t) => {
  const { version, defaults, idleBuffer, tested } = nodeTimers()
  t.equal(version, process.versions.node)
  t.equal(tested, true)
  const server = http.createServer()
  for (const name of ['keepAliveTimeout', 'headersTimeout', 'requestTimeout', 'timeout']) t.equal(server[name], defaults[name], name)
  t.equal(server.keepAliveTimeoutBuffer, defaults.keepAliveTimeoutBuffer)
  t.equal('keepAliveTimeoutBuffer' in server, idleBuffer === 'property')
  t.equal(nodeTimers(), nodeTimers(process.versions.node), 'made once')
})

t.test('native', async (t) => {
  t.equal(api.native, true)
  t.equal(planLbSafeTimeouts().native, true)
})
