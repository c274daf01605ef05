/* May who signed in issue any kind of slip?  Asked once a session; findings show 发单 only then. */
import { reactive } from 'vue'
import { get, net } from '@/api/client'
import type { SlipKind } from '@/api/slip'

export const issuing = reactive({ key: '', any: false })
export function askIssuing() {
  const key = net.area + ' ' + net.csrf
  if (issuing.key === key) return
  issuing.key = key
  issuing.any = false
  void get<{ items: SlipKind[] }>('slip-kinds', { quiet: true }).then(r => { if (issuing.key === key) issuing.any = r.items.some(k => k.may_issue) }).catch(() => { issuing.key = '' })
}
