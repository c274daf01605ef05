/* 调整方案页面上的话。 */
const zh: Record<string, string> = {
  'plan.title': '调整方案', 'plan.pick': '选一个方案', 'plan.new': '新方案', 'plan.none': '还没有方案。', 'plan.nolines': '还没有人选：加一行，选人、选种类，写拟免和拟任的职位。', 'plan.drawn': '{day} 拟定', 'plan.ended': '已于 {day} 办结', 'plan.make': '建立',
  'plan.begin': '立案', 'plan.incase': '已经立案，人选以案件为准；这里只看。', 'plan.case': '看案件', 'plan.readonly': '这里只看，不能改。',
  'plan.order': '次序', 'plan.up': '第 {n} 行上移', 'plan.down': '第 {n} 行下移', 'plan.drag': '拖动第 {n} 行', 'plan.drop': '去掉第 {n} 行', 'plan.drop.ask': '从方案里去掉 {who}？', 'plan.add': '加一行', 'plan.now': '现任', 'plan.hints': '提示和依据', 'plan.nohints': '没有提示', 'plan.cannot': '不能判断', 'plan.chain': '接',
  'plan.of': '第 {n} 行{field}', 'plan.saved': '已存', 'plan.saving': '正在存', 'plan.unsaved': '{n} 行没有写全，还没有存', 'plan.wants': '写全人选和种类才存', 'plan.notsaved': '这一行没有存下',
  'plan.seats': '职数', 'plan.tally': '{units} 个单位 · {posts} 个职位', 'plan.over': '超 {n} 名', 'plan.fits': '都不超职数', 'plan.free': '空出 {n} 名没有补', 'plan.fill': '补', 'plan.fill.of': '补 {post}', 'plan.make.room': '腾', 'plan.make.room.of': '让 {post} 的现任腾出来', 'plan.noholder': '{post} 没有可以腾的人',
  'plan.approved': '核定', 'plan.before': '现有', 'plan.after': '办后', 'plan.chains': '连环'
}
export default zh
