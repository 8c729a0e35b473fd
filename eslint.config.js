'use strict'

const neostandard = require('neostandard')

module.exports = [
  { ignores: ['build/', '.cache/', '.tap/', '**/.next/', '**/node_modules/', 'coverage/', 'prebuilds/'] },
  ...neostandard({}),
  {
    files: ['**/*.js'],
    languageOptions: { sourceType: 'commonjs' },
    rules: {
      strict: ['error', 'global'],
      'prefer-const': 'error',
      'no-eval': 'error'
    }
  }
]
