/* A plan as it is worked at: lines in order, the numbers of every unit touched, and how places in the order are given anew. */
import { seatsAfter, type Seat } from '@/lib/case'

export interface PlanPost { title: string; unit: string; approved: number; held: number }
export interface PlanMove { kind: string; from: number | null; to: number | null }
export interface Unit { title: string; seats: Seat[]; approved: number; held: number; after: number; over: number; free: number }

/* Who goes without taking a place (uncounted kinds) comes into nobody's number. */
export const counted = <T extends PlanMove>(lines: T[], uncounted: string[]) => lines.map(l => ({ ...l, to: uncounted.includes(l.kind) ? null : l.to }))

/* By unit, in the order in which lines come upon them; over: beyond what is approved in its posts; free: places that lines make and none fills. */
export function unitsOf(lines: PlanMove[], posts: Map<number, PlanPost>, uncounted: string[]): Unit[] {
  const out = new Map<string, Unit>()
  for (const s of seatsAfter(counted(lines, uncounted), posts)) {
    const unit = posts.get(s.id)!.unit
    const u = out.get(unit) ?? { title: unit, seats: [], approved: 0, held: 0, after: 0, over: 0, free: 0 }
    u.seats.push(s)
    u.approved += s.approved
    u.held += s.held
    u.after += s.after
    u.over += Math.max(0, s.after - s.approved)
    u.free += s.out > s.into ? Math.min(s.out - s.into, Math.max(0, s.approved - s.after)) : 0
    out.set(unit, u)
  }
  return [...out.values()]
}

/* Writes that make `order` (ids) stand as 1, 2, 3 …, no two lines having one number at any moment: a number is kept by one line only. */
export function renumber(order: number[], now: Map<number, number>): { id: number; number: number }[] {
  const out: { id: number; number: number }[] = []
  const at = new Map(now)
  const taken = new Set(at.values())
  let top = Math.max(order.length, ...taken)
  const set = (id: number, n: number) => {
    taken.delete(at.get(id)!)
    taken.add(n)
    at.set(id, n)
    out.push({ id, number: n })
  }
  let left = order.filter((id, i) => at.get(id) !== i + 1)
  while (left.length) {
    const free = left.filter(id => !taken.has(order.indexOf(id) + 1))
    if (free.length) set(free[0]!, order.indexOf(free[0]!) + 1)
    else set(left[0]!, ++top) // a ring: one steps aside
    left = order.filter((id, i) => at.get(id) !== i + 1)
  }
  return out
}
