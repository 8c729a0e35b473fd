'use strict'

// The words that the README and the page have in common.

function number (value) {
  return value.toLocaleString('en-US')
}

function tellShare (share) {
  return `${(share * 100).toLocaleString('en-US', { maximumSignificantDigits: 2 })} %`
}

const notRun = 'not run'

/** `lost of attempts`; never 0 for what was not tried. */
function tellCell (cell) {
  if (cell === null) return notRun
  const twice = cell.twice === 0 ? '' : `, ${number(cell.twice)} twice`
  return `${number(cell.lost)} of ${number(cell.attempts)}${twice}`
}

/** `loadBefore`: how busy the machine was with other things, where a run has noted it. */
function tellMachine ({ machine: { cpu, cores, os, kernel }, loadBefore }) {
  return `${cores} × ${cpu}, ${os}, kernel ${kernel}${loadBefore === undefined ? '' : `, load ${loadBefore.toFixed(1)} before the run`}`
}

function tellCommit ({ commit, dirty, date }) {
  return `commit ${commit.slice(0, 10)}${dirty ? ' with changes that were not committed' : ''}, ${date.slice(0, 10)}`
}

/** Of which commits the rows are: the file's own, and those that an earlier run has left. */
function tellCommits ({ rows, ...own }) {
  const others = rows.filter(({ commit }) => commit !== undefined && commit !== own.commit)
  const kinds = [...new Set(others.map(tellCommit))]
  return [tellCommit(own), ...kinds.map((kind) => `${number(others.filter((row) => tellCommit(row) === kind).length)} of ${number(rows.length)} rows of ${kind}`)].join('; ')
}

function sentence (words) {
  return `${words.charAt(0).toUpperCase()}${words.slice(1).replace(/\.$/, '')}.`
}

/** A list as a sentence has it. */
function list (words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`
}

module.exports = { list, notRun, number, sentence, tellCell, tellCommit, tellCommits, tellMachine, tellShare }
