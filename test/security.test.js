'use strict'

// SECURITY.md claims nothing without a test: every claim names one, and what is named is there.

const fs = require('node:fs')
const path = require('node:path')
const t = require('tap')

const root = path.join(__dirname, '..')
const text = fs.readFileSync(path.join(root, 'SECURITY.md'), 'utf8')

t.test('what it names is there', async (t) => {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  const files = [...text.matchAll(/`((?:test|lib|docs)\/[\w./-]+)`/g)].map(([, file]) => file)
  t.ok(files.length > 20)
  for (const file of new Set(files)) t.ok(fs.existsSync(path.join(root, file)), file)
  for (const [, name] of text.matchAll(/`(?:npm run )?((?:test|fuzz)(?::\w+)?|analyze)`/g)) t.ok(scripts[name] !== undefined, name)
})

t.test('every claim of what cannot be done names a test', async (t) => {
  const claims = text.split(/\n(?=- |\n|#)/).filter((part) => /^- .*\*\*Cannot\*\*/.test(part))
  t.ok(claims.length > 10, `${claims.length} claims`)
  for (const claim of claims) t.match(claim, /`(test\/[\w./-]+)`/, claim.split('\n')[0])
})
