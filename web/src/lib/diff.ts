/* Which lines of a text went and came: the longest common run by Myers' greedy walk, limited so that two strangers end soon. */
export interface DiffLine { kind: ' ' | '-' | '+'; text: string }
export function diff(a: string[], b: string[], limit = 4000): DiffLine[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const x = a.slice(head, a.length - tail)
  const y = b.slice(head, b.length - tail)
  const middle = walk(x, y, limit) ?? [...x.map(text => ({ kind: '-' as const, text })), ...y.map(text => ({ kind: '+' as const, text }))]
  return [...a.slice(0, head).map(text => ({ kind: ' ' as const, text })), ...middle, ...a.slice(a.length - tail).map(text => ({ kind: ' ' as const, text }))]
}
function walk(a: string[], b: string[], limit: number): DiffLine[] | null {
  const n = a.length
  const m = b.length
  const v = new Map<number, number>([[1, 0]])
  const past: Map<number, number>[] = []
  for (let d = 0; d <= Math.min(n + m, limit); d++) {
    past.push(new Map(v))
    for (let k = -d; k <= d; k += 2) {
      let i = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1)) ? v.get(k + 1) ?? 0 : (v.get(k - 1) ?? 0) + 1
      let j = i - k
      while (i < n && j < m && a[i] === b[j]) { i++; j++ }
      v.set(k, i)
      if (i >= n && j >= m) return back(a, b, past, d)
    }
  }
  return null
}
function back(a: string[], b: string[], past: Map<number, number>[], d: number): DiffLine[] {
  const out: DiffLine[] = []
  let i = a.length
  let j = b.length
  for (; d >= 0; d--) {
    const v = past[d]!
    const k = i - j
    const down = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1))
    const pk = down ? k + 1 : k - 1
    const pi = v.get(pk) ?? 0
    const pj = pi - pk
    while (i > pi && j > pj && i > 0 && j > 0) { out.push({ kind: ' ', text: a[--i]! }); j-- }
    if (d > 0) {
      if (down) out.push({ kind: '+', text: b[--j]! })
      else out.push({ kind: '-', text: a[--i]! })
    }
  }
  return out.reverse()
}
