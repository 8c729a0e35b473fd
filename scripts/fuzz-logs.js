'use strict'

// Builds the fuzzer of the log scanner with clang and runs it for some seconds, with the
// fixtures as its first inputs. Any crash, hang or failed check is its exit code.
//
//   node scripts/fuzz-logs.js 60

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const out = path.join(root, '.cache', 'fuzz')
const corpus = path.join(out, 'logline-corpus')
const fixtures = path.join(root, 'test', 'fixtures', 'logs')
const seconds = Number(process.argv[2] ?? 60)

const sources = ['slice', 'logtime', 'logline', 'layout', 'line_aws', 'line_envoy', 'line_nginx', 'line_proxy', 'verdict', 'verdict_proxy', 'answered', 'tally', 'scan', 'detect']
// the first byte of an input, by the order of LBST_LOG_FORMAT_MAP
const order = ['alb', 'clb', 'cloudfront', 'gcp', 'azure-appgw', 'azure-frontdoor', 'nginx-error', 'nginx-access', 'ingress-nginx', 'haproxy', 'envoy', 'istio', 'traefik', 'traefik-json', 'apache-error', 'heroku', 'varnish']

function run (command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', cwd: out })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

fs.mkdirSync(corpus, { recursive: true })
order.forEach((name, index) => {
  const lines = fs.readFileSync(path.join(fixtures, `${name}.txt`), 'utf8').split('\n').filter((line) => line !== '' && !/^(=>|# )/.test(line))
  for (let i = 0; i < lines.length; i += 6) {
    fs.writeFileSync(path.join(corpus, `${name}-${i}`), Buffer.concat([Buffer.from([index, i * 6]), Buffer.from(lines.slice(i, i + 6).join('\n'))]))
  }
})
const program = path.join(out, 'logline_fuzz')
run('clang', ['-std=c11', '-D_DEFAULT_SOURCE', '-g', '-O1', '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all',
  path.join(root, 'test', 'fuzz', 'logline_fuzz.c'), ...sources.map((name) => path.join(root, 'src', 'core', `${name}.c`)), '-o', program])
run(program, [`-max_total_time=${seconds}`, '-max_len=8192', '-timeout=10', '-print_final_stats=1', corpus])
