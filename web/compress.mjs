// What the executable carries: every file once, Brotli where that makes it smaller, into dist-packed/.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const from = 'dist'
const to = 'dist-packed'
const files = readdirSync(from, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
rmSync(to, { recursive: true, force: true })
let total = 0
for (const entry of files) {
  const path = join(entry.parentPath ?? entry.path, entry.name)
  const name = relative(from, path).split(sep).join('/')
  const bytes = readFileSync(path)
  const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })
  const isSmaller = packed.length < bytes.length * 0.95
  const target = join(to, isSmaller ? name + '.br' : name)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, isSmaller ? packed : bytes)
  total += isSmaller ? packed.length : bytes.length
}
console.log(`${files.length} files, ${Math.round(total / 1024)} KB packed`)
