'use strict'

// The frame of a report: one file, no script, nothing loaded from anywhere.

const { h, style, render } = require('./markup')

const css = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b1f27; --soft: #5d6675; --line: #dde1e8;
  --lb: #7b8698; --node: #2f6fd6; --node-range: #9dbdf0; --unsafe: #c9302c; --unsafe-soft: #f7dcda;
  --safe: #1f7a4d; --safe-soft: #dbf1e5; --mind: #8a5a00; --mind-soft: #fbecc8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151b; --card: #1a1f28; --ink: #e6e9ef; --soft: #9aa4b5; --line: #303846;
    --lb: #8d99ad; --node: #6ba1ff; --node-range: #35568c; --unsafe: #ff7b72; --unsafe-soft: #4a2224;
    --safe: #63d09a; --safe-soft: #163a29; --mind: #f0bd57; --mind-soft: #40310f;
  }
}
* { box-sizing: border-box }
body { margin: 0; padding: 2rem 1rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
main { max-width: 60rem; margin: 0 auto }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere }
h2 { font-size: 1.05rem; margin: 0 0 .75rem }
h3 { font-size: .9rem; margin: 0 0 .25rem; font-weight: 600 }
p { margin: .25rem 0 .5rem }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem; margin: 1rem 0 }
.soft, figcaption { color: var(--soft) }
figcaption { font-size: .85rem; margin-top: .5rem }
figure { margin: 0 } figure > div { overflow-x: auto } svg.timeline, svg.traffic { min-width: 38rem }
.verdict { border-left: 6px solid var(--soft) }
.verdict p { overflow-wrap: anywhere; margin: 0 }
.verdict.safe { border-left-color: var(--safe) }
.verdict.unsafe { border-left-color: var(--unsafe) }
.verdict.inconclusive, .verdict.limited { border-left-color: var(--mind) }
.badge { display: inline-block; border-radius: 999px; padding: 0 .6em; font-size: .8rem; font-weight: 600; white-space: nowrap;
  color: var(--mind); background: var(--mind-soft) }
.badge.safe { color: var(--safe); background: var(--safe-soft) }
.badge.unsafe { color: var(--unsafe); background: var(--unsafe-soft) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .9rem } table.wide { min-width: 44rem }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-top: 1px solid var(--line) }
thead th { border-top: 0; color: var(--soft); font-weight: 600 }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap }
code { font: .85em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere }
ul { margin: .25rem 0; padding-left: 1.2rem }
code { unicode-bidi: isolate } .lines { list-style: none; padding: 0 } .lines li { margin: .5rem 0 } .lines code { display: block }
details { margin: .5rem 0 } summary { cursor: pointer; font-weight: 600; font-size: .9rem }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1.25rem }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif }
svg text { fill: var(--ink) } svg .tick { fill: var(--soft); font-size: 11px } svg .axis { stroke: var(--line) }
svg .lb { fill: var(--lb) } svg .node { fill: var(--node) } svg .range { fill: var(--node-range) }
svg .unsafe { fill: var(--unsafe) } svg .unsafe-soft { fill: var(--unsafe-soft) } svg .hatch { stroke: var(--unsafe); stroke-width: 2 }
svg .mind { fill: var(--mind) } svg .soft { fill: var(--soft) }
svg .mark { stroke: var(--lb); stroke-dasharray: 4 3 } svg .on { fill: var(--card); font-weight: 600 }
footer { color: var(--soft); font-size: .85rem }
@media print { section { break-inside: avoid } }
`

// more than this many do not fit on a telephone
const wideColumns = 4

/** A paragraph's word with the colour of a verdict. */
function badge (verdict) {
  return h('span', { class: `badge ${verdict}` }, verdict)
}

/** A table of cells: strings, or markup; `numbers` are the columns of figures. */
function table (headings, rows, numbers = []) {
  return h('div', { class: 'scroll' }, h('table', { class: headings.length > wideColumns ? 'wide' : null },
    h('thead', null, h('tr', null, headings.map((heading) => h('th', { scope: 'col' }, heading)))),
    h('tbody', null, rows.map((cells) => h('tr', null, cells.map((cell, column) => h('td', { class: numbers.includes(column) ? 'number' : null }, cell)))))))
}

function figure (chart, caption) {
  return h('figure', null, h('div', null, chart), h('figcaption', null, caption))
}

/**
 * The file's text. `verdict` is one of the words that the style sheet has a colour for; a
 * section is { title, content }, and content is markup, text, or a list of these.
 */
function renderPage ({ title, subtitle, verdict, lead, sections, footer }) {
  return '<!DOCTYPE html>\n' + render(h('html', { lang: 'en' },
    h('head', null,
      h('meta', { charset: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { 'http-equiv': 'Content-Security-Policy', content: "default-src 'none'; style-src 'unsafe-inline'" }),
      h('title', null, title),
      style(css)),
    h('body', null, h('main', null,
      h('h1', null, title),
      h('p', { class: 'soft' }, subtitle),
      h('section', { class: `verdict ${verdict}` }, lead),
      sections.map(({ title, content }) => h('section', null, h('h2', null, title), content)),
      h('footer', null, footer))))) + '\n'
}

module.exports = { renderPage, table, figure, badge }
