'use strict'

// Required first, for what it does: where the tests run (a pod, a dyno, a shell with a setting) is
// no part of them. Children that are given process.env are spared it too.

const { native } = require('../../lib/binding')

for (const { variable } of native().platformList()) delete process.env[variable]
for (const name of ['LB', 'IDLE_MS', 'METADATA', 'LOG', 'DRAIN', 'SOCKET']) delete process.env[`LB_SAFE_TIMEOUTS_${name}`]
