'use strict'

// readLbMetadata(): what every fixture tells, what hostile input ends in, and how far the
// answer goes: option metadata, LB_SAFE_TIMEOUTS_METADATA, the detect command.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const t = require('tap')
require('./support/no-platform')
const { applyLbSafeTimeouts, loadBalancers, readLbMetadata } = require('..')
const { parseLbMetadata } = require('../lib/metadata')
const limits = require('../lib/metadata/limits')
const table = require('./metadata/table')

const folder = path.join(__dirname, 'metadata', 'fixtures')
const bin = path.join(__dirname, '..', 'bin', 'lb-safe-timeouts.js')
// what a hostile input may cost; it takes some ms, and a loaded machine is slow
const quickMs = 1000

function read (file) {
  return fs.readFileSync(path.join(folder, file))
}

function brief ({ id, role, idleTimeoutMs, unbounded, drainMs }) {
  return [id, role, unbounded ? 'unbounded' : idleTimeoutMs, drainMs]
}

t.test('every fixture', async (t) => {
  const ids = new Set(loadBalancers().map(({ id }) => id))
  t.same(table.map(({ file }) => file).sort(), fs.readdirSync(folder).sort(), 'the table is of all files')
  t.ok(table.length >= 60, `${table.length} fixtures`)
  t.ok(table.filter(({ trap }) => trap).length >= 20, `${table.filter(({ trap }) => trap).length} traps`)
  for (const { file, format, source, trap, hops } of table) {
    const result = parseLbMetadata(read(file), { file })
    t.equal(result.format, format, `${file}: ${format}`)
    t.same(result.hops.map(brief), hops.map(([id, role, idle, drain = null]) => [id, role, idle, drain]), `${file}${trap ? ': ' + trap : ''}`)
    t.match(source, /^https?:\/\/\S+$/, 'its source')
    for (const hop of result.hops) {
      t.ok(hop.id === null || ids.has(hop.id), `${file}: ${hop.id} is in the catalogue`)
      t.match(hop, { name: /\S/, where: /^\$|:\d+$/, why: /\S/ })
    }
    t.same(readLbMetadata(read(file).toString(), { format, file }), result.hops, `${file}: the same by name and as text`)
    if (file.endsWith('.json')) t.same(readLbMetadata(JSON.parse(read(file)), { file }), result.hops, `${file}: the same parsed`)
  }
})

t.test('what is the client\'s side is named in why', async (t) => {
  const seen = { 'nginx-pool.conf': /keepalive_timeout 65 \(nginx-pool\.conf:6\) is the client's side/, 'aws-alb-attributes.json': /client_keep_alive\.seconds/, 'gcloud-target-proxy.json': /httpKeepAliveTimeoutSec/, 'k8s-ingress-nginx.yaml': /keep-alive \(\$/, 'haproxy.cfg': /timeout http-keep-alive/, 'caddy-adapt.json': /idle_timeout of the server/, 'traefik-static.yaml': /respondingTimeouts/, 'envoy.yaml': /connection manager/, 'varnish-param-show.json': /timeout_idle/ }
  for (const [file, why] of Object.entries(seen)) t.match(readLbMetadata(read(file), { file })[0].why, why, file)
})

t.test('nginx -T names the file and the line', async (t) => {
  t.equal(readLbMetadata(read('nginx-T.conf'))[0].where, '/etc/nginx/conf.d/pool.conf:4')
})

t.test('bytes as PowerShell and editors write them', async (t) => {
  const text = read('aws-clb.json').toString()
  const expected = readLbMetadata(text)
  t.same(readLbMetadata(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])), expected, 'UTF-16')
  t.same(readLbMetadata('\ufeff' + text), expected, 'a byte order mark')
  t.same(readLbMetadata(text.replaceAll('\n', '\r\n')), expected, 'CRLF')
  t.same(readLbMetadata(new Uint8Array(Buffer.from(text))), expected)
  for (const { file, format, hops } of table.filter(({ file }) => !file.endsWith('.json'))) {
    t.same(readLbMetadata(read(file).toString().replaceAll('\n', '\r\n'), { format }).map(brief), hops.map(([id, role, idle, drain = null]) => [id, role, idle, drain]), `${file} with CRLF`)
  }
})

const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]', ...'bcdefghij'.split('').map((name, i) => `${name}: &${name} [${Array(9).fill('*' + 'abcdefghij'[i]).join(', ')}]`)].join('\n')
const proto = '{"__proto__": {"Attributes": []}, "constructor": {"prototype": {"polluted": 1}}, "Attributes": [{"Key": "__proto__", "Value": "1"}, {"Key": "idle_timeout.timeout_seconds", "Value": "33"}]}'

const hostile = [
  ['nothing', '', 'LBST_E_BAD_METADATA'],
  ['blanks', ' \n\t ', 'LBST_E_BAD_METADATA'],
  ['a number', 5, 'LBST_E_INVALID_TYPE'],
  ['null', null, 'LBST_E_INVALID_TYPE'],
  ['a function', () => {}, 'LBST_E_INVALID_TYPE'],
  ['prose', 'There once was a proxy that closed', 'LBST_E_UNKNOWN_FORMAT'],
  ['an empty object', {}, 'LBST_E_UNKNOWN_FORMAT'],
  ['an empty array', [], 'LBST_E_UNKNOWN_FORMAT'],
  ['truncated JSON', read('aws-clb.json').toString().slice(0, 90), 'LBST_E_BAD_METADATA'],
  ['truncated nginx', read('nginx-pool.conf').toString().slice(0, 200), 'LBST_E_BAD_METADATA'],
  ['100 MB of text', ' '.repeat(100 * 1024 * 1024), 'LBST_E_METADATA_TOO_BIG'],
  ['100 MB of bytes', Buffer.alloc(100 * 1024 * 1024, 32), 'LBST_E_METADATA_TOO_BIG'],
  ['deep JSON', '['.repeat(200000) + ']'.repeat(200000), 'LBST_E_METADATA_TOO_BIG'],
  ['deep objects', '{"a":'.repeat(5000) + '1' + '}'.repeat(5000), 'LBST_E_METADATA_TOO_BIG'],
  ['deep nginx', 'http {\n' + 'a {\n'.repeat(100000), 'LBST_E_METADATA_TOO_BIG'],
  ['deep YAML', 'a: ' + '['.repeat(100000), 'LBST_E_METADATA_TOO_BIG'],
  ['deep YAML in lines', Array.from({ length: 700 }, (_, i) => ' '.repeat(i) + 'a:').join('\n'), /^LBST_E_(BAD_METADATA|METADATA_TOO_BIG)$/],
  ['a YAML bomb', bomb, 'LBST_E_BAD_METADATA'],
  ['long YAML', 'a: b\n'.repeat(limits.markupBytesMax), 'LBST_E_METADATA_TOO_BIG'],
  ['YAML with a tag of JavaScript', 'apiVersion: v1\nkind: !!js/function "function () { throw 1 }"\n', /^LBST_E_|^none$/],
  ['broken TOML', '[entryPoints]\na = [1, 2\n', 'LBST_E_BAD_METADATA'],
  ['a wrong type', { Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: [60] }] }, 'LBST_E_BAD_METADATA'],
  ['a wrong number', { Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '1e99' }] }, 'LBST_E_BAD_METADATA'],
  ['a negative number', { LoadBalancerAttributes: { ConnectionSettings: { IdleTimeout: -1 } } }, 'LBST_E_BAD_METADATA'],
  ['a time that is none', 'http { upstream a { keepalive 1; keepalive_timeout soon; } }', 'LBST_E_BAD_METADATA'],
  ['nested quantifiers would hang here', 'http { upstream a { keepalive 1; keepalive_timeout ' + '1m'.repeat(50000) + '!; } }', 'LBST_E_BAD_METADATA'],
  ['includes that include themselves', '# configuration file /n.conf:\nhttp { include /*.conf; }\n' + Array.from({ length: 30 }, (_, i) => `# configuration file /${i}.conf:\n${'include /*.conf;\n'.repeat(30)}`).join(''), 'LBST_E_METADATA_TOO_BIG']
]

t.test('hostile input ends in an error with a code, quickly', async (t) => {
  for (const [name, input, code] of hostile) {
    const from = process.hrtime.bigint()
    let got = 'none'
    try {
      readLbMetadata(input)
    } catch (error) {
      got = error.code
      t.ok(error.message.length < 500, `${name}: a message to read (${error.message.length})`)
    }
    const tookMs = Number(process.hrtime.bigint() - from) / 1e6
    t.match(got, code, `${name}: ${got}`)
    t.ok(tookMs < quickMs, `${name}: ${tookMs.toFixed(0)} ms`)
  }
  const cycle = { Attributes: [] }
  cycle.self = cycle
  t.throws(() => readLbMetadata(cycle), { code: 'LBST_E_METADATA_TOO_BIG' }, 'a cycle')
})

t.test('prototype keys are names like any other', async (t) => {
  t.same(readLbMetadata(proto).map(brief), [['aws-alb', 'pool-owner', 33000, null]])
  t.equal({}.polluted, undefined)
  t.throws(() => readLbMetadata('{"__proto__": {"Attributes": [{"Key": "a"}]}}'), { code: 'LBST_E_UNKNOWN_FORMAT' })
  t.same(readLbMetadata('{"kind":"constructor","apiVersion":"v1"}'), [])
})

t.test('a format that is misspelt, or is not the one', async (t) => {
  t.throws(() => readLbMetadata('x', { format: 'ngnix' }), { code: 'LBST_E_UNKNOWN_FORMAT', message: /did you mean 'nginx'/ })
  t.throws(() => readLbMetadata('x', { format: 'quux-corp' }), { code: 'LBST_E_UNKNOWN_FORMAT', message: /known are aws, gcloud/ })
  t.throws(() => readLbMetadata(read('aws-clb.json'), { format: 'gcloud' }), { code: 'LBST_E_BAD_METADATA', message: /looks like aws/ })
  t.throws(() => readLbMetadata('x', { formt: 'haproxy' }), { code: 'LBST_E_UNKNOWN_OPTION', message: /'formt'; did you mean format\?/ })
  t.throws(() => readLbMetadata('x', 'nginx'), { code: 'LBST_E_INVALID_TYPE', message: /format: 'nginx'/ })
})

t.test('what is no load balancer\'s configuration, and where it is', async (t) => {
  const examples = path.join(__dirname, '..', 'examples')
  const terraform = fs.readFileSync(path.join(examples, 'ecs', 'alb.tf'), 'utf8')
  const dockerfile = fs.readFileSync(path.join(examples, 'docker', 'Dockerfile'), 'utf8')
  for (const [name, input, message, options] of [
    ['main.tf', terraform, /Terraform's own language.*`terraform show -json`/],
    ['main.tf by name', terraform, /`terraform show -json`/, { format: 'terraform' }],
    ['an output alone', 'output "dns" {\n  value = aws_lb.app.dns_name\n}\n', /`terraform show -json`/],
    ['a Dockerfile', dockerfile, /is a Dockerfile/],
    ['a short Dockerfile', 'FROM node:24\nCMD ["node", "server.js"]\n', /is a Dockerfile/],
    ['elbv2 describe-load-balancers', { LoadBalancers: [{ LoadBalancerArn: 'arn:aws:x', Type: 'application' }] }, /`aws elbv2 describe-load-balancer-attributes --load-balancer-arn \.\.\.`/],
    ['elb describe-load-balancers', '{ "LoadBalancerDescriptions": [{ "LoadBalancerName": "x" }] }', /`aws elb describe-load-balancer-attributes --load-balancer-name/],
    ['elbv2 describe-target-groups', { TargetGroups: [{ TargetGroupArn: 'arn:aws:x' }] }, /describe-load-balancer-attributes/],
    ['prose', 'There once was a proxy that closed', /of no format that is known/]
  ]) t.throws(() => readLbMetadata(input, options), { code: 'LBST_E_UNKNOWN_FORMAT', message }, name)
  t.match(spawnSync(process.execPath, [bin, 'detect', 'alb.tf'], { cwd: path.join(examples, 'ecs'), encoding: 'utf8' }), { status: 2, stderr: /alb\.tf: .*`terraform show -json`/ })
})

t.test('option metadata takes all that readLbMetadata() takes, and its result', async (t) => {
  const content = read('nginx-pool.conf')
  for (const metadata of [content, content.toString(), readLbMetadata(content)]) {
    const report = applyLbSafeTimeouts(http.createServer(), { metadata })
    t.match(report, { lb: { id: 'nginx', name: 'upstream app', idleTimeoutMs: 90000, source: 'metadata' }, after: { keepAliveTimeout: 95000 }, safe: true })
  }
  const parsed = applyLbSafeTimeouts(http.createServer(), { metadata: JSON.parse(read('azure-lb-rules.json')) })
  t.match(parsed.warnings, [{ code: 'LBST_W_NO_POOL_OWNER' }], 'an array of parsed JSON is no list of hops; flows alone get a warning')
  t.match(applyLbSafeTimeouts(http.createServer(), { metadata: read('nginx-http10.conf') }).warnings, [{ code: 'LBST_W_NO_POOL_OWNER' }])
})

t.test('no limit, no number, and numbers out of the usual', async (t) => {
  const server = http.createServer()
  t.match(applyLbSafeTimeouts(server, { metadata: read('kong.env') }), { lb: { id: 'kong', idleTimeoutMs: null }, after: { keepAliveTimeout: 0 } }, 'a setting that takes the limit away')
  t.throws(() => applyLbSafeTimeouts(http.createServer(), { metadata: read('azure-application-gateway.json') }), { code: 'LBST_E_NO_IDLE_TIMEOUT', message: /application gateway settings s/ })
  t.throws(() => applyLbSafeTimeouts(http.createServer(), { metadata: read('aws-target-group.json') }), { code: 'LBST_E_NO_IDLE_TIMEOUT', message: /target group/ }, 'the default would be a guess')
  const pool = (time) => `http { upstream a { keepalive 1; keepalive_timeout ${time}; } }`
  t.match(applyLbSafeTimeouts(http.createServer(), { metadata: pool('500ms') }), { lb: { idleTimeoutMs: 1000 }, safe: true })
  t.match(applyLbSafeTimeouts(http.createServer(), { metadata: pool('1y') }), { lb: { idleTimeoutMs: null }, after: { keepAliveTimeout: 0 } }, 'longer than Node can wait')
  t.equal(readLbMetadata(pool('1y'))[0].idleTimeoutMs, 365 * 86400 * 1000)
  const many = 'http {\n' + Array.from({ length: 100 }, (_, i) => `upstream u${i} { keepalive 1; keepalive_timeout ${i + 1}s; }\n`).join('') + '}'
  t.match(applyLbSafeTimeouts(http.createServer(), { metadata: many }).lb, { name: 'upstream u99', idleTimeoutMs: 100000 }, 'the longest of a hundred')
})

t.test('LB_SAFE_TIMEOUTS_METADATA names a file', async (t) => {
  const script = 'try { const r = require(".").applyLbSafeTimeouts(require("http").createServer()); console.log(JSON.stringify([r.lb, r.after.keepAliveTimeout])) } catch (error) { console.log(error.code, error.message) }'
  const run = (env) => spawnSync(process.execPath, ['-e', script], { cwd: path.join(__dirname, '..'), env: { ...process.env, ...env }, encoding: 'utf8' }).stdout.trim()
  const file = path.join(folder, 'k8s-ingress-nginx.yaml')
  t.match(JSON.parse(run({ LB_SAFE_TIMEOUTS_METADATA: file })), [{ id: 'ingress-nginx', idleTimeoutMs: 30000, source: 'metadata' }, 35000])
  for (const [name, env, expected] of [
    ['missing', { LB_SAFE_TIMEOUTS_METADATA: '/no/such/file' }, /^LBST_E_BAD_METADATA environment variable LB_SAFE_TIMEOUTS_METADATA: \/no\/such\/file cannot be read: ENOENT/],
    ['a folder', { LB_SAFE_TIMEOUTS_METADATA: os.tmpdir() }, /^LBST_E_BAD_METADATA .*LB_SAFE_TIMEOUTS_METADATA.*EISDIR/],
    ['no end', { LB_SAFE_TIMEOUTS_METADATA: '/dev/zero' }, /^LBST_E_METADATA_TOO_BIG .*\/dev\/zero/],
    ['of no format', { LB_SAFE_TIMEOUTS_METADATA: path.join(__dirname, '..', 'LICENSE') }, /^LBST_E_UNKNOWN_FORMAT .*LB_SAFE_TIMEOUTS_METADATA.*LICENSE/],
    ['nothing in it', { LB_SAFE_TIMEOUTS_METADATA: path.join(folder, 'nginx-client-only.conf') }, /^LBST_E_NO_IDLE_TIMEOUT .*nginx-client-only\.conf.*read as nginx/],
    ['and another', { LB_SAFE_TIMEOUTS_METADATA: file, LB_SAFE_TIMEOUTS_LB: 'aws-alb' }, /^LBST_E_CONFLICT .*LB_SAFE_TIMEOUTS_LB/]
  ]) t.match(run(env), expected, name)
})

t.test('lb-safe-timeouts detect', async (t) => {
  const run = (args, options = {}) => spawnSync(process.execPath, [bin, 'detect', ...args], { cwd: folder, encoding: 'utf8', ...options })
  const text = run(['nginx-pool.conf', 'aws-clb.json'])
  t.match(text, { status: 0, stderr: '', stdout: /nginx-pool\.conf: nginx, 2 hops[^]*aws-clb\.json: aws, 1 hop[^]*governs: upstream app, idle timeout 90000 ms \(metadata\)\nplan: {4}keepAliveTimeout 95000, headersTimeout 96000/ })
  const json = run(['--json', '-'], { input: read('caddy-adapt.json') })
  t.equal(json.status, 0, json.stderr)
  t.match(JSON.parse(json.stdout), { files: [{ file: '-', format: 'caddy', hops: [{ idleTimeoutMs: 30000 }] }], plan: { lb: { id: 'caddy' } }, problem: null })
  t.match(run(['nginx-client-only.conf']), { status: 1, stdout: /read as nginx, but it tells of no load balancer/ })
  t.match(run(['nginx-literal.conf']), { status: 1, stdout: /not-pooling/ })
  t.match(run(['azure-application-gateway.json']), { status: 1, stdout: /LBST_E_NO_IDLE_TIMEOUT/ })
  t.match(run(['nope.conf']), { status: 2, stderr: /nope\.conf: cannot be read: ENOENT/ })
  t.match(run(['aws-clb.json', '--format', 'awz']), { status: 2, stderr: /did you mean 'aws'/ })
  t.match(run([], { env: { ...process.env, DYNO: 'web.1' } }), { status: 0, stdout: /Heroku.*platform/ })
  t.match(run(['--help']), { status: 0, stdout: /--format/ })
  const hostile = run(['-'], { input: '# configuration file /etc/\x1b]0;a\x07.conf:\nhttp { upstream "a\x1b[31m\u202e" { server x:1; keepalive 1; } server { location / { proxy_set_header Connection ""; proxy_pass http://a; } } }' }).stdout
  t.match(hostile, /\/etc\/\?\]0;a\?\.conf:1: /, 'what a terminal would obey becomes a question mark,')
  t.match(hostile, /a \[31m$/m, 'in a name a space')
  t.notMatch(hostile, /(?!\n)[\p{Cc}\p{Cf}]/u)
})

t.test('a block without a name, where words are expected (found by the fuzzer)', async (t) => {
  const text = 'example.com {\n reverse_proxy a:3000 {\n  transport http {\n   {\n   }\n   keepalive 30s\n  }\n }\n}\n'
  t.match(readLbMetadata(text, { format: 'caddy' }), [{ id: 'caddy', idleTimeoutMs: 30000 }])
})

t.test('a snippet that imports itself inside a block (found by the fuzzer)', async (t) => {
  const text = '(a) {\n b {\n  import a\n }\n}\nexample.com {\n import a\n reverse_proxy a:3000\n}\n'
  t.throws(() => readLbMetadata(text, { format: 'caddy' }), { code: 'LBST_E_BAD_METADATA', message: /import each other/ })
})
