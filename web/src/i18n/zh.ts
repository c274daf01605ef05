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
  'proof.title': '纪实证明', 'import.title': '导入', 'rule.why': '规则', 'rule.edit': '修改规矩',
  'rules.count': '{n} 条规则', 'rules.contents': '目录', 'rules.find': '找规则、依据、词语', 'rules.nofind': '没有找到这样的规则。', 'rules.rule': '规则', 'rules.basis': '依据', 'rules.concerns': '涉及', 'rules.scen': '情形 {n}', 'rules.n': '涉及 {n}', 'rules.fold': '收起', 'rules.unfold': '声明',
  'rule.over': '对象', 'rule.where': '范围', 'rule.when': '条件', 'rule.say': '说法', 'rule.params': '参数', 'rule.from': '自 {day}', 'rule.scenarios': '情形', 'rule.passed': '通过', 'rule.failed': '没有通过', 'rule.whom': '今天涉及', 'rule.nobody': '今天没有涉及谁。', 'rule.whyone': '为什么', 'rule.explain': '为什么是，为什么不是',
  'kind.pack': '规矩集', 'kind.chapter': '章', 'kind.register': '台账', 'kind.codes': '代码表', 'kind.params': '参数', 'kind.basis': '依据', 'kind.function': '函数', 'kind.rule': '规则', 'kind.use': '套用', 'kind.pattern': '范式', 'kind.template': '范式', 'kind.scenario': '情形', 'kind.calendar': '日历', 'kind.role': '角色', 'kind.roles': '角色', 'kind.defaults': '默认', 'kind.extend': '补充', 'kind.procedure': '程序', 'kind.ballot': '票决', 'kind.scheme': '考核', 'kind.notice': '公示', 'kind.paper': '材料', 'kind.report': '报表', 'kind.slip': '单', 'kind.duty': '职责', 'kind.duties': '职责',
  'feel.title': '试一试', 'feel.expr': '表达式', 'feel.hint': '例如：full years(出生年月, today()) <= 35', 'feel.register': '对哪个台账', 'feel.record': '哪条记录', 'feel.run': '算',
  'edit.try': '试运行', 'edit.install': '提请装入', 'edit.install.ask': '提请装入以后，由第二人复核同意才生效；提请和同意都记入纪实。', 'edit.install.asked': '已提请，等第二人在“系统—复核”里同意。', 'edit.tryfirst': '先试运行，看清会新报出谁、不再报谁', 'edit.leave': '改动还没有提请，离开就没有了。', 'edit.leave.yes': '离开', 'edit.problems': '检查', 'edit.noproblem': '没有问题。', 'edit.near': '最接近的是 {near}', 'edit.tried': '试运行结果', 'edit.opens': '新报出 {n} 条', 'edit.closes': '不再报 {n} 条', 'edit.step.edit': '修改', 'edit.step.check': '检查', 'edit.step.try': '试运行', 'edit.step.install': '第二人同意后装入',
  'journal.upto': '至第 {n} 条', 'journal.goto': '到第几条', 'journal.verify': '核对全部', 'journal.log': '流水', 'journal.points': '检查点', 'journal.points.none': '还没有检查点。', 'journal.points.what': '每个检查点用一个树根代表此前的全部纪实，并有签名。把它存到外面，以后谁换过一个字都看得出来。',
  'entry.title': '纪实第 {seq} 条', 'entry.what': '事项', 'entry.record': '记录', 'entry.who': '经手', 'entry.time': '写入时间', 'entry.happened': '发生日期', 'entry.command': '命令号', 'entry.leaf': '叶散列', 'entry.changes': '改了什么',
  'proof.ok': '本条在前 {size} 条纪实之中，没有被改过', 'proof.bad.leaf': '条目与叶散列不符：条目被改过', 'proof.bad.path': '路径的长短不对', 'proof.bad.root': '算出的树根与给出的不符', 'proof.bad.note': '树根与检查点不符', 'proof.bad.head': '给出的不是这一条', 'proof.how': '本页用浏览器自己的 {hash} 从条目一步步算到树根，不靠服务器的说法。', 'proof.drawn': '从条目到树根的路径，共 {n} 步', 'proof.caption': '下端是第 {seq} 条，两侧是相邻各枝的散列，{n} 步以后到树根。', 'proof.root': '树根', 'proof.checkpoint': '检查点', 'proof.checkpoint.none': '没有附检查点', 'proof.checkpoint.fits': '与签名的检查点相符', 'proof.checkpoint.not': '与检查点不符', 'proof.head': '条目自己写着', 'proof.head.says': '第 {seq} 条，命令 {command}，第 {version} 版', 'proof.note': '检查点原文', 'proof.spoil': '改动一位试试', 'proof.none': '本条不属于某一条记录，这里不出证明；可以用命令行 guiju journal prove。',
  'job.done': '完成', 'job.failed': '没有完成',
  'team.find': '找单位', 'team.try': '试排', 'team.vacant': '空缺', 'team.fill': '试排到：{post}', 'team.over': '超职数', 'team.uncounted': '不占职数', 'team.age': '{n}岁', 'team.since': '{day} 起', 'team.tried': '试排', 'team.trial': '试排', 'team.reset': '全部撤去', 'team.instead': '替下{who}', 'team.notwritten': '试排只在本页，不入账。', 'team.structure': '结构', 'team.nostandard': '没有适用的班子结构标准，只看人数。', 'team.range': '标准 {min} 至 {max}', 'team.least': '标准不少于 {n}', 'team.noline': '标准没有写到', 'team.unknown': '{n} 人缺数据', 'team.mean': '平均 {n} 岁', 'team.before': '现在', 'team.after': '之后', 'team.dragsay': '把人拖到职位上，看前后的变化', 'team.who': '姓名、拼音'
}
export default zh
