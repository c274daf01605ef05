/* 名册、表格、比对、统计的话。 */
const zh: Record<string, string> = {
  'col.written': '写入', 'col.fresh': '其中新增',
  'put.title': '出表', 'put.reason': '事由', 'put.what': '给 {n} 人出表，照片、家庭成员等按表上应有的都在内。', 'put.do': '出表', 'put.done': '已出 {n} 份{form}；事由：{reason}', 'put.noted': '谁、为什么、哪些人，都记入导出登记。', 'put.two': '50 条以上带个人信息的，要另一人在“我的·待确认”里确认，确认以后再点一次就能取。',
  'put.reason.hint': '如：2026年第7批调整上会', 'put.reason.change': '换一个事由…',
  'formin.title': '收表', 'formin.to': '收表：{form}', 'formin.go': '收{form}', 'formin.files': '{n} 个文件', 'formin.drop': '把表拖到这里，或点这里选，可以一次选许多份', 'formin.drop.what': '.{ext}、旧的 .lrm（照片 .pic 一起选）、装着它们的 .zip；读完先给您看，点了“收进台账”才写入',
  'formin.reading': '正在读和核对', 'formin.applying': '正在收进台账', 'formin.do': '收进台账 {n} 份', 'formin.step.check': '看核对结果', 'formin.step.out': '填拟任免、出表', 'formin.n': '份', 'formin.fresh': '新增 {n} 人', 'formin.bad': '份不能收', 'formin.look': '处请看', 'formin.said': '处说明',
  'formin.list': '收到的表', 'formin.tolook': '要看的', 'formin.written': '已收', 'formin.isnew': '新增', 'formin.changes': '改 {n} 处', 'formin.same': '没有变化', 'formin.refused': '不能收', 'formin.take': '收这一份', 'formin.clean': '各栏都没有问题。', 'formin.whole': '整份表',
  'formin.col.field': '栏目', 'formin.col.text': '表上写的', 'formin.col.say': '核对', 'formin.done': '已收 {n} 份', 'formin.fill': '给这 {n} 人填拟任免',
  'fill.page': '成批填写', 'fill.title': '成批填写：{what}', 'fill.go': '填拟任免', 'fill.n': '{n} 人', 'fill.save': '存下 {n} 人', 'fill.done': '已存 {n} 人', 'fill.all': '全部填成', 'fill.all.of': '全部人的{field}填成这个', 'fill.none': '没有选人', 'fill.then': '都存好了，可以出表：', 'fill.leave': '有 {n} 人改了还没有存，离开就丢了。',
  'roster.title': '名册', 'roster.new': '新编名册', 'roster.make': '编一种', 'roster.change': '改列和次序', 'roster.keep': '存下这种名册', 'roster.over': '存到原来的', 'roster.kept': '已存下', 'roster.drop': '去掉', 'roster.drop.ask': '去掉“{title}”？共用的人也看不到了。', 'roster.declared': '规定的', 'roster.mine': '存下的', 'roster.shared': '共用', 'roster.nokept': '编好的可以存在这里',
  'roster.asof': '截至', 'roster.only': '只选中的 {n} 人', 'roster.hidden': '这几列有您看不到的内容，空着：{fields}', 'roster.pick': '勾上要的列，名册就在这里。', 'roster.norow': '没有符合条件的。', 'roster.cut': '页面上只列出前 1000 条，导出是全部 {n} 条。',
  'roster.register': '台账', 'roster.name': '名称', 'roster.group': '分组小计', 'roster.where': '条件', 'roster.everybody': '全部', 'roster.noorder': '按编号', 'roster.bytree': '建制（{field}）', 'roster.portrait': '竖排', 'roster.fold': '收起', 'roster.share': '看得到这本台账的人都可以用',
  'roster.col.title': '列名', 'roster.col.value': '字段或者式子', 'roster.col.above': '上层列名', 'roster.col.total': '合计', 'roster.col.own': '加一列算出来的', 'roster.col.hint': '如 full years(出生年月, today())，按“截至”的日子算',
  'roster.out.title': '导出名册', 'roster.out.what': '“{title}”，{n} 条，截至 {day}；公民身份号码等只印后四位。', 'roster.unmasked': '号码印全', 'roster.out': '已导出 {n} 条，记入导出登记',
  'compare.title': '比对', 'compare.go': '比对', 'compare.to': '比对：{register}', 'compare.drop': '把要比的表（.xlsx）拖到这里，或点这里选', 'compare.drop.what': '按编号、公民身份号码，再按姓名和出生年月认人；只比表里有的列。比对不改台账，勾上再点“采用”才改',
  'compare.reading': '正在比对', 'compare.applying': '正在采用', 'compare.same': '{n} 人相同', 'compare.changed': '不同', 'compare.added': '表里多出', 'compare.gone': '表里缺少', 'compare.several': '对不准', 'compare.take': '采用 {n} 处', 'compare.takegone': '注销 {n} 人', 'compare.gone.ask': '注销台账里有、表里没有的 {n} 人？24 小时内可以在各人的沿革里看到，注销要有依据。',
  'compare.who': '人', 'compare.field': '项目', 'compare.was': '台账', 'compare.now': '表里', 'compare.row': '第 {n} 行', 'compare.by': '按{by}认出', 'compare.all': '全选', 'compare.taken': '已采用', 'compare.moved': '台账已变，没有采用', 'compare.none': '这张表和台账完全一样。', 'compare.add.hint': '采用就是新增这个人', 'compare.gone.hint': '表里没有', 'compare.several.hint': '台账里不止一个，或者表里重复', 'compare.result': '已采用：新增 {created}，更改 {updated}，注销 {closed}', 'compare.again': '再比一张', 'compare.cut': '只列出前 3000 处。'
}
export default zh
