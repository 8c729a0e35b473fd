'use strict'

// A folder in which the documents' commands and programs run as they do for a reader: the package
// is in node_modules, the examples are beside it. Programs of others (aws, kubectl, terraform)
// are stood in for by what they print, as recorded in this repository.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const zlib = require('node:zlib')
const { root } = require('./markdown')

const printed = {
  aws: 'test/metadata/fixtures/aws-alb-attributes.json',
  kubectl: 'examples/kubernetes/ingress.yaml',
  terraform: 'examples/ecs/terraform-show.json'
}

function quote (text) {
  return `'${text.replace(/'/g, "'\\''")}'`
}

function writeProgram (folder, name, line) {
  fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
}

/** { folder, env, remove() } */
function createSandbox () {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-docs-'))
  fs.mkdirSync(path.join(folder, 'node_modules'))
  fs.symlinkSync(root, path.join(folder, 'node_modules', 'lb-safe-timeouts'), 'dir')
  fs.symlinkSync(path.join(root, 'examples'), path.join(folder, 'examples'), 'dir')
  fs.writeFileSync(path.join(folder, 'alb.log.gz'), zlib.gzipSync(fs.readFileSync(path.join(root, 'examples', 'logs', 'alb.log'))))

  const programs = path.join(folder, 'programs')
  fs.mkdirSync(programs)
  for (const [name, file] of Object.entries(printed)) writeProgram(programs, name, `exec cat ${quote(path.join(root, file))}`)
  // npx takes a second to find out that the package is here; test:docs runs the real one
  const cli = path.join(root, 'bin', 'lb-safe-timeouts.js')
  writeProgram(programs, 'npx', `[ "$1" = lb-safe-timeouts ] || exit 127\nshift\nexec ${quote(process.execPath)} ${quote(cli)} "$@"`)

  const { LB_SAFE_TIMEOUTS_LB, LB_SAFE_TIMEOUTS_IDLE_MS, LB_SAFE_TIMEOUTS_METADATA, ...env } = process.env
  return {
    folder,
    env: {
      ...env,
      PATH: [programs, path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
      ARN: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/app/50dc6c495c0c9188',
      HOST: '127.0.0.1',
      PORT: '0'
    },
    remove: () => fs.rmSync(folder, { recursive: true, force: true })
  }
}

module.exports = { createSandbox }
