'use strict'

module.exports = {
  // this folder is a project of its own inside another one
  turbopack: { root: __dirname }
}
