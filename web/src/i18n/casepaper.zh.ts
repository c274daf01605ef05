/* 案件的文书：起草、归案、缺哪一份。 */
const zh: Record<string, string> = {
  'cp.title': '文书', 'cp.of': '“{step}”的文书', 'cp.ahead': '还没有到这一步', 'cp.missing': '没有起草', 'cp.drafted': '{day} 起草', 'cp.filed': '{day} 归案', 'cp.shut': '这一步不合规，文书出不来',
  'cp.draft': '起草', 'cp.draft.again': '再起草', 'cp.draft.what': '起草{what}', 'cp.draft.pdf': '{what}（PDF）', 'cp.file': '归案', 'cp.file.again': '改归案', 'cp.file.what': '归案：{what}', 'cp.number': '文号或者存放处', 'cp.signed': '签好的文书', 'cp.file.do': '存',
  'cp.done': '“{what}”已起草', 'cp.filed.done': '“{what}”已归案', 'cp.each': '每人一份', 'cp.printer': '您的角色不能打印它取的内容；{who}可以在卡片、方案的页面上出', 'cp.printer.nobody': '没有哪个角色能打印它取的内容，请安全管理员核对', 'cp.typed': '照案件里已有的和下面已填的起草；没有的留空。', 'cp.partly': '下面填的还不全，只照已经写入的起草：{why}',
  'cp.list': '{have} / {all} 已归案', 'cp.materials': '材料'
}
export default zh
