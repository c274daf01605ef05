/* 单：提醒单、整改单、警示单。 */
const zh: Record<string, string> = {
  'slip.title': '单', 'slip.one': '单', 'slip.of': '对象', 'slip.state': '办到哪里', 'slip.turn': '轮到谁', 'slip.due': '回复期限', 'slip.overdue': '逾期', 'slip.mine': '我', 'slip.person': '本人',
  'slip.tab.waiting': '等我办的', 'slip.tab.live': '没有办结的', 'slip.tab.ended': '已了结的', 'slip.none': '没有单。', 'slip.none.waiting': '没有等您回复或者认可的单。',
  'slip.turn.reply': '由{who}回复', 'slip.turn.accept': '由{who}认可', 'slip.finding': '研判结果', 'slip.finding.hidden': '研判结果 #{id} 不在您的范围内', 'slip.about': '事由', 'slip.rests': '发单依据', 'slip.to': '收单', 'slip.say': '要求', 'slip.by': '发单人',
  'slip.life': '经过', 'slip.issued': '发单', 'slip.replied': '回复', 'slip.closed': '了结', 'slip.back': '退回 {n} 次', 'slip.reason': '理由', 'slip.effect': '影响至 {day}', 'slip.lapsed': '影响期已满，自行失效', 'slip.earlier': '由 #{n} 升级', 'slip.next': '升级为 #{n}', 'slip.grade': '逾期不回复的，改发“{what}”',
  'slip.answer': '回复内容', 'slip.withheld': '不在您可看的范围内', 'slip.do.reply': '回复', 'slip.do.accept': '认可', 'slip.do.send-back': '退回', 'slip.do.withdraw': '撤回', 'slip.do.escalate': '改发“{what}”', 'slip.do.escalate.all': '逾期升级', 'slip.note': '意见（可以不写）', 'slip.reason.ask': '写明理由', 'slip.others': '这张单现在不由您办。',
  'slip.done': '已办', 'slip.refused': '没有办成', 'slip.escalated': '改发 {n} 张', 'slip.new': '发单', 'slip.new.hand': '由人发单', 'slip.new.finding': '就研判结果 #{id} 发单', 'slip.kind': '哪一种单', 'slip.kind.rule': '按规则的声明', 'slip.to.rule': '按规则的声明', 'slip.to.person': '本人', 'slip.register': '台账', 'slip.record': '记录', 'slip.about.hint': '什么事，要对方做什么', 'slip.rests.hint': '条款或者文号', 'slip.send': '发出', 'slip.sent': '已发出', 'slip.issue': '发单', 'slip.do.decline': '不升级', 'slip.declined': '决定这次不升级', 'slip.grade.proposed': '逾期没有回复，建议改发“{what}”。', 'slip.grade.since': '{day} 研判提出', 'slip.grade.others': '升不升级，由发单的人定。', 'slip.case': '所依案件', 'slip.case.closed': '不在您范围内的案件', 'slip.new.case': '就“{what}”发单', 'slip.of.case': '依案发的单', 'slip.proposed': '待定升级'
}
export default zh
