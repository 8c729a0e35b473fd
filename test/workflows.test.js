'use strict'

// The workflows that cannot run here: what they name must exist, and what they take from
// others must be one commit of it.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const t = require('tap')
const { parse } = require('yaml')
const { scripts } = require('../package.json')
const { targets } = require('../scripts/prebuild-targets')

const root = path.join(__dirname, '..')
const folder = path.join(root, '.github', 'workflows')
const isFile = (name) => fs.existsSync(path.join(root, name))

/** The values that `${{ matrix.name }}` can have in a job. */
function matrixValues ({ strategy }, name) {
  const { include = [], ...rows } = strategy?.matrix ?? {}
  return [...(rows[name] ?? []), ...include.map((row) => row[name])].filter((value) => value !== undefined)
}

for (const file of fs.readdirSync(folder)) {
  t.test(file, async (t) => {
    const { on, permissions, jobs } = parse(fs.readFileSync(path.join(folder, file), 'utf8'))
    t.ok(on)
    t.same(permissions, { contents: 'read' }, 'no more than a job asks for')
    for (const [name, job] of Object.entries(jobs)) {
      t.ok(job['timeout-minutes'] > 0, `${name} ends`)
      for (const need of [job.needs ?? []].flat()) t.ok(need in jobs, `${name} needs ${need}`)
      for (const { uses, run } of job.steps) {
        t.ok((uses === undefined) !== (run === undefined), `${name}: a step does one thing`)
        if (uses !== undefined) t.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/)
        for (const [, script] of run?.matchAll(/npm run ([\w:-]+)/g) ?? []) t.ok(script in scripts, `npm run ${script}`)
        for (const [, script] of run?.matchAll(/(?:node |^)([\w./-]+\.js|\.ci\/run)/g) ?? []) t.ok(isFile(script), script)
        for (const [, script] of run?.matchAll(/(test\/[\w./-]+\.js)/g) ?? []) t.ok(isFile(script), script)
        for (const [, value] of run?.matchAll(/\$\{\{ matrix\.(\w+) \}\}/g) ?? []) t.ok(matrixValues(job, value).length > 0, `matrix.${value}`)
      }
      for (const binary of matrixValues(job, 'binary')) t.ok(binary in targets, binary)
    }
  })
}

t.test('every binary is made for a release', async (t) => {
  const { jobs } = parse(fs.readFileSync(path.join(folder, 'release.yml'), 'utf8'))
  const onLinux = Object.keys(targets).filter((id) => targets[id].hosts.includes('linux'))
  t.ok(jobs.linux.steps.some(({ run }) => run === 'npm run prebuild'))
  t.same([...onLinux, ...matrixValues(jobs.darwin, 'binary')].sort(), Object.keys(targets).sort())
  t.same(jobs.publish.permissions, { contents: 'read', 'id-token': 'write' })
  t.match(jobs.publish.steps.at(-1).run, /^npm publish --provenance/)
})

t.test('the published package names the repository that its provenance is of', { skip: process.platform === 'win32' }, async (t) => {
  const { jobs } = parse(fs.readFileSync(path.join(folder, 'release.yml'), 'utf8'))
  const dir = t.testdir({ 'package.json': fs.readFileSync(path.join(root, 'package.json')) })
  const env = { ...process.env, GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'owner/name' }
  for (const { run } of jobs.publish.steps) if (run?.startsWith('npm pkg set')) execFileSync('sh', ['-c', run], { cwd: dir, env, stdio: 'ignore' })
  const { repository } = JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8'))
  t.same(repository, { type: 'git', url: 'git+https://github.com/owner/name.git' })
})
