'use strict'

// The Markdown of this repository, as its tests see it: code blocks, headings, links. A block
// may have a marker on the line before it, invisible to a reader:
//
//   <!-- docs-test: given server app -->       names that stand in the block without a declaration
//   <!-- docs-test: hops nginx:60000 -->       a configuration, and what readLbMetadata() finds in it
//   <!-- docs-test: output -->                 what the last command before it prints
//   <!-- docs-test: skip <reason> -->          not run; counted, and printed with the reason

const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..', '..')

function listDocs () {
  const docs = fs.readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
  return ['README.md', 'examples/README.md', ...docs.sort()]
}

const fence = /^( *)```(\S*) *$/
const marker = /^<!-- docs-test: (\w+) ?(.*?) ?-->$/

/** The code blocks of a text: { file, line, language, code, marker: { name, rest } | null, heading }. */
function readBlocks (file, text) {
  const blocks = []
  const lines = text.split('\n')
  let open = null
  let heading = ''
  lines.forEach((line, index) => {
    const [, indent, language] = fence.exec(line) ?? []
    if (open !== null) {
      if (indent !== undefined && language === '') {
        blocks.push({ ...open, code: open.lines.join('\n') + '\n', lines: undefined })
        open = null
      } else {
        open.lines.push(line.slice(open.indent))
      }
    } else if (indent !== undefined) {
      const [, name, rest] = marker.exec(lines[index - 1] ?? '') ?? []
      open = { file, line: index + 2, language, indent: indent.length, heading, marker: name === undefined ? null : { name, rest }, lines: [] }
    } else if (line.startsWith('#')) {
      heading = line.replace(/^#+ /, '')
    }
  })
  if (open !== null) throw new Error(`${file}:${open.line}: a code block that does not end`)
  return blocks
}

/** The anchors of a text, as GitHub and npm make them. */
function readAnchors (text) {
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id))
  const seen = new Map()
  for (const [, title] of withoutCode(text).matchAll(/^#+ (.+)$/gm)) {
    const slug = title.toLowerCase().replace(/`/g, '').replace(/[^\p{L}\p{N}\- _]/gu, '').replace(/ /g, '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    anchors.add(count === 0 ? slug : `${slug}-${count}`)
  }
  return anchors
}

function withoutCode (text) {
  return text.replace(/^( *)```[\s\S]*?^\1```$/gm, '')
}

/** The links of a text that stay in this repository, as written. */
function readLinks (text) {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link)
  return links.filter((link) => !/^[a-z]+:/.test(link))
}

function load (file) {
  return fs.readFileSync(path.join(root, file), 'utf8')
}

module.exports = { root, listDocs, load, readBlocks, readAnchors, readLinks }
