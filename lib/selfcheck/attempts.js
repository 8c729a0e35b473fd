'use strict'

// How often a batch is run until it tells something: within the 20 s that selfcheck may take.

const runsMax = 3

/**
 * Repeats what the machine's noise spoiled, with other connections; and once, with the same ones,
 * what did not do as the model says: a process that is stopped for a moment can look like that,
 * and a Node that differs does so again. `runWith(attempt)` resolves with rows { name, agrees, why };
 * gives { rows, repeated }, the rows of the last run and those for which one was repeated.
 */
async function runUntilTold (runWith) {
  let repeated = []
  let attempt = 0
  for (let runs = 1; ; runs++) {
    const rows = await runWith(attempt)
    const wrong = rows.filter(({ agrees }) => agrees === false)
    if (wrong.length > 0 && repeated.length === 0) {
      repeated = wrong
      continue
    }
    if (wrong.length > 0 || runs >= runsMax || rows.every(({ agrees }) => agrees === true)) return { rows, repeated }
    attempt++
  }
}

module.exports = { runUntilTold }
