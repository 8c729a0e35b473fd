'use strict'

// The words that the README and the page have in common.

function number (value) {
  return value.toLocaleString('en-US')
}

const notRun = 'not run'

/** `lost of attempts`; never 0 for what was not tried. */
function tellCell (cell) {
  if (cell === null) return notRun
  const twice = cell.twice === 0 ? '' : `, ${number(cell.twice)} twice`
  return `${number(cell.lost)} of ${number(cell.attempts)}${twice}`
}

function tellMachine ({ machine: { cpu, cores, os, kernel } }) {
  return `${cores} × ${cpu}, ${os}, kernel ${kernel}`
}

function tellCommit ({ commit, dirty, date }) {
  return `commit ${commit.slice(0, 10)}${dirty ? ' with changes that were not committed' : ''}, ${date.slice(0, 10)}`
}

/** A list as a sentence has it. */
function list (words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`
}

module.exports = { list, notRun, number, tellCell, tellCommit, tellMachine }
