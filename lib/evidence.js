'use strict'
function startEvidence () { return { onIdleDeadline () {}, onWrite () {}, setUser () {}, stop () {}, status () {}, setDraining () {} } }
module.exports = { startEvidence }
