/* What leaves: one way to ask for a file, with its reason; and what forms there are for whom. */
import { computed, ref, watch } from 'vue'
import { A, ask, get } from '@/api/client'
import type { Form } from '@/api/papers'
import { ElMessage } from '@/el'
import { t } from '@/i18n'
import { follow, save } from '@/state/leaving'
import { state } from '@/state/session'

/* True: the file was saved.  False: the server makes it beside the page, which the corner shows; or it takes a second person, who has been asked. */
export async function putOut(path: string, body: Record<string, unknown>, name: string): Promise<boolean> {
  const a = await ask<Blob>(A(path), { method: 'POST', blob: true, body })
  if (a.status !== 202) {
    save(a.data, name)
    return true
  }
  const told = JSON.parse(await a.data.text()) as { job?: string }
  if (told.job) follow(told.job, name)
  else ElMessage.info({ message: t('export.pending'), duration: 6000 })
  return false
}

/* The last reason is offered again until the tab closes: the tenth form of a batch is one click. */
const key = 'guiju.reason'
export const lastReason = ref(typeof sessionStorage === 'undefined' ? '' : sessionStorage.getItem(key) ?? '')
watch(lastReason, v => sessionStorage.setItem(key, v))

const all = ref<Form[]>([])
let of = 0
let asked: Promise<void> | null = null
export const forms = computed(() => {
  const me = state.session?.account.id ?? 0
  if (me !== of) {
    of = me
    all.value = []
    asked = null
  }
  if (me && !asked) asked = get<{ items: Form[] }>('forms', { quiet: true }).then(a => { all.value = a.items }).catch(() => undefined)
  return all.value
})
export const formsOf = (register: string) => forms.value.filter(f => f.register === register)
