'use strict'

module.exports = {
  output: 'standalone',
  // this folder is a project of its own inside another one
  outputFileTracingRoot: __dirname,
  turbopack: { root: __dirname }
}
