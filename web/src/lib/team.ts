/* A team as it is and as it would be: seats in order, and its structure against the declared standard. */
export interface Person { person: number; name: string; woman: boolean | null; age: number | null; bachelor: boolean | null; grassroots: number | null; photo: string }
export interface Member extends Person { post: number; counted: boolean; since: string; fresh?: boolean; now?: string }
export interface Post { id: number; name: string; approved: number; order: number; chief: boolean; level: string }
export interface Move { person: Member; post: number; instead: number | null }
export interface Standard { [name: string]: number | null }
export interface Seat { post: Post; holder: Member | null; over: boolean }

export function seats(posts: Post[], members: Member[]): Seat[] {
  const out: Seat[] = []
  for (const p of [...posts].sort((a, b) => a.order - b.order || a.id - b.id)) {
    const holders = members.filter(m => m.post === p.id).sort((a, b) => (a.counted === b.counted ? (a.since < b.since ? -1 : 1) : a.counted ? -1 : 1))
    const counted = holders.filter(h => h.counted).length
    let n = 0
    for (const h of holders) out.push({ post: p, holder: h, over: h.counted && ++n > p.approved })
    for (let i = counted; i < p.approved; i++) out.push({ post: p, holder: null, over: false })
  }
  return out
}

/* A person has one seat in the team: a move takes him from the old one; who stood there leaves. */
export function apply(members: Member[], moves: Move[]): Member[] {
  let now = members
  for (const m of moves) {
    now = now.filter(x => x.person !== m.person.person && !(m.instead !== null && x.person === m.instead && x.post === m.post))
    now = [...now, { ...m.person, post: m.post, counted: true, fresh: true, since: '9999' }]
  }
  return now
}

export type What = 'size' | 'women' | 'young' | 'bachelor' | 'grassroots'
/* Null where a value is missing for somebody: an unknown is not a no. */
export function count(members: Member[], what: What, limit: number | null): { n: number; unknown: number } {
  const all = members.filter(m => m.counted)
  const test: Record<What, (m: Member) => boolean | null> = {
    size: () => true,
    women: m => m.woman,
    young: m => (m.age === null || limit === null ? null : m.age <= limit),
    bachelor: m => m.bachelor,
    grassroots: m => (m.grassroots === null || limit === null ? null : m.grassroots >= limit)
  }
  let n = 0
  let unknown = 0
  for (const m of all) {
    const v = test[what](m)
    if (v === true) n++
    else if (v === null) unknown++
  }
  return { n, unknown }
}
export const meanAge = (members: Member[]) => {
  const a = members.filter(m => m.counted && m.age !== null).map(m => m.age!)
  return a.length ? Math.round((a.reduce((x, y) => x + y, 0) / a.length) * 10) / 10 : null
}
export const bins = (members: Member[], edges: number[]) => edges.map((e, i) => members.filter(m => m.counted && m.age !== null && m.age >= e && (i + 1 >= edges.length || m.age < edges[i + 1]!)).length)
