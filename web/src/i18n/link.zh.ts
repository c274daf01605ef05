/* 责任倒查的环节：责任认定，看不见的案件。 */
const zh: Record<string, string> = {
  'link.sec': '责任认定', 'link.none': '没有作过认定。', 'link.add': '认定', 'link.add.of': '对“{step}”作责任认定', 'link.correct': '更正', 'link.correct.of': '更正“{step}”的第 {n} 条认定',
  'link.outcome': '结论', 'link.clear': '没有问题', 'link.fault': '有责任', 'link.person': '责任人', 'link.finding': '认定的事实', 'link.finding.hint': '查到什么、凭什么材料', 'link.measure': '处理措施', 'link.measure.hint': '不予处理的也写明', 'link.basis': '处理依据', 'link.basis.hint': '条款',
  'link.paper': '认定文书', 'link.paper.hint': '文号', 'link.slip': '落实的单（编号）', 'link.slip.hint': '发了单的写编号', 'link.slip.is': '由{title} #{id} 落实：{state}', 'link.happened': '认定日期', 'link.happened.hint': '不填就是今天', 'link.second': '第二人（补登的要写）', 'link.save': '写下认定', 'link.saved': '已写入纪实',
  'link.refused': '没有写成', 'link.by': '登记 {who}', 'link.corrected': '已由 #{id} 更正', 'link.corrects': '更正 #{id}', 'link.withheld': '事实和措施不在您可看的范围内', 'link.who': '由{who}认定', 'link.round': '第 {n} 轮', 'link.stays': '写下的不能再改，写错了另写一条更正。',
  'link.how.wrote': '写入的案件', 'link.how.above': '所属案件', 'link.how.below': '子案', 'link.how.earlier': '复议以前的案件', 'link.closed': '不在您范围内的案件', 'link.closed.at': '{how}（{step}）：不在您的范围内', 'link.closed.plain': '{how}：不在您的范围内', 'link.closed.note': '只知道有，不知道是什么；要看，找管它的人。', 'link.cut': '相连的案件太多，只列出前 100 件。',
  'hang.above': '子案，属于', 'hang.above.step': '“{step}”一步', 'hang.above.line': '，为{who}开', 'hang.above.closed': '子案；所属的案件不在您的范围内。',
  'hang.subs': '子案', 'hang.sub.none': '还没有开子案。', 'hang.sub.closed': '不在您范围内的子案', 'hang.sub.at': '等{who}办“{step}”', 'hang.sub.open': '开子案', 'hang.sub.open.all': '每一项各开一件', 'hang.sub.open.one': '为{who}开', 'hang.sub.what': '这一步要开“{what}”的子案，由{who}开。', 'hang.sub.lines': '这种子案要列{what}，从命令行开：guiju case sub。', 'hang.sub.opened': '子案已经开出',
  'hang.refer': '上报和批复', 'hang.refer.to': '报{who}', 'hang.refer.do': '上报', 'hang.refer.again': '再报', 'hang.refer.reason': '上报事由', 'hang.refer.paper': '上报文书', 'hang.refer.waits': '等{who}批复', 'hang.refer.sent': '已上报，等批复', 'hang.refer.who': '由{who}上报，登记批复。', 'hang.refer.stays': '不同意的，案件停在这一步。', 'hang.refer.ends': '不同意的，案件到此终止。',
  'hang.reply': '登记批复', 'hang.reply.outcome': '批复结果', 'hang.reply.agreed': '同意', 'hang.reply.refused': '不同意', 'hang.reply.back': '退回补正', 'hang.reply.text': '批复意见', 'hang.reply.paper': '批复文书', 'hang.reply.day': '批复日期', 'hang.reply.done': '批复已经登记', 'hang.day': '日期', 'hang.refused': '没有办成',
  'hang.ballots': '计入的投票', 'hang.ballot.closed': '一次投票（不在您的范围内）', 'hang.ballot.recount': '复点相符', 'hang.ballot.differs': '复点不符',
  'need.sub.none': '要先开子案', 'need.sub.open': '子案还在办', 'need.sub.done': '子案已经办完', 'need.sub.other': '子案没有办成', 'need.refer.none': '要先报上级，得到同意', 'need.refer.waits': '{day} 报出，等批复', 'need.refer.agreed': '上级已经同意', 'need.refer.other': '上级没有同意'
}
export default zh
