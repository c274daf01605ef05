/* 责任倒查的环节：责任认定，看不见的案件。 */
const zh: Record<string, string> = {
  'link.sec': '责任认定', 'link.none': '没有作过认定。', 'link.add': '认定', 'link.add.of': '对“{step}”作责任认定', 'link.correct': '更正', 'link.correct.of': '更正“{step}”的第 {n} 条认定',
  'link.outcome': '结论', 'link.clear': '没有问题', 'link.fault': '有责任', 'link.person': '责任人', 'link.finding': '认定的事实', 'link.finding.hint': '查到什么、凭什么材料', 'link.measure': '处理措施', 'link.measure.hint': '不予处理的也写明', 'link.basis': '处理依据', 'link.basis.hint': '条款',
  'link.paper': '认定文书', 'link.paper.hint': '文号', 'link.slip': '落实的单（编号）', 'link.slip.hint': '发了单的写编号', 'link.slip.is': '由{title} #{id} 落实：{state}', 'link.happened': '认定日期', 'link.happened.hint': '不填就是今天', 'link.second': '第二人（补登的要写）', 'link.save': '写下认定', 'link.saved': '已写入纪实',
  'link.refused': '没有写成', 'link.by': '登记 {who}', 'link.corrected': '已由 #{id} 更正', 'link.corrects': '更正 #{id}', 'link.withheld': '事实和措施不在您可看的范围内', 'link.who': '由{who}认定', 'link.round': '第 {n} 轮', 'link.stays': '写下的不能再改，写错了另写一条更正。',
  'link.how.wrote': '写入的案件', 'link.how.above': '所属案件', 'link.how.below': '子案', 'link.how.earlier': '复议以前的案件', 'link.closed': '不在您范围内的案件', 'link.closed.at': '{how}（{step}）：不在您的范围内', 'link.closed.plain': '{how}：不在您的范围内', 'link.closed.note': '只知道有，不知道是什么；要看，找管它的人。', 'link.cut': '相连的案件太多，只列出前 100 件。',
  'hang.above': '子案，属于', 'hang.above.step': '“{step}”一步', 'hang.above.line': '，为{who}开', 'hang.above.closed': '子案；所属的案件不在您的范围内。',
  'hang.subs': '子案', 'hang.sub.none': '还没有开子案。', 'hang.sub.closed': '不在您范围内的子案', 'hang.sub.at': '等{who}办“{step}”', 'hang.sub.open': '开子案', 'hang.sub.open.all': '每一项各开一件', 'hang.sub.open.one': '为{who}开', 'hang.sub.what': '这一步要开“{what}”的子案，由{who}开。', 'hang.sub.opened': '子案已经开出',
  'hang.refer': '上报和批复', 'hang.refer.to': '报{who}', 'hang.refer.do': '上报', 'hang.refer.again': '再报', 'hang.refer.reason': '上报事由', 'hang.refer.paper': '上报文书', 'hang.refer.waits': '等{who}批复', 'hang.refer.sent': '已上报，等批复', 'hang.refer.who': '由{who}上报，登记批复。', 'hang.refer.stays': '不同意的，案件停在这一步。', 'hang.refer.ends': '不同意的，案件到此终止。',
  'hang.reply': '登记批复', 'hang.reply.outcome': '批复结果', 'hang.reply.agreed': '同意', 'hang.reply.refused': '不同意', 'hang.reply.back': '退回补正', 'hang.reply.text': '批复意见', 'hang.reply.paper': '批复文书', 'hang.reply.day': '批复日期', 'hang.reply.done': '批复已经登记', 'hang.day': '日期', 'hang.refused': '子案、上报',
  'hang.ballots': '计入的投票', 'hang.ballot.closed': '一次投票（不在您的范围内）', 'hang.ballot.recount': '复点相符', 'hang.ballot.differs': '复点不符',
  'need.sub.none': '要先开子案', 'need.sub.open': '子案还在办', 'need.sub.done': '子案已经办完', 'need.sub.other': '子案没有办成', 'need.refer.none': '要先报上级，得到同意', 'need.refer.waits': '{day} 报出，等批复', 'need.refer.agreed': '上级已经同意', 'need.refer.other': '上级没有同意',
  'proof.file.title': '核对带证明的全程纪实', 'proof.file.what': '把“下载全程纪实和证明”得到的文件放到这里，就在这台电脑的浏览器里核对；文件不会送到任何地方。', 'proof.file.drop': '把文件拖到这里，或者点这里选', 'proof.file.key': '核验公钥（可以不填）', 'proof.file.key.hint': '从别处得到的公钥；不填就用文件里写的', 'proof.file.busy': '正在核对',
  'proof.file.said.good': '证明成立：正文和所列的每一笔纪实都没有改动过。', 'proof.file.said.bad': '证明不成立。', 'proof.file.said.cannot': '正文和各笔纪实相符，但这个浏览器不会核对签名（Ed25519）：请换新版浏览器，或者用命令行核对。',
  'proof.part.form': '文件的形式', 'proof.part.key': '公钥', 'proof.part.signature': '签名', 'proof.part.text': '正文', 'proof.part.entries': '各笔纪实',
  'proof.file.form': '完整', 'proof.file.form.bad': '不完整，或者不是这种文件（{why}）', 'proof.file.key.bad': '公钥不对：不是所给的那一把，或者写错了', 'proof.file.signature': '检查点由这把钥匙签名', 'proof.file.signature.bad': '签名不对', 'proof.file.text': '与签名里的摘要相符', 'proof.file.text.bad': '被改动过', 'proof.file.entries': '#{first}–#{last} 共 {n} 笔，内容 {bodies} 份，都在签名的树里', 'proof.file.entries.bad': '第 #{why} 笔被改动过，或者不在树里', 'proof.file.cannot': '这个浏览器不会核对', 'proof.file.unseen': '没有核对到',
  'proof.file.origin': '出自', 'proof.file.size': '签名时的纪实', 'proof.file.verifier': '公钥', 'proof.file.own': '就是本辖区的公钥', 'proof.file.other': '不是本辖区的公钥', 'proof.file.same': '命令行核对结果一样：', 'proof.file.show': '看正文', 'proof.file.hide': '收起正文', 'proof.good.key': '写法正确', 'proof.here': '核对证明', 'proof.page': '核对别的文件',
  'lines.from.case': '从本案的{what}里选', 'lines.from.all': '全选', 'case.take.each': '先在上面把{what}列出来，再填这一步各项的内容。',
  'rel.title': '相关', 'rel.above': '所属案件', 'rel.sub': '子案', 'rel.refer': '上报', 'rel.refer.waits': '等批复', 'rel.ballot': '投票', 'rel.notice': '公示', 'rel.slip': '单', 'rel.liable': '责任认定', 'rel.objections': '异议 {n} 条，未答复 {open} 条', 'rel.corrected': '已更正', 'rel.closed': '不在您的范围内'
}
export default zh
