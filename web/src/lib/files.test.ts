import { expect, test } from 'vitest'
import { fileOf, fileText } from './files'
import { raw, show } from './values'

const hash = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
const words = { yes: '是', no: '否', lang: 'zh' }
test('a file is held as the register keeps it', () => {
  const v = { hash, name: '考察 材料.pdf', type: 'application/pdf', size: 20 }
  expect(fileText(v)).toBe(`${hash} 20 application/pdf 考察 材料.pdf`)
  expect(fileOf(fileText(v))).toEqual(v)
  expect(raw(v)).toBe(fileText(v))
  expect(show(v, undefined, words)).toBe('考察 材料.pdf')
})
test('one that has only its hash, and a text that is no file', () => {
  expect(raw({ hash, name: '', type: '', size: 0 })).toBe(hash)
  expect(fileOf(hash)).toEqual({ hash, name: '', type: '', size: 0 })
  expect(fileOf('档案柜三层 第 12 号')).toBeNull()
  expect(fileOf(hash.toUpperCase())).toBeNull()
  expect(fileOf(null)).toBeNull()
})
