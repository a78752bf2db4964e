// Puts pictures on one sheet. Usage: node sheet.mjs TARGET COLUMNS WIDTH PICTURE…
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { chromium } from 'playwright-core'

const [target, columns, width, ...pictures] = process.argv.slice(2)
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
const page = await browser.newPage({ viewport: { width: Number(width), height: 800 } })
const figures = pictures.map(path => `<figure><img src="data:image/png;base64,${readFileSync(path).toString('base64')}"><figcaption>${basename(path, '.png')}</figcaption></figure>`)
await page.setContent(`<style>body{margin:0;padding:14px;background:#22252c;font:12px system-ui;color:#c9ced8;display:grid;grid-template-columns:repeat(${columns},1fr);gap:14px}figure{margin:0}img{width:100%;display:block;border-radius:6px}figcaption{padding:4px 2px}</style>${figures.join('')}`)
await page.waitForFunction(() => [...document.images].every(image => image.complete))
await page.screenshot({ path: target, fullPage: true, ...(target.endsWith('.jpg') ? { type: 'jpeg', quality: 78 } : {}) })
await browser.close()
