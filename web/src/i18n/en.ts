/* The same keys as zh.ts; a test compares them. */
const en: Record<string, string> = {
  mark: '规矩',
  yes: 'yes', no: 'no', unsaid: 'not said', none: 'none', all: 'All', more: 'Fetch more', 'more.n': '{n} more', again: 'Try again', open: 'Open', 'open.of': 'Open {what}',
  close: 'Close', cancel: 'Cancel', print: 'Print', undo: 'Undo', 'undo.done': 'Undone; the undoing stands in the journal too', dismiss: 'Dismiss', andmore: ' and others, {n} in all', asof: 'as of {day}',
  'count.items': '{n} items', 'count.rows': '{n} records', 'version.n': 'version {n}', 'back.list': 'Back to the list',
  'system.actor': 'System', 'owner.is': 'These data are owned by {owner}',
  'class.open': 'open', 'class.personal': 'personal', 'class.restricted': 'restricted', 'class.protected': 'protected',
  'weekday.0': 'Sunday', 'weekday.1': 'Monday', 'weekday.2': 'Tuesday', 'weekday.3': 'Wednesday', 'weekday.4': 'Thursday', 'weekday.5': 'Friday', 'weekday.6': 'Saturday',
  'severity.serious': 'Serious', 'severity.warn': 'Warning', 'severity.info': 'Info', 'severity.done': 'Done',
  'menu.label': 'Main menu', 'menu.today': 'Today', 'menu.registers': 'Registers', 'menu.teams': 'Teams', 'menu.rules': 'Rules', 'menu.journal': 'Journal', 'menu.system': 'System', 'menu.mine': 'Mine',

  'sign.in': 'Sign in', 'sign.out': 'Sign out', 'sign.sub': 'Work by rules that everyone can read', 'sign.area': 'Area', 'sign.name': 'Sign-in name', 'sign.password': 'Password', 'sign.totp': 'One-time code (6 digits)', 'sign.havetotp': 'I have a one-time code',
  'sign.refused': 'Not signed in', 'sign.nosecret': 'This system keeps no state secrets. No tool can accredit itself: have it assessed by your own rules before it is used.',

  'refused.what': 'Refused', 'refused.by': 'By', 'refused.values': 'On', 'refused.todo': 'What to do',
  'refused.0': 'The server could not be reached', 'refused.400': 'The input is not well formed', 'refused.401': 'Not signed in, or no longer', 'refused.403': 'No grant for this', 'refused.404': 'Absent, or outside your scope', 'refused.409': 'In conflict with what is there',
  'refused.412': 'Someone has just changed it', 'refused.413': 'Too large', 'refused.422': 'A check refuses it', 'refused.428': 'The version to change was not named', 'refused.429': 'Too often', 'refused.503': 'Busy', 'refused.other': 'The server failed',
  'todo.0': 'Check the network and try again; what you typed is still here.', 'todo.400': 'Correct it as told and try again.', 'todo.401': 'Please sign in again.', 'todo.403': 'If you need it, ask the security administrator for a grant, or someone who has it.', 'todo.404': 'Check the number; if it is in this area, ask someone who may see it.',
  'todo.409': 'Look at the record that is there, then decide.', 'todo.412': 'Take the newest version and change it again.', 'todo.413': 'Send it in parts.', 'todo.422': 'Correct what is listed.', 'todo.428': 'Reload the page and try again.', 'todo.429': 'Try again in a while.', 'todo.503': 'Try again in a moment.', 'todo.other': 'Tell the system administrator the code.',

  'state.loading': 'Fetching', 'state.empty': 'Nothing here', 'state.noright': 'You may not see this', 'state.noright.who': 'If your work needs it, ask the security administrator; grants and reads are recorded.', 'state.noregister': 'No such register, or none that you may see',
  'state.nowhere': 'No such page', 'state.nowhere.todo': 'The address is wrong or the page has moved. Back to',
  'net.lost': 'The connection to the server is lost. What you typed is still here; keep it when the connection is back.',
  'work.count': '{done} / {total}', 'work.rate': '{n} a second', 'work.left': 'about {n} s left', 'work.stop': 'Stop',
  'due.today': 'today', 'due.tomorrow': 'tomorrow', 'due.late': '{n} days late',

  'find.label': 'Find people, units, rules', 'find.hint': 'Find people, units, or write conditions', 'find.list': 'List {register}', 'find.left': 'Not understood: {words}', 'find.none': 'Nothing found',

  'today.due': 'Due today', 'today.month': 'Due this month', 'today.waiting': 'Waiting for me', 'today.found': 'Findings', 'today.changes': 'Recent changes',
  'today.due.none': 'Nothing is due today.', 'today.waiting.none': 'Nothing waits for you.', 'today.found.none': 'No findings.', 'today.changes.none': 'No changes yet.', 'today.undetermined': '{n} more could not be judged for want of data.',

  'finding.title': 'Findings', 'finding.open': 'Open', 'finding.closed': 'Closed', 'finding.none': 'No such findings.', 'finding.judge': 'Judge', 'finding.judged': 'Judged: {opened} opened, {closed} closed, {open} open',
  'finding.dismiss': 'Dismiss', 'finding.dismissed': 'The reason is recorded; it comes back if a value changes', 'finding.reason': 'Reason (goes into the journal)', 'finding.reason.need': 'Please give a reason',

  'registers.find': 'Find', 'registers.none': 'There is no register that you may see.', 'registers.others': 'Other registers',
  'list.find': 'Find in this register', 'list.all': 'Choose all', 'list.choose': 'Choose {what}', 'list.nomatch': 'No record fits the conditions', 'list.norecord': 'No records yet', 'list.begin': 'You can begin from a table that you have:', 'list.withclosed': 'Closed ones too', 'list.openonly': 'Only open ones',
  'filter.make': 'Add condition', 'filter.field': 'Field', 'filter.op': 'Comparison', 'filter.value': 'Value', 'filter.add': 'Add', 'filter.drop': 'Drop condition {what}', 'filter.clear': 'Drop all conditions',
  'op.is': 'is', 'op.not': 'is not', 'op.has': 'contains', 'op.from': 'at least', 'op.to': 'at most', 'op.empty': 'is empty', 'op.filled': 'is filled',
  'op.said.is': '{field}: {value}', 'op.said.not': '{field} is not {value}', 'op.said.has': '{field} contains "{value}"', 'op.said.from': '{field} ≥ {value}', 'op.said.to': '{field} ≤ {value}', 'op.said.empty': '{field} is empty', 'op.said.filled': '{field} is filled',
  'order.label': 'Order', 'order.tree': 'Establishment', 'order.strokes': 'Strokes', 'order.pinyin': 'Pinyin', 'order.key': 'Key', 'order.id': 'Entered',
  'columns.title': 'Columns', 'columns.from': 'From', 'columns.up': 'Earlier', 'columns.down': 'Later', 'columns.drop': 'Drop', 'columns.first': 'As at first', 'columns.use': 'Use these',
  'view.title': 'View', 'view.save': 'Save as view', 'view.name': 'Name of the view', 'view.drop': 'Drop view {name}', 'view.compact': 'Compact rows', 'view.roomy': 'Normal rows',
  'bulk.title': 'With the chosen', 'bulk.n': '{n} chosen', 'bulk.set': 'Set a field', 'bulk.set.says': 'Sets one field in each of the {n} chosen records, one command each; it can be stopped, and undone as a whole.', 'bulk.setting': 'Setting “{field}”', 'bulk.close.ask': 'Close the {n} chosen records? They and their history stay.', 'bulk.done': '{n} done', 'bulk.none': 'Choose none',
  'export.title': 'Export', 'export.do': 'Export', 'export.says': 'Will export {n} records of “{register}” with the columns {columns}.', 'export.personal': 'Contains personal data: {columns}. Exports are recorded; large ones need a second person.', 'export.format': 'Format', 'export.reason': 'Purpose', 'export.reason.hint': 'For instance: annual return to the city', 'export.pending': 'A second person is asked; you can fetch it once agreed.',

  'card.fields': 'What is recorded', 'card.all': 'Show {n} empty', 'card.filled': 'Only what is filled', 'card.hidden': '{n} more that you may not see: {fields}',
  'seal.mark': 'ƒ', 'seal.of': 'How {field} was computed', 'seal.formula': 'Formula', 'seal.from': 'Also reads: {what} ', 'seal.seq': 'Computed at journal entry {seq}, as of {day}',
  'history.title': 'History', 'history.of': 'history of {field}', 'history.erased': 'erased by law', 'history.happened': 'happened on {day}',
  'verb.record.create': 'created', 'verb.record.update': 'changed', 'verb.record.put': 'changed', 'verb.record.import': 'imported', 'verb.record.close': 'closed', 'verb.record.erase': 'erased', 'verb.record.undo': 'undid', 'verb.judge.record': 'judged', 'verb.judge': 'judged', 'verb.pack.install': 'installed a pack', 'verb.create': 'created', 'verb.update': 'changed', 'verb.close': 'closed', 'verb.erase': 'erased', 'verb.import': 'imported', 'verb.install': 'installed a pack', 'verb.refused': 'was refused', 'verb.epoch': 'new epoch', 'verb.finding.dismiss': 'dismissed',
  'record.new': 'New', 'record.edit': 'Change', 'record.keep': 'Keep', 'record.close': 'Close', 'record.close.ask': 'Close “{what}”? The record and its history stay; it only no longer counts as current.', 'record.closed': 'Closed', 'record.isclosed': 'closed', 'record.kept': 'Kept as journal entry {seq}',
  'record.new.title': 'New: {register}', 'record.edit.title': 'Change {what}', 'record.refused': '“{register}” was not kept', 'record.takenew': 'Take the newest version and put my changes on it',
  'form.required': 'required', 'form.problems': '{n} to look at', 'form.readonly': 'Kept by {owner}; cannot be changed here', 'form.whole': 'The record as a whole', 'form.changed': 'Changed', 'form.derived': 'Computed from it', 'form.draftnote': 'What is not kept stays as a draft for seven days; restricted fields only until the window is closed.',
  'date.hint': 'e.g. 2026.11.21', 'month.hint': 'e.g. 2026.11', 'file.choose': 'Choose a file', 'file.sending': 'Sending',
  'draft.title': 'Not kept yet', 'draft.found': 'Continues your draft of {at}.', 'draft.throw': 'Throw the draft away', 'draft.leave': 'Your changes are not kept yet. They stay as a draft to which you can come back.', 'draft.keep': 'Leave it as a draft', 'draft.stay': 'Stay', 'draft.older': 'The draft was written on an older version: compare before you keep it.', 'draft.signout': '{n} drafts are not kept and will be forgotten.',
  'proof.title': 'Proof', 'import.title': 'Import', 'rule.why': 'Rule', 'rule.edit': 'Change the rules'
}
export default en
