'use strict'

// How far a command is: a bar with the time left, drawn over itself on a terminal; a plain
// line now and then elsewhere.

const barLengthMax = 30
const columnsDefault = 80 // of a terminal that does not say
const drawEveryMs = 200
const lineEveryMs = 10000

function seconds (ms) {
  return `${Math.max(0, Math.ceil(ms / 1000))} s`
}

/**
 * { update({ label, totalMs, done, count }), stop() }; what an update leaves out stays. Without a
 * count it tells the time alone.
 */
function startProgress (stream) {
  let phase = null
  let startedAt = 0

  const text = () => {
    const leftMs = phase.totalMs - (Date.now() - startedAt)
    const done = phase.count === undefined ? '' : `${phase.done} of ${phase.count} connections, `
    return `${phase.label}: ${done}at most ${seconds(leftMs)} left`
  }
  const draw = () => {
    if (phase === null) return
    if (!stream.isTTY) {
      stream.write(`${text()}\n`)
      return
    }
    const share = Math.min(1, (Date.now() - startedAt) / phase.totalMs)
    const said = ` ${text()}`
    // a line that wraps is not drawn over: the bar gives way first, then the words
    const lengthMax = (stream.columns || columnsDefault) - 1
    const barLength = Math.max(0, Math.min(barLengthMax, lengthMax - said.length))
    const filled = Math.round(share * barLength)
    const line = `${'█'.repeat(filled)}${'░'.repeat(barLength - filled)}${said}`
    stream.write(`\r${line.slice(0, lengthMax)}\x1b[K`)
  }
  const timer = setInterval(draw, stream.isTTY ? drawEveryMs : lineEveryMs)

  return {
    update (change) {
      const isNew = change.totalMs !== undefined
      phase = { ...phase, ...change }
      if (!isNew) return
      startedAt = Date.now()
      draw()
    },
    stop () {
      clearInterval(timer)
      if (stream.isTTY && phase !== null) stream.write('\r\x1b[K')
    }
  }
}

module.exports = { startProgress }
