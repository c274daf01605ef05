/* 责任倒查的环节：责任认定，看不见的案件。 */
const zh: Record<string, string> = {
  'link.sec': '责任认定', 'link.none': '没有作过认定。', 'link.add': '认定', 'link.add.of': '对“{step}”作责任认定', 'link.correct': '更正', 'link.correct.of': '更正“{step}”的第 {n} 条认定',
  'link.outcome': '结论', 'link.clear': '没有问题', 'link.fault': '有责任', 'link.person': '责任人', 'link.finding': '认定的事实', 'link.finding.hint': '查到什么、凭什么材料', 'link.measure': '处理措施', 'link.measure.hint': '不予处理的也写明', 'link.basis': '处理依据', 'link.basis.hint': '条款',
  'link.paper': '认定文书', 'link.paper.hint': '文号', 'link.slip': '落实的单（编号）', 'link.slip.hint': '发了单的写编号', 'link.slip.is': '由{title} #{id} 落实：{state}', 'link.happened': '认定日期', 'link.happened.hint': '不填就是今天', 'link.second': '第二人（补登的要写）', 'link.save': '写下认定', 'link.saved': '已写入纪实',
  'link.refused': '没有写成', 'link.by': '登记 {who}', 'link.corrected': '已由 #{id} 更正', 'link.corrects': '更正 #{id}', 'link.withheld': '事实和措施不在您可看的范围内', 'link.who': '由{who}认定', 'link.round': '第 {n} 轮', 'link.stays': '写下的不能再改，写错了另写一条更正。',
  'link.how.wrote': '写入的案件', 'link.how.above': '所属案件', 'link.how.below': '子案', 'link.how.earlier': '复议以前的案件', 'link.closed': '不在您范围内的案件', 'link.closed.at': '{how}（{step}）：不在您的范围内', 'link.closed.plain': '{how}：不在您的范围内', 'link.closed.note': '只知道有，不知道是什么；要看，找管它的人。', 'link.cut': '相连的案件太多，只列出前 100 件。'
}
export default zh
