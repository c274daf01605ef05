/* Papers of cases: drafted, filed, missing. */
const en: Record<string, string> = {
  'cp.title': 'Papers', 'cp.of': 'Papers of "{step}"', 'cp.ahead': 'the step has not begun', 'cp.missing': 'not drafted', 'cp.drafted': 'drafted {day}', 'cp.filed': 'filed {day}', 'cp.shut': 'the step is irregular: no paper comes out of it',
  'cp.draft': 'Draft', 'cp.draft.again': 'Draft again', 'cp.draft.what': 'Draft {what}', 'cp.draft.pdf': '{what} (PDF)', 'cp.file': 'File', 'cp.file.again': 'File again', 'cp.file.what': 'File: {what}', 'cp.number': 'Number or place', 'cp.signed': 'the signed paper', 'cp.file.do': 'Save',
  'cp.done': '"{what}" is drafted', 'cp.filed.done': '"{what}" is filed', 'cp.each': 'one for each', 'cp.printer': 'your roles may not print what it is filled with; from the card or the plan these may: {who}', 'cp.printer.nobody': 'no role may print what it is filled with: ask the security administrator', 'cp.typed': 'Drafted from what the case holds and what is typed below; the rest is left blank.', 'cp.partly': 'What is typed below is not complete: drafted from what is written only. {why}',
  'cp.list': '{have} of {all} filed', 'cp.materials': 'Material'
}
export default en
