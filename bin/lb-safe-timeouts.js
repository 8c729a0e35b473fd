#!/usr/bin/env node
'use strict'
// '| head' has seen enough; told as a shell tells SIGPIPE
process.stdout.on('error', ({ code }) => process.exit(code === 'EPIPE' ? 141 : 2))
require('../lib/cli/main').main(process.argv.slice(2), process).then((code) => { process.exitCode = code })
