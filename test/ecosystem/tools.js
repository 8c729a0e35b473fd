'use strict'

// Other people's programs that the suite runs: package managers, bundlers, compilers and
// runtimes, as npm packages of the registry, each in a folder of its own below
// .cache/ecosystem. None of their install scripts runs; none of them needs one.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { ensureNode } = require('../../scripts/nodes')

const cache = path.join(__dirname, '..', '..', '.cache', 'ecosystem')

// The program that the test is about is pinned by its major version: a new one is a decision.
const packages = {
  'npm-11': ['npm@11'],
  'npm-12': ['npm@12'],
  'pnpm-10': ['pnpm@10'],
  'pnpm-12': ['pnpm@12'],
  'yarn-1': ['yarn@1'],
  'yarn-4': ['@yarnpkg/cli-dist@4'],
  publint: ['publint@0'],
  attw: ['@arethetypeswrong/cli@0'],
  bun: ['bun@1'],
  deno: ['deno@2'],
  esbuild: ['esbuild@0'],
  webpack: ['webpack@5', 'node-loader@2'],
  rollup: ['rollup@4', '@rollup/plugin-commonjs', '@rollup/plugin-node-resolve', '@rollup/plugin-json'],
  vite: ['vite@8'],
  ncc: ['@vercel/ncc'],
  'typescript-4.7': ['typescript@4.7'],
  'typescript-5': ['typescript@5'],
  'typescript-7': ['typescript@7'],
  next: ['next@16', 'react@19', 'react-dom@19'],
  jest: ['jest@30'],
  vitest: ['vitest@5'],
  'node-types-18': ['@types/node@18.11.9'],
  'node-types-22': ['@types/node@22']
}

/** The folder with that tool in its node_modules; installs what is missing. */
function ensureTool (name) {
  const folder = path.join(cache, name)
  if (!fs.existsSync(path.join(folder, 'node_modules', '.package-lock.json'))) {
    fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: `tool-${name}`, private: true }))
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...packages[name]]
    const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' })
    if (status !== 0) throw new Error(`${name} could not be installed: ${stderr}`)
  }
  return folder
}

/** The version of what is in a tool's folder. */
function toolVersion (name, of = packages[name][0].replace(/(.)@.*/, '$1')) {
  return JSON.parse(fs.readFileSync(path.join(ensureTool(name), 'node_modules', of, 'package.json'), 'utf8')).version
}

/** A file below a tool's node_modules. */
function toolFile (name, ...parts) {
  return path.join(ensureTool(name), 'node_modules', ...parts)
}

/** The newest Node of a line. */
function nodeOf (line) {
  const { lines } = require('../../scripts/nodes')
  return ensureNode(lines.find((version) => version.startsWith(`${line}.`)))
}

module.exports = { ensureTool, nodeOf, packages, toolFile, toolVersion }

if (require.main === module) {
  for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(packages)) {
    console.log(`${name} ${toolVersion(name)}`)
  }
}
