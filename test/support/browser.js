'use strict'

// What a browser makes of a report.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { pathToFileURL } = require('node:url')

const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/bin']
/** Where Chromium is, or undefined. */
const chromium = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => fs.existsSync(file))

/** The document as the browser has it after loading `text`. */
async function dump (t, text, { dark = false, screenshot, size = '1000,1900' } = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lb-safe-timeouts-'))
  t.teardown(() => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5 }))
  const file = path.join(dir, 'report.html')
  fs.writeFileSync(file, text)
  const args = [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    `--user-data-dir=${path.join(dir, 'profile')}`, '--hide-scrollbars', `--window-size=${size}`,
    ...(dark ? ['--blink-settings=preferredColorScheme=0'] : []),
    screenshot === undefined ? '--dump-dom' : `--screenshot=${screenshot}`,
    pathToFileURL(file).href
  ]
  // what is preloaded to check native code is not meant for a browser
  const browser = spawn(chromium, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, LD_PRELOAD: '' } })
  t.teardown(() => browser.kill('SIGKILL')) // where the test is over before the browser is
  let out = ''
  browser.stdout.setEncoding('utf8').on('data', (chunk) => { out += chunk })
  const [status] = await once(browser, 'close')
  t.equal(status, 0, 'the browser ended well')
  return out
}

/** A reason to skip, or false. */
const noChromium = chromium === undefined && 'no Chromium is installed'

module.exports = { dump, noChromium }
