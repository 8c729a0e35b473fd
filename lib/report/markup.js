'use strict'

// HTML and SVG from function calls. What comes in as a string is text and is escaped; only
// what this file made itself is markup.

class Markup {
  constructor (text) {
    this.text = text
  }
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const voids = new Set(['meta', 'br'])

function escape (value) {
  // control characters are not allowed in HTML, escaped or not
  // eslint-disable-next-line no-control-regex
  return String(value).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd').replace(/[&<>"']/g, (character) => entities[character])
}

function render (child) {
  if (child === null || child === undefined || child === false) return ''
  if (child instanceof Markup) return child.text
  return Array.isArray(child) ? child.map(render).join('') : escape(child)
}

/** An element. Attributes that are null or undefined are left out; numbers are rounded. */
function h (name, attributes, ...children) {
  const text = Object.entries(attributes ?? {})
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => ` ${key}="${escape(typeof value === 'number' ? Number(value.toFixed(2)) : value)}"`)
    .join('')
  return new Markup(voids.has(name) ? `<${name}${text}>` : `<${name}${text}>${render(children)}</${name}>`)
}

/** A style sheet of our own: nothing from outside may reach it. */
function style (text) {
  return new Markup(`<style>${text}</style>`)
}

module.exports = { h, style, render }
