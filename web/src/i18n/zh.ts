/* 界面上的话：用业务本来的词，按钮是动词。 */
const zh: Record<string, string> = {
  mark: '规矩',
  yes: '是', no: '否', unsaid: '未填', none: '无', all: '全部', more: '再取一些', 'more.n': '还有 {n} 条', again: '再试一次', open: '打开', 'open.of': '打开 {what}',
  close: '关上', cancel: '取消', print: '打印', undo: '撤回', 'undo.done': '已撤回，撤回本身也记入纪实', dismiss: '知道了', andmore: '等 {n} 项', asof: '截至 {day}',
  'count.items': '{n} 项', 'count.rows': '{n} 条', 'version.n': '第 {n} 版', 'back.list': '回到名册',
  'system.actor': '系统', 'owner.is': '本项数据由 {owner} 负责',
  'class.open': '公开', 'class.personal': '个人', 'class.restricted': '受限', 'class.protected': '受保护',
  'weekday.0': '星期日', 'weekday.1': '星期一', 'weekday.2': '星期二', 'weekday.3': '星期三', 'weekday.4': '星期四', 'weekday.5': '星期五', 'weekday.6': '星期六',
  'severity.serious': '严重', 'severity.warn': '注意', 'severity.info': '提示', 'severity.done': '已办',
  'menu.label': '主菜单', 'menu.today': '今日', 'menu.registers': '台账', 'menu.teams': '班子', 'menu.rules': '规矩', 'menu.journal': '纪实', 'menu.system': '系统', 'menu.mine': '我的',

  'sign.in': '进入', 'sign.out': '退出', 'sign.sub': '按规矩办事', 'sign.area': '辖区', 'sign.name': '登录名', 'sign.password': '口令', 'sign.totp': '动态码（六位）', 'sign.havetotp': '我有动态码',
  'sign.refused': '没有进入', 'sign.nosecret': '本系统不存放国家秘密。任何软件都不能证明自己合规，上线以前请按本单位的规定评审。',

  'refused.what': '没有办成', 'refused.by': '依据', 'refused.values': '看到的', 'refused.todo': '怎么办',
  'refused.0': '没有连上服务', 'refused.400': '内容不合格式', 'refused.401': '没有登录，或登录已失效', 'refused.403': '没有这项权限', 'refused.404': '没有找到，或不在你的范围内', 'refused.409': '与已有的内容冲突',
  'refused.412': '别人刚刚改过', 'refused.413': '内容太大', 'refused.422': '检查没有通过', 'refused.428': '没有说明改的是哪一版', 'refused.429': '太频繁', 'refused.503': '正忙', 'refused.other': '服务出错',
  'todo.0': '检查网络后再试；已填的内容还在。', 'todo.400': '按提示改正后再试。', 'todo.401': '请重新进入。', 'todo.403': '需要的，请找安全管理员授权，或请有权的人办理。', 'todo.404': '核对编号；确在本辖区的，请找有权的人。',
  'todo.409': '看一下现有的记录，再决定。', 'todo.412': '取回最新的一版，再改一次。', 'todo.413': '分成几份再办。', 'todo.422': '按所列各项改正。', 'todo.428': '刷新页面后再试。', 'todo.429': '过一会儿再试。', 'todo.503': '稍等片刻再试。', 'todo.other': '请把代码告诉系统管理员。',

  'state.loading': '正在取', 'state.empty': '没有内容', 'state.noright': '没有查看的权限', 'state.noright.who': '工作需要的，请找安全管理员授权；授权和查看都会记录。', 'state.noregister': '没有这个台账，或无权查看',
  'state.nowhere': '没有这一页', 'state.nowhere.todo': '地址不对，或这一页已经移走。回到',
  'net.lost': '与服务的连接断了。已填的内容还在，连上以后再存。',
  'work.count': '{done} / {total}', 'work.rate': '每秒 {n}', 'work.left': '还需约 {n} 秒', 'work.stop': '停下',
  'due.today': '今天', 'due.tomorrow': '明天', 'due.late': '超 {n} 日',

  'find.label': '找人、找单位、找规矩', 'find.hint': '找人、找单位，或写条件：35岁以下 正科 全日制本科', 'find.list': '列出{register}', 'find.left': '没有认出：{words}', 'find.none': '没有找到',

  'today.due': '今天到期', 'today.month': '本月到期', 'today.waiting': '待我办', 'today.found': '研判', 'today.changes': '最近的变化',
  'today.due.none': '今天没有到期的事。', 'today.waiting.none': '没有等你办的事。', 'today.found.none': '没有研判结果。', 'today.changes.none': '还没有变化。', 'today.undetermined': '另有 {n} 条因缺少数据不能判断。',

  'finding.title': '研判结果', 'finding.open': '未销', 'finding.closed': '已销', 'finding.none': '没有符合的研判结果。', 'finding.judge': '研判', 'finding.judged': '研判完毕：新增 {opened}，注销 {closed}，未销 {open}',
  'finding.dismiss': '不再提示', 'finding.dismissed': '已记下理由，值变了会重新出现', 'finding.reason': '理由（记入纪实）', 'finding.reason.need': '请写明理由',

  'registers.find': '找', 'registers.none': '没有可以查看的台账。', 'registers.others': '其他台账',
  'list.find': '在本台账里找', 'list.all': '全选', 'list.choose': '选中 {what}', 'list.nomatch': '没有符合条件的记录', 'list.norecord': '还没有记录', 'list.begin': '可以先从已有的表格', 'list.withclosed': '含已注销', 'list.openonly': '只看未注销',
  'filter.make': '加条件', 'filter.field': '字段', 'filter.op': '比较', 'filter.value': '值', 'filter.add': '加上', 'filter.drop': '去掉条件 {what}', 'filter.clear': '去掉全部条件',
  'op.is': '是', 'op.not': '不是', 'op.has': '包含', 'op.from': '不小于', 'op.to': '不大于', 'op.empty': '为空', 'op.filled': '不为空',
  'op.said.is': '{field}：{value}', 'op.said.not': '{field}不是{value}', 'op.said.has': '{field}含“{value}”', 'op.said.from': '{field} ≥ {value}', 'op.said.to': '{field} ≤ {value}', 'op.said.empty': '{field}为空', 'op.said.filled': '{field}不为空',
  'order.label': '排列', 'order.tree': '建制', 'order.strokes': '笔画', 'order.pinyin': '拼音', 'order.key': '编号', 'order.id': '入账',
  'columns.title': '列', 'columns.from': '取自', 'columns.up': '前移', 'columns.down': '后移', 'columns.drop': '去掉', 'columns.first': '恢复默认', 'columns.use': '用这些列',
  'view.title': '视图', 'view.save': '存为视图', 'view.name': '视图名称', 'view.drop': '去掉视图 {name}', 'view.compact': '紧凑行距', 'view.roomy': '普通行距',
  'bulk.title': '对选中的', 'bulk.n': '已选 {n} 条', 'bulk.set': '改一项', 'bulk.set.says': '对选中的 {n} 条逐条改同一项，每条一笔，可以停下，也可以整批撤回。', 'bulk.setting': '正在改“{field}”', 'bulk.close.ask': '注销选中的 {n} 条？记录和历史都还在。', 'bulk.done': '办好 {n} 条', 'bulk.none': '不选了',
  'export.title': '导出', 'export.do': '导出', 'export.says': '将导出“{register}”{n} 条，各列：{columns}。', 'export.personal': '含个人信息：{columns}。导出会留下记录；数量大的须第二人同意。', 'export.format': '格式', 'export.reason': '用途', 'export.reason.hint': '例如：报市委组织部年度统计', 'export.pending': '已提请第二人同意，同意以后可以取。',

  'card.fields': '登记的内容', 'card.all': '显示空项 {n}', 'card.filled': '只看已填', 'card.hidden': '另有 {n} 项你无权查看：{fields}',
  'seal.mark': '算', 'seal.of': '{field}是怎样算出的', 'seal.formula': '算式', 'seal.from': '还读取：{what} ', 'seal.seq': '按纪实第 {seq} 条、{day} 计算',
  'history.title': '历史', 'history.of': '{field}的历史', 'history.erased': '已依法擦除', 'history.happened': '发生于 {day}',
  'verb.record.create': '新增', 'verb.record.update': '修改', 'verb.record.put': '修改', 'verb.record.import': '导入', 'verb.record.close': '注销', 'verb.record.erase': '擦除', 'verb.record.undo': '撤回', 'verb.judge.record': '研判', 'verb.judge': '研判', 'verb.pack.install': '装入规矩集', 'verb.create': '新增', 'verb.update': '修改', 'verb.close': '注销', 'verb.erase': '擦除', 'verb.import': '导入', 'verb.install': '装入规矩集', 'verb.refused': '被拒绝', 'verb.epoch': '新纪元', 'verb.finding.dismiss': '不再提示',
  'record.new': '新增', 'record.edit': '修改', 'record.keep': '存入', 'record.close': '注销', 'record.close.ask': '注销“{what}”？记录和历史都还在，只是不再算作现行。', 'record.closed': '已注销', 'record.isclosed': '已注销', 'record.kept': '已存入，纪实第 {seq} 条',
  'record.new.title': '新增{register}', 'record.edit.title': '修改 {what}', 'record.refused': '“{register}”没有存入', 'record.takenew': '取回最新的一版，把我改的放上去',
  'form.required': '必填', 'form.problems': '{n} 处要看', 'form.readonly': '由 {owner} 维护，不能在这里改', 'form.whole': '整条检查', 'form.changed': '改动了', 'form.derived': '随之算出', 'form.draftnote': '没有存入的内容会作为草稿保留七天；受限内容只保留到关闭窗口。',
  'date.hint': '如 2026.11.21', 'month.hint': '如 2026.11', 'file.choose': '选择文件', 'file.sending': '正在传',
  'draft.title': '还没有存入', 'draft.found': '接着 {at} 的草稿。', 'draft.throw': '不要草稿', 'draft.leave': '改动还没有存入。离开以后保留为草稿，回来可以接着改。', 'draft.keep': '留作草稿并离开', 'draft.stay': '继续改', 'draft.older': '草稿是在旧版上写的，存入以前请核对。', 'draft.signout': '有 {n} 份草稿没有存入，退出后不再保留。',
  'proof.title': '纪实证明', 'import.title': '导入', 'rule.why': '规则', 'rule.edit': '修改规矩'
}
export default zh
