'use strict'

// In each round everybody has one turn, each round in another order: who comes first has no
// advantage, and what the machine does meanwhile meets all alike.

/** `list` in the order of that round. */
function orderOf (list, round) {
  const start = round % list.length
  const turned = [...list.slice(start), ...list.slice(0, start)]
  return round % 2 === 0 ? turned : turned.reverse()
}

/** Samples { [id]: [one of each round] } of what `measure(subjects)` resolves to, in its order. */
async function takeRounds (subjects, count, measure) {
  const samples = Object.fromEntries(subjects.map(({ id }) => [id, []]))
  for (let round = 0; round < count; round++) {
    const order = orderOf(subjects, round)
    const found = await measure(order)
    order.forEach(({ id }, i) => samples[id].push(found[i]))
  }
  return samples
}

/** For what is measured one subject at a time. */
function oneByOne (measure) {
  return async (subjects) => {
    const found = []
    for (const subject of subjects) found.push(await measure(subject))
    return found
  }
}

module.exports = { orderOf, takeRounds, oneByOne }
