'use strict'

// What a reader takes. A load balancer's own configuration is far below these; what is above
// them is a mistake or an attack, and ends in an error before any parser sees it.

module.exports = {
  /** JSON: a large Terraform state has some MB. */
  inputBytesMax: 8 * 1024 * 1024,
  /** Text that is scanned by our own readers. */
  textBytesMax: 4 * 1024 * 1024,
  /** YAML and TOML, whose parsers take some microseconds for a token: about half a second in all. */
  markupBytesMax: 256 * 1024,
  markupLinesMax: 20000,
  markupDocumentsMax: 1000,
  /** Brackets and commas. */
  markupFlowMax: 40000,
  /** How deep brackets go, and indicators on one line ('- - - -'), before the copy counts. */
  markupDepthMax: 500,
  /** How deep blocks, objects and arrays may lie in one another. */
  depthMax: 100,
  /** Values of a document, aliases expanded. */
  valuesMax: 500000,
  /** Statements of a text. */
  statementsMax: 200000,
  /** Statements of nginx, with all includes expanded. */
  includedMax: 200000,
  /** How often YAML aliases may be expanded in all. */
  aliasesMax: 100,
  /** Hops that one input may name. */
  hopsMax: 10000
}
