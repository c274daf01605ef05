/* SM3 (GB/T 32905): browsers' WebCrypto has SHA-256 only, and areas may be made with either. */
const rotl = (x: number, n: number) => ((x << (n % 32)) | (x >>> ((32 - (n % 32)) % 32))) >>> 0
const p0 = (x: number) => (x ^ rotl(x, 9) ^ rotl(x, 17)) >>> 0
const p1 = (x: number) => (x ^ rotl(x, 15) ^ rotl(x, 23)) >>> 0

export function sm3(m: Uint8Array): Uint8Array {
  const len = (Math.floor((m.length + 8) / 64) + 1) * 64
  const b = new Uint8Array(len)
  b.set(m)
  b[m.length] = 0x80
  const v = new DataView(b.buffer)
  v.setUint32(len - 8, Math.floor(m.length / 0x20000000))
  v.setUint32(len - 4, (m.length << 3) >>> 0)
  const h = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e]
  const w = new Uint32Array(68)
  for (let at = 0; at < len; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = v.getUint32(at + 4 * i)
    for (let i = 16; i < 68; i++) w[i] = p1((w[i - 16]! ^ w[i - 9]! ^ rotl(w[i - 3]!, 15)) >>> 0) ^ rotl(w[i - 13]!, 7) ^ w[i - 6]!
    let [A, B, C, D, E, F, G, H] = h as [number, number, number, number, number, number, number, number]
    for (let j = 0; j < 64; j++) {
      const T = j < 16 ? 0x79cc4519 : 0x7a879d8a
      const ss1 = rotl((rotl(A, 12) + E + rotl(T, j)) >>> 0, 7)
      const ss2 = (ss1 ^ rotl(A, 12)) >>> 0
      const ff = j < 16 ? A ^ B ^ C : (A & B) | (A & C) | (B & C)
      const gg = j < 16 ? E ^ F ^ G : (E & F) | (~E & G)
      const t1 = ((ff >>> 0) + D + ss2 + ((w[j]! ^ w[j + 4]!) >>> 0)) >>> 0
      const t2 = ((gg >>> 0) + H + ss1 + w[j]!) >>> 0
      D = C; C = rotl(B, 9); B = A; A = t1
      H = G; G = rotl(F, 19); F = E; E = p0(t2)
    }
    for (const [i, x] of [A, B, C, D, E, F, G, H].entries()) h[i] = (h[i]! ^ x) >>> 0
  }
  const out = new Uint8Array(32)
  const o = new DataView(out.buffer)
  h.forEach((x, i) => o.setUint32(4 * i, x))
  return out
}
