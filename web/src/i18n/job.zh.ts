/* Work that takes longer, views that are kept, what waits for a second person. */
const zh: Record<string, string> = {
  'import.drop.kinds': 'Excel（.xlsx）、CSV（UTF-8、GB18030 都可以）或 JSON。先读入试做，不写入。', 'import.would': '入账后：新增 {created} 条，更新 {updated} 条，{unchanged} 条和台账一样。', 'import.leave.edits': '改过的格还没有重新检查，离开就没有了。读入的文件留一天，可以回来接着办。',
  'import.resume': '没有办完的', 'import.resume.go': '接着办', 'import.resume.drop': '放弃', 'import.resume.drop.ask': '放弃“{file}”？没有写入的就不写了，读入的文件同时删掉。', 'import.resume.until': '留到 {time}', 'import.recovered': '服务在写入以后停过，结果是按纪实查明的。', 'import.nofile': '没有文件名', 'import.look': '看结果',
  'import.mend.more': '还有 {n} 条有问题的，改完这些再检查，或者下载后一起改。',
  'job.state.reading': '在读', 'job.state.ready': '等您写入', 'job.state.applying': '在写入', 'job.state.done': '已办完', 'job.state.failed': '没有办成', 'job.kind.import': '导入', 'job.kind.compare': '比对', 'job.kind.forms': '收表', 'job.kind.verify': '核对纪实',
  'job.kind.leaving': '导出', 'leaving.title': '正在做的文件', 'leaving.making': '正在做 {name}', 'leaving.saved': '{name} 已存到下载', 'leaving.saved.what': '两小时以内还可以再取：', 'leaving.pending': '{name} 等第二人同意', 'leaving.pending.what': '同意以后再取：', 'leaving.failed': '{name} 没有做成', 'leaving.state.ready': '等第二人同意', 'leaving.state.reading': '在做', 'leaving.take': '取文件', 'leaving.again': '同意了就取',
  'job.kind.answers': '收回征集表', 'job.kind.photos': '收照片', 'job.kind.resumes': '简历核对',
  'jobs.title': '我的工作', 'jobs.what': '导入、比对、收表、核对：办完后留一天，服务重启也在；做好的导出文件留两小时。', 'jobs.none': '没有正在办的工作。', 'jobs.file': '文件', 'jobs.state': '状态', 'jobs.began': '开始', 'jobs.open': '打开',
  'view.share': '给谁看', 'view.share.me': '只有我', 'view.share.role': '同一角色：{role}', 'view.shared': '{role} 共用 · {by}', 'view.kept': '视图已存', 'view.dropped': '已去掉', 'view.old': '这台浏览器里还有 {n} 个旧视图', 'view.old.take': '存到辖区里', 'view.old.taken': '{n} 个视图已存到辖区里', 'view.old.what': '存到辖区以后，换一台电脑也能用。', 'view.none': '还没有存下的视图',
  'pending.rows': '{n} 条', 'pending.personal': '含个人信息', 'pending.whole': '号码不遮', 'pending.look': '看改了什么', 'pending.fold': '收起', 'pending.newfile': '新的一章', 'pending.nochange': '和现在的一样',
  'chapter.leftout': '未装入', 'chapter.leftout.what': '这一章要在“{profile}”环境里用，没有装入这个辖区：这里看不到它的台账、规则和程序。'
}
export default zh
