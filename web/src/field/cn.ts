/*
 * The only place of the web code that knows names of the field: which registers make the page 班子, and what a card shows
 * first.  Without these registers the page is not offered, and cards show fields as they are declared.
 */
export interface CardShape {
  photo?: string          // a file field, drawn at the left
  line: string[]          // fields of the one line under the name
  open: { back: string; columns: string[] }[]   // related records that are open at once, as lines
}
export const cards: Record<string, CardShape> = {
  cadre: {
    photo: 'photo',
    line: ['now', 'sex', 'birth', 'native_place', 'political'],
    open: [
      { back: 'resume.cadre', columns: ['from', 'until', 'text'] },
      { back: 'tenure.cadre', columns: ['since', 'until', 'post', 'kind'] },
      { back: 'schooling.cadre', columns: ['mode', 'level', 'degree', 'school'] }
    ]
  },
  party_member: { line: ['org', 'sex', 'birth', 'joined'], open: [] },
  org: { line: ['kind', 'rank', 'seats', 'held', 'vacant'], open: [{ back: 'post.org', columns: ['name', 'level', 'approved', 'held', 'vacant'] }] },
  post: { line: ['level', 'approved', 'held', 'vacant'], open: [{ back: 'tenure.post', columns: ['cadre', 'since', 'until'] }] }
}

/* Columns that a roster begins with; elsewhere the first fields of the declaration. */
export const columns: Record<string, string[]> = {
  cadre: ['name', 'now', 'sex', 'birth', 'age', 'level', 'level_since', 'political', 'bachelor', 'status'],
  tenure: ['cadre', 'post', 'main', 'since', 'until', 'kind', 'paper']
}

/* Forms that a card offers first. */
export const papers: Record<string, string[]> = { cadre: ['approval', 'brief', 'lrmx'], adjustment_plan: ['plan_document', 'qualification', 'seats_review'] }
/* The register of which each has one, filled for many at once, and what of it is asked first. */
export const fillOf: Record<string, string> = { cadre: 'appointment_form' }
export const fills: Record<string, string[]> = { appointment_form: ['post_intended', 'post_removed', 'reason', 'age_day', 'submitted_by'] }
/* How units are asked about a register: by which unit, and what is printed so that they know whom. */
export const asks: Record<string, { by: string; shown: string[] }> = { cadre: { by: 'workplace', shown: ['name', 'sex', 'birth'] } }
/* Where the lines of a résumé stand: who may write them may take them over from posts. */
export const resumeLines: Record<string, string> = { cadre: 'resume' }
/* Columns that are asked for every week and are no field. */
export const rosterIdeas: Record<string, { title: string; value: string; format?: string }[]> = {
  cadre: [
    { title: '全日制学历', value: 'string join(学历学位[教育类别 = "全日制" and 最高 = true].学历.名称, "、")' },
    { title: '在职学历', value: 'string join(学历学位[教育类别 = "在职" and 最高 = true].学历.名称, "、")' },
    { title: '毕业院校及专业', value: 'string join(学历学位[最高 = true].院校系及专业, "；")' }
  ]
}

export const team = {
  org: { register: 'org', key: 'code', name: 'name', kind: 'kind', size: 'team', standard: 'standard', where: 'abolished = null and team > 0' },
  post: { register: 'post', org: 'org', name: 'name', full: 'full', approved: 'approved', held: 'held', order: 'order', chief: 'chief', level: 'level', where: 'team = true' },
  tenure: { register: 'tenure', post: 'post', person: 'cadre', until: 'until', counted: 'counted', since: 'since', open: 'until = null' },
  person: { register: 'cadre', photo: 'photo', name: 'name', sex: 'sex', woman: ['2', '女'], age: 'age', bachelor: 'bachelor', grassroots: 'grassroots_years', now: 'now', where: 'status = "在职"' },
  standard: 'team_standard',
  /* What is compared: a derived field of the organisation gives the title, fields of the standard the range. */
  measures: [
    { what: 'size', title: 'team', min: 'size_min', max: 'size_max' },
    { what: 'women', title: 'team_women', min: 'women_min' },
    { what: 'young', title: 'team_young', min: 'young_min', limit: 'young_age' },
    { what: 'bachelor', title: 'team_bachelor', min: 'bachelor_min' },
    { what: 'grassroots', title: 'team_grassroots', min: 'grassroots_min', limit: 'grassroots_years' }
  ] as { what: 'size' | 'women' | 'young' | 'bachelor' | 'grassroots'; title: string; min: string; max?: string; limit?: string }[]
}

/* 调整方案: which fields of a line name the posts that are left and taken; who takes no place that counts; what a card of a candidate compares. */
export const batch = { kind: 'kind', from: 'from', to: 'to', uncounted: ['挂职', '试用期转正'] }
/* The plan as it is worked at: its register, its lines, the procedure that begins with it; kinds of lines by which nobody comes in. */
export const plan = {
  register: 'adjustment_plan', code: 'code', name: 'name', drawn: 'drawn', ended: 'ended', procedure: 'adjustment',
  line: { register: 'plan_line', plan: 'plan', number: 'number', who: 'who', kind: 'kind', from: 'from', to: 'to', why: 'why' },
  leaves: ['免职', '退休']
}
export const compare = ['now', 'birth', 'age', 'level', 'level_since', 'bachelor', 'speciality', 'political', 'grassroots_years', 'status']
/* Procedures that are looked at as a board: who stands at which step, and what is due. */
export const boards = ['admission', 'confirmation']
