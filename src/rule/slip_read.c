/* slip_read.c - slips as they are read: the register found, one looked at, all walked, told to people. */
#include "rule/slip_inner.h"

static const char *const names[SF_COUNT] = {
    [SF_KIND] = "kind",       [SF_FINDING] = "finding",   [SF_REG] = "subject_register", [SF_SUBJECT] = "subject",     [SF_ROLE] = "to_role",     [SF_MATTER] = "matter",
    [SF_BASIS] = "basis",     [SF_ISSUED] = "issued",     [SF_ACCOUNT] = "issued_by",    [SF_NAME] = "issued_name",    [SF_DUE] = "due",          [SF_STATE] = "state",
    [SF_REPLY] = "reply",     [SF_SECRET] = "reply_restricted", [SF_REPLIED] = "replied", [SF_REPLIED_BY] = "replied_by", [SF_BACK] = "sent_back", [SF_REASON] = "reason",
    [SF_ACCEPTED] = "accepted", [SF_CLOSED_BY] = "closed_by", [SF_CLOSED] = "closed",     [SF_EARLIER] = "earlier",     [SF_EFFECT] = "effect",
    [SF_PROPOSED] = "proposed", [SF_CASE] = "of_case", [SF_DECLINED] = "declined", [SF_DECLINED_WHY] = "declined_why", [SF_DECLINED_BY] = "declined_by",
};

bool slip_owns(const struct pack_register *r) { return str_eq(r->d.name, STR("slip")); }

enum rc slip_book(const struct pack_set *set, struct slip_book *b, struct err *err)
{
    *b = (struct slip_book){.reg = pack_register_find(set, STR("slip")), .finding = pack_register_find(set, STR("finding")), .dismissal = pack_register_find(set, STR("dismissal")),
                           .of_case = pack_register_find(set, STR("case"))};
    if (b->reg == NULL) return err_set(err, &E_slip_core, NO_PLACE, STR("slip"));
    if (b->finding == NULL) return err_set(err, &E_slip_core, NO_PLACE, STR("finding"));
    for (size_t i = 0; i < SF_COUNT; i++)
        if ((b->f[i] = pack_field_find(b->reg, str_c(names[i]))) == NULL) return err_set(err, &E_slip_core, NO_PLACE, str_c(names[i]));
    return RC_OK;
}

struct str slip_text(const struct slip_book *b, const struct record *rec, enum slip_field f)
{
    const struct sv *v = &rec->values[b->f[f]->column];
    return v->kind == SV_TEXT ? v->s : STR("");
}

int64_t slip_int(const struct slip_book *b, const struct record *rec, enum slip_field f, int64_t absent)
{
    const struct sv *v = &rec->values[b->f[f]->column];
    return v->kind == SV_INT ? v->i : absent;
}

const struct pack_slip *slip_kind_find(const struct pack_set *set, struct str name)
{
    for (uint32_t i = 0; i < set->slips_count; i++)
        if (str_eq(set->slips[i]->d.name, name) || str_eq(set->slips[i]->d.title.zh, name)) return set->slips[i];
    return NULL;
}

struct str finding_text(const struct slip_book *b, const struct record *finding, const char *field)
{
    const struct pack_field *f = pack_field_find(b->finding, str_c(field));
    return f != NULL && finding->values[f->column].kind == SV_TEXT ? finding->values[f->column].s : STR("");
}

const struct pack_rule *finding_rule(const struct pack_set *set, const struct slip_book *b, const struct record *finding)
{
    return pack_rule_find(set, finding_text(b, finding, "rule"));
}

/* ---- one ---- */

static enum rc answers(struct records *rs, const struct pack_slip *kind, struct str json, struct arena *a, struct slip_view *v, struct err *err)
{
    struct json *j = NULL;
    if (json.len == 0) return RC_OK;
    TRY(json_parse(a, json, &j, err));
    for (const struct json *m = j->first; m != NULL; m = m->next)
        for (uint32_t i = 0; i < kind->fields_count; i++) {
            const struct pack_field *f = &kind->fields[i];
            struct sv value = sv_null();
            struct str text = m->text;
            if (!str_eq(f->name, m->key)) continue;
            if (f->type != FIELD_FILE) {
                TRY(record_value_from_json(f, m, a, &value, err));
                TRY(record_value_text(rs, f, &value, a, &text, err));
            }
            v->answers[v->answers_count++] = (struct slip_answer){f->name, f->title.zh, str_dup(a, text), f->class, f->type == FIELD_FILE};
        }
    return RC_OK;
}

static enum rc say_of(const struct pack_set *set, const struct pack_slip *kind, day_num day, struct arena *a, struct records *rs, struct str *out, struct err *err)
{
    const struct feel_host *host;
    void *ctx;
    struct buf b;
    *out = STR("");
    if (kind == NULL || kind->say == NULL) return RC_OK;
    record_host(rs, a, &host, &ctx);
    struct feel_run run = {.arena = a, .host = host, .host_ctx = ctx, .today = day, .zone = set->zone, .steps_left = SLIP_STEPS};
    buf_init(&b, 16384);
    enum rc rc = feel_message_show(kind->say, &run, LANG_ZH, &b, err);
    if (rc == RC_OK) *out = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return rc;
}

/* The slip that was issued in its place, if there is one. */
static enum rc next_of(struct records *rs, const struct slip_book *b, uint64_t id, struct arena *a, uint64_t *next, struct err *err)
{
    uint64_t *ids;
    size_t n;
    TRY(record_back(rs, b->reg, b->f[SF_EARLIER], id, a, &ids, &n, err));
    *next = n > 0 ? ids[0] : 0;
    return RC_OK;
}

enum rc slip_look(struct records *rs, uint64_t id, day_num today, struct arena *a, struct slip_view *v, struct err *err)
{
    const struct pack_set *set = records_set(rs);
    struct slip_book b;
    struct record rec;
    TRY(slip_book(set, &b, err));
    TRY(record_get(rs, b.reg, id, a, &rec, err));
    *v = (struct slip_view){.id = id,
                            .version = rec.version,
                            .finding = (uint64_t)slip_int(&b, &rec, SF_FINDING, 0),
                            .subject = (uint64_t)slip_int(&b, &rec, SF_SUBJECT, 0),
                            .earlier = (uint64_t)slip_int(&b, &rec, SF_EARLIER, 0),
                            .kind_name = slip_text(&b, &rec, SF_KIND),
                            .reg = slip_text(&b, &rec, SF_REG),
                            .role = slip_text(&b, &rec, SF_ROLE),
                            .matter = slip_text(&b, &rec, SF_MATTER),
                            .basis = slip_text(&b, &rec, SF_BASIS),
                            .by = slip_text(&b, &rec, SF_NAME),
                            .state = slip_text(&b, &rec, SF_STATE),
                            .reason = slip_text(&b, &rec, SF_REASON),
                            .issued = slip_int(&b, &rec, SF_ISSUED, ENTRY_NO_DAY),
                            .due = slip_int(&b, &rec, SF_DUE, ENTRY_NO_DAY),
                            .replied = slip_int(&b, &rec, SF_REPLIED, ENTRY_NO_DAY),
                            .closed = slip_int(&b, &rec, SF_CLOSED, ENTRY_NO_DAY),
                            .effect = slip_int(&b, &rec, SF_EFFECT, ENTRY_NO_DAY),
                            .proposed = slip_int(&b, &rec, SF_PROPOSED, ENTRY_NO_DAY),
                            .declined = slip_int(&b, &rec, SF_DECLINED, ENTRY_NO_DAY),
                            .declined_why = slip_text(&b, &rec, SF_DECLINED_WHY),
                            .of_case = (uint64_t)slip_int(&b, &rec, SF_CASE, 0),
                            .sent_back = slip_int(&b, &rec, SF_BACK, 0)};
    v->kind = slip_kind_find(set, v->kind_name);
    v->overdue = str_eq(v->state, STR("open")) && v->due != ENTRY_NO_DAY && today > v->due;
    v->lapsed = v->effect != ENTRY_NO_DAY && today > v->effect;
    const struct pack_register *reg = pack_register_find(set, v->reg);
    if (reg != NULL) TRY(record_display(rs, reg, v->subject, a, &v->display, err));
    TRY(next_of(rs, &b, id, a, &v->next, err));
    TRY(say_of(set, v->kind, today, a, rs, &v->say, err));
    if (v->kind == NULL) return RC_OK;
    v->answers = arena_array(a, struct slip_answer, 2 * (size_t)v->kind->fields_count + 1);
    TRY(answers(rs, v->kind, slip_text(&b, &rec, SF_REPLY), a, v, err));
    return answers(rs, v->kind, slip_text(&b, &rec, SF_SECRET), a, v, err);
}

/* ---- all ---- */

struct gather { const struct slip_book *b; struct arena *a; bool all; VEC(uint64_t) ids; };

static enum rc gather_one(void *ctx, const struct record *rec, struct err *err)
{
    (void)err;
    struct gather *g = ctx;
    struct str state = slip_text(g->b, rec, SF_STATE);
    if (g->all || str_eq(state, STR("open")) || str_eq(state, STR("replied"))) vec_push(g->a, &g->ids, rec->id);
    return RC_OK;
}

enum rc slip_each(struct records *rs, bool all, day_num today, struct arena *a, enum rc (*fn)(void *ctx, const struct slip_view *v, struct err *err), void *ctx, struct err *err)
{
    struct slip_book b;
    TRY(slip_book(records_set(rs), &b, err));
    struct gather g = {.b = &b, .a = a, .all = all};
    TRY(record_each(rs, b.reg, RECORD_BY_ID, false, gather_one, &g, err));
    for (size_t i = 0; i < g.ids.len; i++) {
        struct arena_mark m = arena_mark(a);
        struct slip_view v;
        TRY(slip_look(rs, g.ids.at[i], today, a, &v, err));
        TRY(fn(ctx, &v, err));
        arena_reset(a, m);
    }
    return RC_OK;
}

/* ---- to people ---- */

struct str slip_state_text(struct str state, enum lang lang)
{
    static const struct { struct str name, zh, en; } all[] = {
        {STR_INIT("open"), STR_INIT("待回复"), STR_INIT("open")},         {STR_INIT("replied"), STR_INIT("待认可"), STR_INIT("answered")},
        {STR_INIT("done"), STR_INIT("已办结"), STR_INIT("closed")},       {STR_INIT("gone"), STR_INIT("事实已不成立"), STR_INIT("no longer holds")},
        {STR_INIT("escalated"), STR_INIT("已升级"), STR_INIT("escalated")}, {STR_INIT("withdrawn"), STR_INIT("已撤回"), STR_INIT("withdrawn")},
    };
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (str_eq(all[i].name, state)) return lang == LANG_ZH ? all[i].zh : all[i].en;
    return state;
}

static void titled(struct buf *b, bool zh, struct str title, struct str text)
{
    if (text.len == 0) return;
    buf_str(b, title);
    buf_str(b, zh ? STR("：") : STR(": "));
    buf_str(b, text);
    buf_char(b, '\n');
}

static void line(struct buf *b, bool zh, const char *title_zh, const char *title_en, struct str text) { titled(b, zh, str_c(zh ? title_zh : title_en), text); }

static void day_line(struct buf *b, bool zh, const char *title_zh, const char *title_en, day_num day)
{
    struct arena a;
    if (day == ENTRY_NO_DAY) return;
    arena_init(&a, 4096);
    line(b, zh, title_zh, title_en, day_print(&a, day));
    arena_fini(&a);
}

void slip_show(const struct slip_view *v, enum lang lang, struct buf *b)
{
    bool zh = lang == LANG_ZH;
    buf_str(b, v->kind != NULL ? text2_in(&v->kind->d.title, lang) : v->kind_name);
    buf_lit(b, " #");
    buf_u64(b, v->id);
    buf_lit(b, "  ");
    buf_str(b, v->display);
    buf_lit(b, "  ");
    buf_str(b, slip_state_text(v->state, lang));
    if (v->overdue) buf_str(b, zh ? STR("（逾期）") : STR(" (overdue)"));
    buf_char(b, '\n');
    if (v->finding != 0) {
        buf_str(b, zh ? STR("研判结果：#") : STR("finding: #"));
        buf_u64(b, v->finding);
        buf_char(b, '\n');
    }
    line(b, zh, "事由", "about", v->matter);
    line(b, zh, "依据", "basis", v->basis);
    if (v->of_case != 0) {
        buf_str(b, zh ? STR("所依案件：#") : STR("rests on case: #"));
        buf_u64(b, v->of_case);
        buf_char(b, '\n');
    }
    line(b, zh, "收单", "to", v->role);
    line(b, zh, "要求", "what to do", v->say);
    line(b, zh, "发单人", "issued by", v->by);
    day_line(b, zh, "发单日期", "issued", v->issued);
    day_line(b, zh, "回复期限", "due", v->due);
    if (str_eq(v->state, STR("open")) && v->declined == ENTRY_NO_DAY) day_line(b, zh, "建议改发下一种单", "the next grade is proposed since", v->proposed);
    day_line(b, zh, "决定不升级", "the next grade was declined", v->declined);
    line(b, zh, "不升级的理由", "why declined", v->declined_why);
    day_line(b, zh, "回复日期", "answered", v->replied);
    for (uint32_t i = 0; i < v->answers_count; i++) {
        buf_lit(b, "  ");
        struct record_file file;
        bool kept = v->answers[i].paper && record_file_read(v->answers[i].text, &file) && file.name.len > 0;
        titled(b, zh, v->answers[i].title, kept ? file.name : v->answers[i].text);
    }
    line(b, zh, "理由", "reason", v->reason);
    day_line(b, zh, "了结日期", "closed", v->closed);
    day_line(b, zh, "影响至", "effect until", v->effect);
    if (v->lapsed) buf_str(b, zh ? STR("影响期已满，自行失效\n") : STR("its effect has lapsed\n"));
    if (v->earlier != 0 || v->next != 0) {
        buf_str(b, v->earlier != 0 ? (zh ? STR("由 #") : STR("escalated from #")) : (zh ? STR("升级为 #") : STR("escalated to #")));
        buf_u64(b, v->earlier != 0 ? v->earlier : v->next);
        if (v->earlier != 0 && zh) buf_str(b, STR(" 升级"));
        buf_char(b, '\n');
    }
}
