/* Words of the page of a plan of adjustments. */
const en: Record<string, string> = {
  'plan.title': 'Adjustment plan', 'plan.pick': 'Choose a plan', 'plan.new': 'New plan', 'plan.none': 'There is no plan yet.', 'plan.nolines': 'Nobody in it yet: add a line, choose the person and the kind, and the posts left and taken.', 'plan.drawn': 'drawn up {day}', 'plan.ended': 'ended {day}', 'plan.make': 'Make',
  'plan.begin': 'Open the case', 'plan.incase': 'The case is open and has its own lines; this is for reading.', 'plan.case': 'To the case', 'plan.readonly': 'For reading only.',
  'plan.order': 'Order', 'plan.up': 'Line {n} up', 'plan.down': 'Line {n} down', 'plan.drag': 'Drag line {n}', 'plan.drop': 'Drop line {n}', 'plan.drop.ask': 'Take {who} out of the plan?', 'plan.add': 'Add a line', 'plan.now': 'Now', 'plan.hints': 'Hints and basis', 'plan.nohints': 'none', 'plan.cannot': 'cannot be told', 'plan.chain': 'after',
  'plan.of': 'Line {n}: {field}', 'plan.saved': 'Saved', 'plan.saving': 'Saving', 'plan.unsaved': '{n} lines are not complete and not saved', 'plan.wants': 'saved once person and kind are there', 'plan.notsaved': 'this line was not saved',
  'plan.seats': 'Approved numbers', 'plan.tally': '{units} units · {posts} posts', 'plan.over': '{n} over', 'plan.fits': 'none exceeded', 'plan.free': '{n} left and not filled', 'plan.fill': 'fill', 'plan.fill.of': 'Fill {post}', 'plan.make.room': 'make room', 'plan.make.room.of': 'Move who holds {post}', 'plan.noholder': 'Nobody at {post} can make room',
  'plan.approved': 'approved', 'plan.before': 'now', 'plan.after': 'after', 'plan.chains': 'Chains'
}
export default en
