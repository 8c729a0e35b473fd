'use strict'

// Text of strangers (a log line, an answer of another process) for a terminal: whatever one
// would obey, or that reorders what is read, becomes a question mark.

const commands = /[\p{Cc}\p{Cf}\p{Cs}]/gu
const commandsButLines = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}]/gu

/** Keeps line ends and tabs. */
function plainText (text) {
  return text.replace(commandsButLines, '?')
}

/** One line, whatever it was. */
function plainLine (text) {
  return text.replace(commands, '?')
}

module.exports = { plainLine, plainText }
