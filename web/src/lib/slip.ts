/* Whose turn a slip waits for, in words. */
import type { SlipLine } from '@/api/slip'

export function slipTurn(s: Pick<SlipLine, 'turn'>, t: (key: string, named?: Record<string, unknown>) => string): string {
  if (!s.turn) return ''
  const who = s.turn.mine ? t('slip.mine') : s.turn.by.map(r => r.title).join('、') || t('slip.person')
  return s.turn.what === 'reply' ? t('slip.turn.reply', { who }) : t('slip.turn.accept', { who })
}
