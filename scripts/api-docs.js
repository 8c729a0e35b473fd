'use strict'

// docs/api.md from the comments in lib/*.d.ts, by typedoc.
//
//   node scripts/api-docs.js           writes
//   node scripts/api-docs.js --check   exits 1 when it is stale

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const root = path.join(__dirname, '..')
const target = path.join(root, 'docs', 'api.md')

const head = `<!-- generated from lib/*.d.ts by scripts/api-docs.js; do not edit -->

# API

Every duration is in milliseconds. Every error that is thrown on purpose has a stable \`code\`
(\`LBST_E_...\`, see [codes](codes.md)); a call that throws has changed nothing. \`lb-safe-timeouts\`
exports all of this but \`classifyLogFiles\` and \`logFormats\`, which are in \`lb-safe-timeouts/logs\`;
\`createConnectionModel\` is also in \`lb-safe-timeouts/model\`, \`classifyLog\` and
\`createLogClassifier\` also in \`lb-safe-timeouts/logs\`. \`require\` and \`import\` give the same module.

## TypeScript

\`\`\`ts
import * as http from 'node:http'
import { applyLbSafeTimeouts, drain, type Options, type Report } from 'lb-safe-timeouts'

const options: Options = { lb: ['cloudflare', { id: 'aws-alb', idleTimeoutMs: 120000 }], marginMs: 10000 }
const server = http.createServer()
const report: Report = applyLbSafeTimeouts(server, options)
if (!report.safe) throw new Error(report.warnings.map(({ message }) => message).join('\\n'))
drain.onSignals(server, { deadlineMs: 31000 })
\`\`\`
`

const options = {
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: [path.join(__dirname, 'api', 'all.d.ts')],
  tsconfig: path.join(__dirname, 'api', 'tsconfig.json'),
  readme: 'none',
  disableSources: true,
  excludeExternals: true,
  disableGit: true,
  outputFileStrategy: 'modules',
  hidePageHeader: true,
  hidePageTitle: true,
  hideBreadcrumbs: true,
  groupOrder: ['Functions', 'Variables', 'Interfaces', 'Type Aliases', '*'],
  sort: ['source-order'],
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  useCodeBlocks: true,
  // what is exported says what it is
  requiredToBeDocumented: ['Function', 'Variable', 'Interface', 'TypeAlias', 'Method'],
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  // a link to a type that is not in the document would lead nowhere
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  logLevel: 'Warn'
}

/** Links to the functions and to `drain`, which a reader looks for first. */
function tableOfContents (text) {
  const names = [...text.matchAll(/^### (\w+)(\(\))?$/gm)].filter(([, name, call]) => (call || name === 'drain') && /^[a-z]/.test(name))
  return names.map(([, name, call = '']) => `[\`${name}${call}\`](#${name.toLowerCase()})`).join(' · ')
}

/** The text of docs/api.md as it should be. */
async function renderApi () {
  const { Application } = await import('typedoc')
  const out = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-api-'))
  try {
    const app = await Application.bootstrapWithPlugins({ ...options, out })
    const project = await app.convert()
    if (project === undefined) throw new Error('typedoc could not read lib/*.d.ts')
    app.validate(project)
    await app.generateOutputs(project)
    if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('typedoc complains, see above')
    const text = fs.readFileSync(path.join(out, 'README.md'), 'utf8').trimEnd()
    return `${head}\n${tableOfContents(text)}\n\n${text}\n`
  } finally {
    fs.rmSync(out, { recursive: true, force: true })
  }
}

async function main () {
  const wanted = await renderApi()
  const present = fs.existsSync(target) ? fs.readFileSync(target, 'utf8') : ''
  if (wanted === present) return
  if (process.argv.includes('--check')) {
    console.error('docs/api.md is stale; run npm run sync-docs')
    process.exitCode = 1
  } else {
    fs.writeFileSync(target, wanted)
    console.log('docs/api.md written')
  }
}

main()
