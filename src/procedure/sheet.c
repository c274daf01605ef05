/*
 * sheet.c - what a paper of a case is drafted from.  Forms are those of the packs in force; a case may have begun under earlier ones: what it holds is
 * found by name, and what it does not hold is empty.  Nothing of a field comes out to one who does not see fields of its class.
 */
#include "procedure/inner.h"

struct making {
    struct doing *k;
    const struct pack_procedure *p;      /* of the packs in force */
    unsigned classes;
    const struct case_close *given;      /* of k->step, which is open */
};

static bool sees(const struct making *x, enum pack_class c) { return (x->classes >> c & 1) != 0; }

static const struct pack_item *item_of_name(const struct pack_item *items, uint32_t n, const struct pack_item *like)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(items[i].f.name, like->f.name)) return items[i].f.type == like->f.type && items[i].each == like->each ? &items[i] : NULL;
    return NULL;
}

/* The value of a field as the packs in force have it; from: as the case has it, by the items that it began with. */
static struct fv item_value(struct making *x, const struct pack_item *it, const struct pack_item *items, uint32_t n, const struct sv *from)
{
    struct fv v = fv_null();
    const struct pack_item *old = item_of_name(items, n, it);
    if (old == NULL || from == NULL || !sees(x, it->f.class)) return v;
    record_value_fv(&it->f, &from[old->f.idx], x->k->a, &v);
    return v;
}

static struct fv text_value(struct str s) { return s.len == 0 ? fv_null() : fv_str(s); }
static struct fv day_value(int64_t day) { return day == ENTRY_NO_DAY ? fv_null() : fv_day(day); }

static struct fv code_value(const struct feel_type *t, struct str code)
{
    struct fv v = fv_null();
    uint32_t row;
    if (t->kind != FT_CODE) return text_value(code);
    if (code.len == 0 || !feel_codes_find(t->codes, code, &row)) return v;
    v.kind = FV_CODE;
    v.codes = t->codes;
    v.code = row;
    return v;
}

static struct fv context_of(struct making *x, const struct feel_type *t, const struct fv *values)
{
    struct fv_entry *e = arena_array(x->k->a, struct fv_entry, t->members_count + 1);
    for (uint32_t i = 0; i < t->members_count; i++) e[i] = (struct fv_entry){t->members[i].name, values[i]};
    struct fv v = {.kind = FV_CONTEXT, .count = t->members_count};
    v.entries = e;
    return v;
}

/* ---- what was said, what was objected, what hung on the wall ---- */

static enum rc said_list(struct making *x, const struct step_now *s, const struct feel_type *t, int64_t line, struct fv *out)
{
    struct doing *k = x->k;
    const struct case_said *said = NULL;
    uint32_t n = 0, count = 0;
    *out = fv_list(NULL, 0);
    if (!sees(x, PACK_PERSONAL) || s->id == 0) return RC_OK;
    const bool typed = x->given != NULL && s == &k->c->steps[k->step->idx];
    if (typed) n = x->given->opinions_count;
    else TRY(opinions_told(k, s->id, &said, &n));
    struct fv *items = arena_array(k->a, struct fv, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct case_said one = {.line = -1};
        if (typed) {
            const struct case_opinion *o = &x->given->opinions[i];
            uint32_t l = 0;
            one = (struct case_said){.member = o->member, .stance = o->stance, .text = o->text, .chair = o->chair, .line = -1};
            if (o->line.len > 0) TRY(line_find(k, o->line, &l));
            if (o->line.len > 0) one.line = l;
        } else {
            one = said[i];
        }
        if (line >= 0 && one.line >= 0 && one.line != line) continue;
        const struct fv values[] = {fv_str(one.member), code_value(t->item->members[1].type, one.stance), text_value(one.text), fv_bool(one.chair)};
        items[count++] = context_of(x, t->item, values);
    }
    *out = fv_list(items, count);
    return RC_OK;
}

static enum rc notice_of(struct making *x, const struct step_now *s, const struct case_posted **out)
{
    const struct case_posted *all;
    uint32_t n = 0;
    *out = NULL;
    if (s->id == 0) return RC_OK;
    TRY(notices_told(x->k, s->id, &all, &n));
    if (n > 0) *out = &all[n - 1];
    return RC_OK;
}

static struct fv objection_list(struct making *x, const struct case_posted *n, const struct feel_type *t)
{
    uint32_t count = n == NULL ? 0 : n->objections_count;
    bool all = sees(x, PACK_RESTRICTED);
    struct fv *items = arena_array(x->k->a, struct fv, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const struct case_objected *o = &n->objections[i];
        const struct fv values[] = {fv_i64(o->number), day_value(o->received), all ? text_value(o->text) : fv_null(), all ? text_value(o->answer) : fv_null(),
                                    day_value(o->answered), code_value(t->item->members[5].type, o->outcome)};
        items[i] = context_of(x, t->item, values);
    }
    return fv_list(items, count);
}

/* Of what papers alone are told.  *is false: another member. */
static enum rc told_member(struct making *x, const struct pack_step *p, const struct step_now *s, const struct feel_member *m, int64_t line, bool *is, struct fv *out)
{
    const struct case_posted *n;
    *is = true;
    *out = fv_null();
    if (str_eq(m->name, STR("said"))) return said_list(x, s, m->type, line, out);
    if (str_eq(m->name, STR("grounds"))) {
        if (sees(x, PACK_PERSONAL)) *out = text_value(s->reason);
        return RC_OK;
    }
    if (str_eq(m->name, STR("body"))) {
        *out = p->meeting == NULL ? fv_null() : text_value(p->meeting->body);
        return RC_OK;
    }
    *is = str_eq(m->name, STR("posted")) || str_eq(m->name, STR("posting")) || str_eq(m->name, STR("objections"));
    if (!*is) return RC_OK;
    TRY(notice_of(x, s, &n));
    if (str_eq(m->name, STR("objections"))) *out = objection_list(x, n, m->type);
    else if (n != NULL && str_eq(m->name, STR("posted"))) *out = day_value(n->posted);
    else if (n != NULL && sees(x, PACK_PERSONAL)) *out = text_value(n->text);
    return RC_OK;
}

/* ---- steps ---- */

static struct fv one_member(struct making *x, const struct pack_step *old, const struct step_now *s, const struct feel_member *m, int64_t line)
{
    static const char *const open_days[] = {"opened", "closed", "from", "to", "open", "outcome", "ended", "referred", "answered", "answer"};
    const struct pack_item *it = m->host;
    if (it != NULL) {
        const struct sv *from = !it->each ? s->items : line < 0 || s->each == NULL ? NULL : s->each[line];
        return item_value(x, it, old->items, old->items_count, from);
    }
    bool plain = sees(x, PACK_PERSONAL); /* who did it, and how they voted, is told to those who see it in the pages */
    for (size_t i = 0; i < ARRAY_LEN(open_days) && !plain; i++) plain = str_eq(m->name, str_c(open_days[i]));
    return plain ? step_member(x->k, old, s, m, line) : fv_null();
}

static bool still_in(const struct line_now *l) { return str_eq(l->state, STR("in")) || str_eq(l->state, STR("done")); }

static enum rc step_told(struct making *x, const struct pack_step *p, int64_t line, struct fv *out)
{
    struct doing *k = x->k;
    static const struct step_now none = {.happened = ENTRY_NO_DAY};
    const struct feel_type *t = line >= 0 ? p->paper_each : p->paper_once;
    const struct pack_step *old = pack_step_find(k->c->p, p->name);
    const struct step_now *s = old == NULL ? &none : &k->c->steps[old->idx];
    struct fv *values = arena_array(k->a, struct fv, t->members_count + 1);
    for (uint32_t i = 0; i < t->members_count; i++) {
        const struct feel_member *m = &t->members[i];
        bool told = false;
        values[i] = fv_null();
        if (m->host == NULL) TRY(told_member(x, p, s, m, line, &told, &values[i]));
        if (told || old == NULL) continue;
        if (m->type->kind != FT_LIST || line >= 0) {
            values[i] = one_member(x, old, s, m, line);
            continue;
        }
        struct fv *items = arena_array(k->a, struct fv, k->c->lines_count + 1);
        uint32_t n = 0;
        for (uint32_t l = 0; l < k->c->lines_count; l++)
            if (still_in(&k->c->lines[l])) items[n++] = one_member(x, old, s, m, l);
        values[i] = fv_list(items, n);
    }
    *out = context_of(x, t, values);
    return RC_OK;
}

/* ---- the whole ---- */

static struct fv record_fv(const struct pack_register *r, uint64_t id)
{
    struct fv v = fv_null();
    if (id == 0) return v;
    v.kind = FV_RECORD;
    v.reg = &r->feel;
    v.id = (int64_t)id;
    return v;
}

static struct fv line_of(struct making *x, const struct line_now *l)
{
    const struct pack_lines *p = x->p->lines, *old = x->k->c->p->lines;
    if (p == NULL || old == NULL) return fv_null();
    if (p->reg != NULL) return record_fv(p->reg, l->record);
    struct fv *values = arena_array(x->k->a, struct fv, p->items_count + 1);
    for (uint32_t i = 0; i < p->items_count; i++) values[i] = item_value(x, &p->items[i], old->items, old->items_count, l->items);
    return context_of(x, p->type, values);
}

static struct fv opening_of(struct making *x)
{
    const struct kase *c = x->k->c;
    const struct pack_step *o = x->p->opening, *old = c->p->opening;
    struct fv_entry *e = arena_array(x->k->a, struct fv_entry, o->items_count + 2);
    e[0] = (struct fv_entry){STR("opened"), fv_day(c->opened)};
    for (uint32_t i = 0; i < o->items_count; i++) e[i + 1] = (struct fv_entry){o->items[i].f.name, item_value(x, &o->items[i], old->items, old->items_count, c->opening)};
    struct fv v = {.kind = FV_CONTEXT, .count = o->items_count + 1};
    v.entries = e;
    return v;
}

static enum rc vars_of(struct making *x, int64_t line, const struct fv *lines, struct fv **out)
{
    struct doing *k = x->k;
    const struct pack_procedure *p = x->p;
    struct fv *v = arena_array(k->a, struct fv, p->paper_vars + 1);
    struct fv *list = arena_array(k->a, struct fv, k->c->lines_count + 1);
    uint32_t n = 0, behind = PACK_SLOT_STEPS + p->steps_count;
    for (uint32_t i = 0; i < p->paper_vars; i++) v[i] = fv_null();
    v[PACK_SLOT_SUBJECT] = record_fv(p->subject, k->c->subject);
    for (uint32_t i = 0; i < k->c->lines_count; i++)
        if (still_in(&k->c->lines[i])) list[n++] = lines[i];
    v[PACK_SLOT_LIST] = fv_list(list, n);
    if (line >= 0) v[PACK_SLOT_ONE] = lines[line];
    v[PACK_SLOT_CASE] = opening_of(x);
    for (uint32_t i = 0; i < p->steps_count; i++) TRY(step_told(x, p->steps[i], line, &v[PACK_SLOT_STEPS + i]));
    const struct pack_codes *states = k->book.f[BOOK_LINE][L_STATE]->codes;
    struct feel_type state = {.kind = FT_CODE, .codes = states == NULL ? NULL : &states->feel};
    if (line >= 0 && states != NULL) v[behind + PACK_PAPER_STATE] = code_value(&state, k->c->lines[line].state);
    if (sees(x, PACK_PERSONAL)) v[behind + PACK_PAPER_TITLE] = text_value(k->c->title);
    *out = v;
    return RC_OK;
}

/* What is typed of a step that is still open stands as if it were written: nothing is. */
static enum rc given_put(struct making *x)
{
    struct doing *k = x->k;
    TRY(step_find(k, x->given->step));
    struct step_now *s = &k->c->steps[k->step->idx];
    if (!str_eq(s->state, STR("open"))) return stop(k, false, STR("order"), STR(""), &E_case_paper_given, k->step->title.zh, text2_in(&k->step->title, LANG_EN));
    TRY(given_take(k, x->given));
    s->items = k->own;
    s->each = k->own_each;
    s->total = k->total;
    s->of_line = k->votes;
    return RC_OK;
}

static enum rc sheet_make(struct making *x, struct case_sheet *out)
{
    struct doing *k = x->k;
    const struct kase *c = k->c;
    x->p = pack_procedure_find(k->now_set, c->procedure);
    if (x->p == NULL) return err_set(k->err, &E_case_no_procedure, NO_PLACE, c->procedure, STR(""));
    if (x->given != NULL) TRY(given_put(x));
    struct fv *lines = arena_array(k->a, struct fv, c->lines_count + 1), *whole;
    struct case_sheet_line *all = arena_array(k->a, struct case_sheet_line, c->lines_count + 1);
    for (uint32_t i = 0; i < c->lines_count; i++) lines[i] = line_of(x, &c->lines[i]);
    for (uint32_t i = 0; i < c->lines_count; i++) {
        struct fv *v;
        TRY(vars_of(x, i, lines, &v));
        all[i] = (struct case_sheet_line){.id = c->lines[i].id, .record = c->lines[i].record, .display = c->lines[i].display, .kind = c->lines[i].kind, .in = still_in(&c->lines[i]), .vars = v};
    }
    TRY(vars_of(x, -1, lines, &whole));
    *out = (struct case_sheet){.procedure = x->p, .subject = c->subject, .title = c->title, .vars = whole, .lines = all, .lines_count = c->lines_count};
    return RC_OK;
}

enum rc case_sheet(struct records *rs, uint64_t id, day_num today, unsigned classes, const struct case_close *given, struct arena *a, struct case_sheet *out, struct err *err)
{
    struct case_door d;
    struct doing k;
    *out = (struct case_sheet){0};
    TRY(case_looking(&k, &d, rs, id, today, a, err));
    struct making x = {.k = &k, .classes = classes, .given = given};
    enum rc rc = sheet_make(&x, out);
    doing_end(&k);
    return rc;
}

/* ---- may it come out? ---- */

static bool names(const struct pack_step *s, struct str form)
{
    for (uint32_t i = 0; i < s->papers_count; i++)
        if (str_eq(s->papers[i]->d.name, form)) return true;
    return false;
}

/* By the steps of the case and of the packs in force: a form that only today's packs draft a step's paper from serves it too. */
enum rc paper_may(struct doing *k, const struct pack_form *f, struct str at, struct str *step)
{
    const struct kase *c = k->c;
    const struct pack_procedure *now = pack_procedure_find(k->now_set, c->procedure);
    const struct pack_step *irregular = NULL, *early = NULL;
    *step = STR("");
    for (uint32_t i = 0; i < c->p->steps_count; i++) {
        const struct pack_step *s = c->p->steps[i], *today = now == NULL ? NULL : pack_step_find(now, s->name);
        if (!names(s, f->d.name) && (today == NULL || !names(today, f->d.name))) continue;
        if (at.len > 0 && !str_eq(at, s->name) && !str_eq(at, s->title.zh)) continue;
        struct str state = c->steps[i].id == 0 ? STR("") : c->steps[i].state;
        if (str_eq(state, STR("irregular"))) irregular = s;
        else if (str_eq(state, STR("open")) || str_eq(state, STR("done"))) *step = s->name;
        else early = s;
    }
    if (step->len > 0) return RC_OK;
    struct str zh = f->d.title.zh, en = text2_in(&f->d.title, LANG_EN);
    if (irregular != NULL) return err_set(k->err, &E_case_paper_irregular, NO_PLACE, zh, irregular->title.zh, en, text2_in(&irregular->title, LANG_EN));
    if (early != NULL) return err_set(k->err, &E_case_paper_early, NO_PLACE, zh, early->title.zh, en, text2_in(&early->title, LANG_EN));
    return err_set(k->err, &E_case_paper_not, NO_PLACE, zh, c->p->d.title.zh, en, text2_in(&c->p->d.title, LANG_EN));
}

enum rc case_paper_step(struct records *rs, uint64_t id, day_num today, const struct pack_form *f, struct str at, struct arena *a, struct str *step, struct err *err)
{
    struct case_door d;
    struct doing k;
    TRY(case_looking(&k, &d, rs, id, today, a, err));
    enum rc rc = paper_may(&k, f, at, step);
    doing_end(&k);
    return rc;
}
