'use strict'

// Frameworks that are too big for devDependencies, installed on demand into .cache/apps.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const cache = path.join(__dirname, '..', '..', '.cache', 'apps')

function run (command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd, encoding: 'utf8', env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`)
}

/** The folder of an app with these packages in it; installs what is missing. */
function ensureApp (name, packages) {
  const folder = path.join(cache, name)
  if (!fs.existsSync(path.join(folder, 'node_modules', '.package-lock.json'))) {
    fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, private: true }))
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], folder)
  }
  return folder
}

/** A Next.js app, built, with `output: 'standalone'`; returns its folder. */
function ensureNext () {
  const folder = ensureApp('next', ['next@16', 'react@19', 'react-dom@19'])
  if (!fs.existsSync(path.join(folder, '.next', 'standalone'))) {
    fs.mkdirSync(path.join(folder, 'pages', 'api'), { recursive: true })
    fs.writeFileSync(path.join(folder, 'pages', 'index.js'), 'export default function Home () { return <p>home</p> }\n')
    fs.writeFileSync(path.join(folder, 'pages', 'api', 'ok.js'), "export default function handler (req, res) { res.status(200).send('ok') }\n")
    fs.writeFileSync(path.join(folder, 'next.config.js'), "module.exports = { output: 'standalone', outputFileTracingRoot: __dirname }\n")
    run(process.execPath, [path.join('node_modules', 'next', 'dist', 'bin', 'next'), 'build'], folder)
  }
  return folder
}

module.exports = { ensureApp, ensureNext }
