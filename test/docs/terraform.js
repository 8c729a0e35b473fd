'use strict'

// What `terraform show -json` tells of a configuration whose values stand in it: the resources of
// HashiCorp's own parser, in the shape of a state. A value that only an apply would know is null.

const fs = require('node:fs')
const path = require('node:path')
const { createRequire } = require('node:module')

const generatedBy = 'generated from alb.tf by npm run test:docs -- --write'

function plainValue (value) {
  if (typeof value === 'string' && value.includes('${')) return null
  if (Array.isArray(value)) return value.map(plainValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner)]))
}

/** `tools` is the folder in which @cdktf/hcl2json is installed. */
async function showTerraform (tools, text) {
  const { parse } = createRequire(path.join(tools, 'package.json'))('@cdktf/hcl2json')
  const { resource } = await parse('main.tf', text)
  const resources = Object.entries(resource).flatMap(([type, byName]) => Object.entries(byName).map(([name, [values]]) => ({
    address: `${type}.${name}`, mode: 'managed', type, name, values: plainValue(values)
  })))
  return { format_version: '1.0', comment: generatedBy, values: { root_module: { resources } } }
}

/** The file beside a configuration that holds what it shows. */
function readShown (file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'))
}

module.exports = { readShown, showTerraform }
