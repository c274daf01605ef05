/*
 * What was typed and not yet kept.  Drafts of open and personal fields survive closing the browser for a week; restricted
 * and protected ones live no longer than the tab.  Signing out asks first and then forgets.
 */
export interface Draft { at: number; version: number | null; values: Record<string, unknown> }
const WEEK = 7 * 86400_000
const key = (who: string, what: string) => `guiju.draft.${who}.${what}`

export function keep(who: string, what: string, version: number | null, open: Record<string, unknown>, secret: Record<string, unknown>, now = Date.now(),
  local: Storage = localStorage, tab: Storage = sessionStorage) {
  local.setItem(key(who, what), JSON.stringify({ at: now, version, values: open }))
  if (Object.keys(secret).length) tab.setItem(key(who, what), JSON.stringify(secret))
  else tab.removeItem(key(who, what))
}

export function find(who: string, what: string, now = Date.now(), local: Storage = localStorage, tab: Storage = sessionStorage): Draft | null {
  try {
    const d = JSON.parse(local.getItem(key(who, what)) ?? 'null') as Draft | null
    if (!d || typeof d.at !== 'number' || now - d.at > WEEK) {
      forget(who, what, local, tab)
      return null
    }
    const secret = JSON.parse(tab.getItem(key(who, what)) ?? '{}') as Record<string, unknown>
    return { ...d, values: { ...d.values, ...secret } }
  } catch {
    forget(who, what, local, tab)
    return null
  }
}

export function forget(who: string, what: string, local: Storage = localStorage, tab: Storage = sessionStorage) {
  local.removeItem(key(who, what))
  tab.removeItem(key(who, what))
}

const mine = (s: Storage, who: string) => Array.from({ length: s.length }, (_, i) => s.key(i) ?? '').filter(k => k.startsWith(`guiju.draft.${who}.`))
export const count = (who: string, local: Storage = localStorage) => mine(local, who).length
export function forgetAll(who: string, local: Storage = localStorage, tab: Storage = sessionStorage) {
  for (const k of mine(local, who)) local.removeItem(k)
  for (const k of mine(tab, who)) tab.removeItem(k)
}
