/* world.c - the invented area of world.h.  Cadre 1 has held a post for ten years, 2 for a day less, 3 holds none. */
#include "feel/world.h"

enum { TENURES = 4 };

static const struct tenure {
    int64_t cadre, post;
    const char *since, *until, *trial;
    const char *note;
} tenures[TENURES] = {
    {1, 1, "2016-01-01", NULL, NULL, "续任"},
    {2, 1, "2016-01-02", NULL, "2017-01-02", NULL},
    {1, 2, "2010-03-01", "2015-12-31", NULL, "改任"},
    {4, 2, "2021-07-01", NULL, NULL, NULL},
};

static const struct cadre {
    const char *name, *birth, *barred;
    int level, verdict; /* -1: empty */
    int height;
} cadres[] = {{"甲", "1975-03-01", NULL, 3, 0, 172}, {"乙", "1980-11-01", "2026-06-30", 3, 2, 168}, {"丁", NULL, NULL, -1, -1, 0}, {"戊", "1970-01-01", NULL, 1, 1, 175}};

static const struct post {
    const char *name;
    int64_t org;
    int level, seats;
} posts[] = {{"副局长", 1, 3, 2}, {"局长", 1, 2, 1}};

static const char *const orgs[] = {"县水利局"};

static struct fv text_or_null(const char *s) { return s == NULL ? fv_null() : fv_str(str_c(s)); }

static struct fv day_or_null(const char *s, bool month)
{
    day_num d;
    if (s == NULL || !day_parse(str_c(s), &d)) return fv_null();
    struct fv v = fv_day(d);
    v.flag = month;
    return v;
}

static struct fv code_or_null(const struct feel_codes *c, int row) { return row < 0 ? fv_null() : (struct fv){.kind = FV_CODE, .codes = c, .code = (uint32_t)row}; }

struct fv world_record(const struct feel_register *reg, int64_t id) { return (struct fv){.kind = FV_RECORD, .reg = reg, .id = id}; }

static struct fv tenures_of(struct world *w, struct feel_run *run, bool of_cadre, int64_t id)
{
    struct fv *items = arena_array(run->arena, struct fv, TENURES);
    uint32_t n = 0;
    for (int64_t i = 0; i < TENURES; i++)
        if ((of_cadre ? tenures[i].cadre : tenures[i].post) == id) items[n++] = world_record(&w->tenure, i + 1);
    return fv_list(items, n);
}

enum { DERIVED = 100 };

static enum rc member(struct feel_run *run, const struct feel_register *reg, int64_t id, const struct feel_member *m, struct fv *out, struct err *err)
{
    struct world *w = run->host_ctx;
    w->asked++;
    if (m->slot >= DERIVED) {
        struct fv self = world_record(reg, id);
        struct feel_run inner = *run;
        inner.vars = &self;
        inner.vars_count = 1;
        inner.depth++;
        enum rc rc = feel_run(w->derived[m->slot - DERIVED], &inner, out, err);
        run->steps_left = inner.steps_left;
        return rc;
    }
    size_t i = (size_t)id - 1;
    if (reg == &w->cadre) {
        const struct cadre *c = &cadres[i];
        switch (m->slot) {
        case 0: *out = fv_str(str_c(c->name)); break;
        case 1: *out = code_or_null(&w->level, c->level); break;
        case 2: *out = day_or_null(c->birth, true); break;
        case 3: *out = day_or_null(c->barred, false); break;
        case 4: *out = code_or_null(&w->verdict, c->verdict); break;
        case 5: *out = tenures_of(w, run, true, id); break;
        default: *out = c->height == 0 ? fv_null() : fv_i64(c->height); break;
        }
    } else if (reg == &w->post) {
        const struct post *p = &posts[i];
        switch (m->slot) {
        case 0: *out = fv_str(str_c(p->name)); break;
        case 1: *out = world_record(&w->org, p->org); break;
        case 2: *out = code_or_null(&w->level, p->level); break;
        case 3: *out = fv_i64(p->seats); break;
        default: *out = tenures_of(w, run, false, id); break;
        }
    } else if (reg == &w->tenure) {
        const struct tenure *t = &tenures[i];
        switch (m->slot) {
        case 0: *out = world_record(&w->cadre, t->cadre); break;
        case 1: *out = world_record(&w->post, t->post); break;
        case 2: *out = day_or_null(t->since, false); break;
        case 3: *out = day_or_null(t->until, false); break;
        case 4: *out = day_or_null(t->trial, false); break;
        default: *out = text_or_null(t->note); break;
        }
    } else {
        *out = fv_str(str_c(orgs[i]));
    }
    return RC_OK;
}

static enum rc all(struct feel_run *run, const struct feel_register *reg, struct fv *out, struct err *err)
{
    struct world *w = run->host_ctx;
    (void)err;
    uint32_t n = reg == &w->cadre ? ARRAY_LEN(cadres) : reg == &w->post ? ARRAY_LEN(posts) : reg == &w->tenure ? TENURES : ARRAY_LEN(orgs);
    struct fv *items = arena_array(run->arena, struct fv, n);
    for (uint32_t i = 0; i < n; i++) items[i] = world_record(reg, i + 1);
    *out = fv_list(items, n);
    return RC_OK;
}

static enum rc param(struct feel_run *run, uint32_t slot, day_num day, struct fv *out, struct err *err)
{
    (void)run, (void)err;
    day_num from = 0;
    (void)day_parse(slot == 0 ? STR("2006-06-10") : STR("2019-03-03"), &from);
    if (day < from) *out = fv_null();
    else if (slot == 0) *out = fv_i64(day < 18262 ? 12 : 10); /* 2020-01-01 */
    else if (slot == 1) *out = fv_i64(5);
    else *out = fv_months(12);
    return RC_OK;
}

static enum rc display(struct feel_run *run, const struct feel_register *reg, int64_t id, struct str *out, struct err *err)
{
    struct world *w = run->host_ctx;
    (void)err;
    size_t i = (size_t)id - 1;
    if (reg == &w->cadre) *out = str_c(cadres[i].name);
    else if (reg == &w->post) *out = str_c(posts[i].name);
    else if (reg == &w->org) *out = str_c(orgs[i]);
    else *out = str_cat(run->arena, str_c(cadres[tenures[i].cadre - 1].name), str_c(posts[tenures[i].post - 1].name));
    return RC_OK;
}

#define F(n, t, ty, s, null) {.name = STR_INIT(n), .title = STR_INIT(t), .type = (ty), .slot = (s), .may_be_null = (null)}

static void seal(struct world *w, struct feel_register *r, struct feel_type *t, struct str name, struct str title, const struct feel_member *m, uint32_t n)
{
    r->name = name;
    r->title = title;
    struct feel_member *own = arena_array(w->a, struct feel_member, n);
    memcpy(own, m, n * sizeof *own);
    r->members = own;
    r->members_count = n;
    feel_register_seal(w->a, r);
    *t = (struct feel_type){.kind = FT_RECORD, .reg = r};
}

static void make_codes(struct world *w)
{
    static const struct str level_codes[] = {STR_INIT("131"), STR_INIT("132"), STR_INIT("141"), STR_INIT("142")};
    static const struct str level_titles[] = {STR_INIT("县处级正职"), STR_INIT("县处级副职"), STR_INIT("乡科级正职"), STR_INIT("乡科级副职")};
    static const struct feel_member columns[] = {F("tier", "层级", &feel_string, 0, true), F("allowance", "津贴", &feel_number, 1, true)};
    static const struct str verdict_codes[] = {STR_INIT("一致"), STR_INIT("漏报"), STR_INIT("瞒报")};
    struct fv *cells = arena_array(w->a, struct fv, 8);
    for (uint32_t i = 0; i < 4; i++) {
        cells[2 * i] = fv_str(i < 2 ? STR("县处级") : STR("乡科级"));
        cells[2 * i + 1] = i == 3 ? fv_null() : fv_i64(900 - 200 * (int64_t)i);
    }
    w->level = (struct feel_codes){.name = STR("post_level"), .title = STR("职务层次"), .rows_count = 4, .code = level_codes, .row_title = level_titles,
                                   .columns_count = 2, .columns = columns, .cells = cells, .ordered = true, .high_first = true};
    w->verdict = (struct feel_codes){.name = STR("verdict"), .title = STR("抽查结果"), .rows_count = 3, .code = verdict_codes, .row_title = verdict_codes};
    feel_codes_seal(w->a, &w->level);
    feel_codes_seal(w->a, &w->verdict);
    w->level_t = (struct feel_type){.kind = FT_CODE, .codes = &w->level};
    w->verdict_t = (struct feel_type){.kind = FT_CODE, .codes = &w->verdict};
}

static const struct feel_program *derive(struct world *w, const struct feel_scope *scope, struct str text)
{
    struct diags d;
    struct feel_program *p = NULL;
    diags_init(&d, w->a, 10);
    struct feel_source src = {.text = text, .mode = FEEL_PACK};
    MUST(feel_compile(w->a, scope, &src, &p, &d) == RC_OK);
    return p;
}

const struct feel_scope *world_scope(struct world *w, const struct feel_register *reg)
{
    if (reg == NULL) return &w->names;
    struct feel_name *n = arena_new(w->a, struct feel_name);
    struct feel_type *t = arena_new(w->a, struct feel_type);
    *t = (struct feel_type){.kind = FT_RECORD, .reg = reg};
    *n = (struct feel_name){.kind = FN_THIS, .name = STR("this"), .title = STR("本记录"), .type = t, .slot = 0};
    struct feel_scope *s = arena_new(w->a, struct feel_scope);
    *s = (struct feel_scope){.outer = &w->names, .names = n, .names_count = 1};
    feel_scope_seal(w->a, s);
    return s;
}

struct feel_register *world_register(struct world *w, struct str title)
{
    struct feel_register *all_regs[] = {&w->org, &w->post, &w->cadre, &w->tenure};
    for (size_t i = 0; i < ARRAY_LEN(all_regs); i++)
        if (str_eq(all_regs[i]->title, title)) return all_regs[i];
    return NULL;
}

void world_make(struct world *w, struct arena *a)
{
    *w = (struct world){.a = a};
    make_codes(w);
    const struct feel_type *tenure_list = feel_list_of(a, &w->tenure_t);
    struct feel_member org[] = {F("name", "名称", &feel_string, 0, false)};
    struct feel_member post[] = {F("name", "名称", &feel_string, 0, false), F("org", "所属组织", &w->org_t, 1, false), F("level", "层次", &w->level_t, 2, false),
                                 F("seats", "职数", &feel_number, 3, false), F("tenures", "任职", tenure_list, 4, false),
                                 F("held", "现有人数", &feel_number, DERIVED + 0, false)};
    struct feel_member cadre[] = {F("name", "姓名", &feel_string, 0, false), F("level", "级别", &w->level_t, 1, true), F("birth", "出生年月", &feel_month, 2, true),
                                  F("barred", "影响期至", &feel_date, 3, true), F("verdict", "抽查结果", &w->verdict_t, 4, true), F("tenures", "任职", tenure_list, 5, false),
                                  F("height", "身高", &feel_number, 6, true), F("since", "任现职时间", &feel_date, DERIVED + 1, true),
                                  F("years", "任现职年限", &feel_number, DERIVED + 2, true), F("present", "任现职", &feel_bool, DERIVED + 3, false)};
    struct feel_member tenure[] = {F("cadre", "干部", &w->cadre_t, 0, false), F("post", "职位", &w->post_t, 1, false), F("since", "任职时间", &feel_date, 2, false),
                                   F("until", "免职时间", &feel_date, 3, true), F("trial", "试用期至", &feel_date, 4, true), F("note", "备注", &feel_string, 5, true)};
    seal(w, &w->org, &w->org_t, STR("org"), STR("组织"), org, ARRAY_LEN(org));
    seal(w, &w->post, &w->post_t, STR("post"), STR("职位"), post, ARRAY_LEN(post));
    seal(w, &w->cadre, &w->cadre_t, STR("cadre"), STR("干部"), cadre, ARRAY_LEN(cadre));
    seal(w, &w->tenure, &w->tenure_t, STR("tenure"), STR("任职"), tenure, ARRAY_LEN(tenure));

    struct feel_member *regs = arena_array(a, struct feel_member, 4);
    const struct feel_register *list[] = {&w->org, &w->post, &w->cadre, &w->tenure};
    const struct feel_type *types[] = {&w->org_t, &w->post_t, &w->cadre_t, &w->tenure_t};
    for (uint32_t i = 0; i < 4; i++)
        regs[i] = (struct feel_member){.name = list[i]->name, .title = list[i]->title, .type = feel_list_of(a, types[i]), .slot = i};
    w->all_t = (struct feel_type){.kind = FT_CONTEXT, .members = regs, .members_count = 4};

    static const struct feel_member full_params[] = {F("from", "起", &feel_date, 0, true)};
    w->full = (struct feel_function){.name = STR("full"), .title = STR("满年"), .params = full_params, .params_count = 1, .result = &feel_number};
    struct feel_name *n = arena_array(a, struct feel_name, 5);
    n[0] = (struct feel_name){.kind = FN_PARAMETER, .name = STR("exchange_years"), .title = STR("交流年限"), .type = &feel_number, .slot = 0, .may_be_null = true};
    n[1] = (struct feel_name){.kind = FN_PARAMETER, .name = STR("notice_days"), .title = STR("公示期"), .type = &feel_number, .slot = 1};
    n[2] = (struct feel_name){.kind = FN_PARAMETER, .name = STR("trial_term"), .title = STR("试用期"), .type = &feel_months, .slot = 2};
    n[3] = (struct feel_name){.kind = FN_FUNCTION, .name = STR("full"), .title = STR("满年"), .fn = &w->full};
    n[4] = (struct feel_name){.kind = FN_ALL, .name = STR("all"), .title = STR("全部"), .type = &w->all_t};
    w->names = (struct feel_scope){.names = n, .names_count = 5};
    feel_scope_seal(a, &w->names);

    struct feel_name *arg = arena_new(a, struct feel_name);
    *arg = (struct feel_name){.kind = FN_VARIABLE, .name = STR("from"), .title = STR("起"), .type = &feel_date, .slot = 0, .may_be_null = true};
    struct feel_scope *body = arena_new(a, struct feel_scope);
    *body = (struct feel_scope){.names = arg, .names_count = 1};
    feel_scope_seal(a, body);
    w->full.body = derive(w, body, STR("full years(起, today())"));

    w->derived[0] = derive(w, world_scope(w, &w->post), STR("count(任职[免职时间 = null])"));
    w->derived[1] = derive(w, world_scope(w, &w->cadre), STR("min(任职[免职时间 = null].任职时间)"));
    w->derived[2] = derive(w, world_scope(w, &w->cadre), STR("full years(任现职时间, today())"));
    w->derived[3] = derive(w, world_scope(w, &w->cadre), STR("count(任职[免职时间 = null]) > 0"));

    day_num first = 0, last = 0;
    (void)day_parse(STR("2026-01-01"), &first);
    (void)day_parse(STR("2026-12-31"), &last);
    w->calendar = calendar_make(a, first, last, 0x60);
    for (day_num d = first; d < first + 3; d++) calendar_set(w->calendar, d, false);
    calendar_set(w->calendar, first + 3, true); /* Sunday 4 January, a day of work */
    w->host = (struct feel_host){.member = member, .all = all, .param = param, .display = display, .calendar = w->calendar};
}
