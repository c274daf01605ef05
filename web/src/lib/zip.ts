/* Many files as one: a zip without compression, for the server takes one body. */
const table = (() => {
  const t = new Uint32Array(256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
    t[n] = c >>> 0
  }
  return t
})()
export function crc32(b: Uint8Array): number {
  let c = 0xffffffff
  for (let i = 0; i < b.length; i++) c = table[(c ^ b[i]!) & 255]! ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}

export function zip(files: { name: string; bytes: Uint8Array }[]): Blob {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const f of files) {
    const name = new TextEncoder().encode(f.name)
    const sum = crc32(f.bytes)
    const head = new Uint8Array(30 + name.length)
    const h = new DataView(head.buffer)
    h.setUint32(0, 0x04034b50, true)
    h.setUint16(4, 20, true)
    h.setUint16(6, 0x0800, true) // names are UTF-8
    h.setUint16(12, 0x21, true)
    h.setUint32(14, sum, true)
    h.setUint32(18, f.bytes.length, true)
    h.setUint32(22, f.bytes.length, true)
    h.setUint16(26, name.length, true)
    head.set(name, 30)
    const entry = new Uint8Array(46 + name.length)
    const e = new DataView(entry.buffer)
    e.setUint32(0, 0x02014b50, true)
    e.setUint16(4, 20, true)
    e.setUint16(6, 20, true)
    e.setUint16(8, 0x0800, true)
    e.setUint16(14, 0x21, true)
    e.setUint32(16, sum, true)
    e.setUint32(20, f.bytes.length, true)
    e.setUint32(24, f.bytes.length, true)
    e.setUint16(28, name.length, true)
    e.setUint32(42, at, true)
    entry.set(name, 46)
    parts.push(head, f.bytes)
    directory.push(entry)
    at += head.length + f.bytes.length
  }
  const size = directory.reduce((n, d) => n + d.length, 0)
  const end = new Uint8Array(22)
  const d = new DataView(end.buffer)
  d.setUint32(0, 0x06054b50, true)
  d.setUint16(8, files.length, true)
  d.setUint16(10, files.length, true)
  d.setUint32(12, size, true)
  d.setUint32(16, at, true)
  return new Blob([...parts, ...directory, end] as BlobPart[], { type: 'application/zip' })
}
