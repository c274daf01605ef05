/* open.c - a case begins: its subject, its lines, what opening asks, and the first steps. */
#include "procedure/inner.h"

static enum rc no_procedure(struct doing *k, struct str name)
{
    struct str *names = arena_array(k->a, struct str, (size_t)k->set->procedures_count * 2 + 1);
    for (uint32_t i = 0; i < k->set->procedures_count; i++) {
        names[2 * i] = k->set->procedures[i]->d.name;
        names[2 * i + 1] = k->set->procedures[i]->d.title.zh;
    }
    return err_set(k->err, &E_case_no_procedure, NO_PLACE, name, nearest_name(name, (size_t)k->set->procedures_count * 2, names));
}

static enum rc fields_line(struct doing *k, const struct case_of_line *g, struct line_now *l)
{
    const struct pack_lines *p = k->c->p->lines;
    TRY(items_parse(k, p->items, p->items_count, p->title, false, g->values, g->count, l->items));
    for (uint32_t i = 0; i < p->items_count; i++)
        if (p->items[i].f.required && l->items[i].kind == SV_NULL)
            return stop(k, false, STR("required"), STR(""), &E_case_required, p->items[i].f.title.zh, STR(""), STR(""));
    if (l->items[p->who->f.idx].kind != SV_INT) return stop(k, false, STR("required"), STR(""), &E_case_required, p->who->f.title.zh, STR(""), STR(""));
    l->record = (uint64_t)l->items[p->who->f.idx].i;
    if (p->kind != NULL && l->items[p->kind->f.idx].kind == SV_TEXT) l->kind = l->items[p->kind->f.idx].s;
    line_value(k, l);
    return RC_OK;
}

/* Lines that were drawn up as records of the subject: taken as they stand now. */
static enum rc records_line(struct doing *k, uint64_t id, struct line_now *l)
{
    const struct pack_lines *p = k->c->p->lines;
    struct record rec;
    TRY(record_get(k->rs, p->from, id, k->a, &rec, k->err));
    for (uint32_t i = 0; i < p->items_count; i++)
        if (p->from_fields[i] != NULL) l->items[i] = rec.values[p->from_fields[i]->column];
    return fields_line(k, &(struct case_of_line){0}, l);
}

static enum rc lines_drawn(struct doing *k, uint64_t **ids, uint32_t *n)
{
    const struct pack_lines *p = k->c->p->lines;
    const struct pack_register *subject = k->c->p->subject;
    const struct feel_host *host;
    void *ctx;
    struct fv list = fv_null();
    *n = 0;
    record_host(k->rs, k->a, &host, &ctx);
    struct feel_run run = {.arena = k->a, .host = host, .host_ctx = ctx, .today = k->day};
    for (uint32_t i = 0; i < subject->backs_count; i++)
        if (subject->backs[i].from == p->from && subject->backs[i].field == p->from_subject)
            TRY(host->member(&run, &subject->feel, (int64_t)k->c->subject, subject->backs[i].member, &list, k->err));
    *ids = arena_array(k->a, uint64_t, list.kind == FV_LIST ? list.count + 1u : 1u);
    for (uint32_t i = 0; list.kind == FV_LIST && i < list.count; i++) {
        struct record rec;
        TRY(record_get(k->rs, p->from, (uint64_t)list.items[i].id, k->a, &rec, k->err));
        if (rec.closed_us == 0) (*ids)[(*n)++] = rec.id;
    }
    return RC_OK;
}

static enum rc lines_take(struct doing *k, const struct case_opening *g)
{
    const struct pack_lines *p = k->c->p->lines;
    uint64_t *drawn = NULL;
    uint32_t lines_count = g->lines_count;
    if (p == NULL) return g->lines_count == 0 ? RC_OK : err_set(k->err, &E_case_lines, NO_PLACE, STR("这个程序没有人选和事项"), STR("this procedure has no candidates or lines"));
    if (lines_count == 0 && p->from != NULL) TRY(lines_drawn(k, &drawn, &lines_count));
    if (lines_count == 0 || lines_count > CASE_LINES_MAX)
        return err_set(k->err, &E_case_lines, NO_PLACE, str_cat(k->a, p->title, STR("应有 1 至 200 项")), STR("there are 1 to 200 lines in a case"));
    k->c->lines = arena_array(k->a, struct line_now, lines_count + 1);
    for (uint32_t i = 0; i < lines_count; i++) {
        struct line_now *l = &k->c->lines[i];
        *l = (struct line_now){.number = i + 1, .state = STR("in"), .kind = STR(""), .items = arena_array(k->a, struct sv, p->items_count + 1)};
        if (drawn != NULL) {
            TRY(records_line(k, drawn[i], l));
        } else if (p->reg == NULL) {
            TRY(fields_line(k, &g->lines[i], l));
        } else {
            TRY(record_resolve(k->rs, p->reg, g->lines[i].line, &l->record, k->err));
            l->value.kind = FV_RECORD;
            l->value.reg = &p->reg->feel;
            l->value.id = (int64_t)l->record;
        }
        for (uint32_t o = 0; p->reg != NULL && o < i; o++)
            if (k->c->lines[o].record == l->record) {
                struct str who;
                TRY(record_display(k->rs, p->reg, l->record, k->a, &who, k->err));
                return err_set(k->err, &E_case_lines, NO_PLACE, str_cat(k->a, STR("“"), who, STR("”写了两次")), str_cat(k->a, who, STR(" is given twice")));
            }
        TRY(line_display(k, l, k->err));
        k->c->lines_count = i + 1;
    }
    return RC_OK;
}

static enum rc opening_check(struct doing *k)
{
    const struct pack_step *o = k->c->p->opening;
    for (uint32_t i = 0; i < o->items_count; i++) {
        const struct pack_item *it = &o->items[i];
        if (k->own[i].kind == SV_NULL) {
            if (it->f.required && !it->each) return stop(k, false, STR("required"), STR(""), &E_case_required, it->f.title.zh, STR(""), STR(""));
            continue;
        }
        struct fv ok = fv_bool(true);
        if (it->f.check != NULL) TRY(ask(k, it->f.check, world_vars(k, o, -1), &ok));
        if (!fv_is_true(&ok)) return stop(k, false, STR("check"), STR(""), &E_case_check, it->f.title.zh, it->f.check->text);
    }
    return gates_run(k, o, GATES_CLOSING);
}

struct str version_text(struct doing *k, const struct pack_set *set)
{
    struct str s = STR("");
    for (uint32_t i = 0; i < set->packs_count; i++)
        s = str_cat(k->a, s, i > 0 ? STR("; ") : STR(""), set->packs[i].name, STR(" "), set->packs[i].version, STR(" "), str_sub(str_hex(k->a, set->packs[i].hash.b, HASH_LEN), 0, 16));
    return text_cut(s, 400);
}

static enum rc case_row(struct doing *k)
{
    struct kase *c = k->c;
    const struct pack_step *o = c->p->opening;
    struct str data, secret, subject;
    TRY(record_display(k->rs, c->p->subject, c->subject, k->a, &subject, k->err));
    TRY(items_json(k, o->items, o->items_count, k->own, false, false, &data, k->err));
    TRY(items_json(k, o->items, o->items_count, k->own, true, false, &secret, k->err));
    struct row r = row_of(&k->book, BOOK_CASE);
    row_text(&r, C_PROCEDURE, c->p->d.name);
    row_text(&r, C_TITLE, str_cat(k->a, c->p->d.title.zh, STR(" "), text_cut(subject, 600)));
    row_text(&r, C_SUBJECT_REGISTER, c->p->subject->d.name);
    row_int(&r, C_SUBJECT, (int64_t)c->subject);
    row_int(&r, C_OPENED, k->day);
    row_int(&r, C_ENTERED, k->today);
    row_text(&r, C_STATE, STR("open"));
    row_text(&r, C_PACK, version_text(k, k->now_set));
    if (record_past(k->now) != NULL) row_int(&r, C_INSTALL, (int64_t)record_past(k->now)->install);
    actor_put(k, &r, C_ACCOUNT, C_BY);
    row_text(&r, C_DATA, data);
    row_text(&r, C_SECRET, secret);
    if (c->under != 0) row_int(&r, C_UNDER, (int64_t)c->under);
    if (c->under_line != 0) row_int(&r, C_UNDER_LINE, (int64_t)c->under_line);
    return put_row(k, &r, 0, &c->id);
}

static enum rc line_rows(struct doing *k)
{
    const struct pack_lines *p = k->c->p->lines;
    for (uint32_t i = 0; i < k->c->lines_count; i++) {
        struct line_now *l = &k->c->lines[i];
        struct str data = STR(""), secret = STR("");
        if (p->reg == NULL) {
            TRY(items_json(k, p->items, p->items_count, l->items, false, false, &data, k->err));
            TRY(items_json(k, p->items, p->items_count, l->items, true, false, &secret, k->err));
        }
        struct row r = row_of(&k->book, BOOK_LINE);
        row_int(&r, L_CASE, (int64_t)k->c->id);
        row_int(&r, L_NUMBER, l->number);
        row_text(&r, L_REGISTER, (p->reg != NULL ? p->reg : p->who->f.ref)->d.name);
        row_int(&r, L_RECORD, (int64_t)l->record);
        row_text(&r, L_KIND, l->kind);
        row_text(&r, L_DATA, data);
        row_text(&r, L_SECRET, secret);
        row_text(&r, L_STATE, STR("in"));
        TRY(put_row(k, &r, 0, &l->id));
    }
    return RC_OK;
}

/* Who has no such role is told so before anything is looked up; what is out of his sight is as if it were not there.  id: known already; 0: by name. */
static enum rc subject_take(struct doing *k, struct str name, uint64_t id)
{
    const struct pack_procedure *p = k->c->p;
    const struct case_actor *who = &k->d->actor;
    enum access_acts acts = ACTS_YES;
    struct access_world w = record_world(k->now);
    struct record seen;
    if (who->grant != NULL) TRY(grant_acts(who->grant, p->opening->by, p->opening->by_count, p->subject, 0, &w, &acts, k->err));
    if (acts == ACTS_NOT || who->grant == NULL) TRY(person_check(k, p->opening->by, p->opening->by_count, STR("立案")));
    k->c->subject = id;
    if (id == 0) TRY(record_resolve(k->rs, p->subject, name, &k->c->subject, k->err));
    if (who->grant == NULL) return RC_OK;
    TRY(grant_acts(who->grant, p->opening->by, p->opening->by_count, p->subject, k->c->subject, &w, &acts, k->err));
    if (acts != ACTS_YES) TRY(record_see(k->rs, who->grant, p->subject, k->c->subject, k->a, &seen, NULL, k->err));
    return person_check(k, p->opening->by, p->opening->by_count, STR("立案"));
}

/* Over which record, and of a sub-case: at which step, for which line of the case above. */
struct place_of { uint64_t subject, under, under_line; };

static enum rc open_one(struct doing *k, const struct case_opening *g, const struct pack_procedure *p, const struct place_of *at)
{
    struct kase *c = arena_new(k->a, struct kase);
    *c = (struct kase){.p = p, .procedure = p->d.name, .state = STR("open"), .opened = k->day, .under = at->under, .under_line = at->under_line};
    k->c = c;
    k->step = p->opening;
    c->steps = arena_array(k->a, struct step_now, p->steps_count + 1);
    c->rounds = arena_array(k->a, int64_t, p->steps_count + 1);
    for (uint32_t i = 0; i < p->steps_count; i++) c->steps[i] = (struct step_now){.happened = ENTRY_NO_DAY};
    c->opening = arena_array(k->a, struct sv, p->opening->items_count + 1);
    TRY(subject_take(k, g->subject, at->subject));
    TRY(day_check(k));
    TRY(lines_take(k, g));
    k->own = c->opening;
    k->own_each = arena_array(k->a, struct sv *, c->lines_count + 1);
    for (uint32_t i = 0; i < c->lines_count; i++) k->own_each[i] = arena_array(k->a, struct sv, p->opening->items_count + 1);
    k->out = arena_array(k->a, bool, c->lines_count + 1);
    k->out_by = arena_array(k->a, struct str, c->lines_count + 1);
    TRY(items_parse(k, p->opening->items, p->opening->items_count, p->d.title.zh, false, g->set, g->set_count, k->own));
    TRY(opening_check(k));
    for (uint32_t i = 0; i < c->lines_count; i++)
        if (k->out[i]) return err_set(k->err, &E_case_lines, NO_PLACE, str_cat(k->a, c->lines[i].display, STR(" 不能列入（"), k->out_by[i], STR("）")), str_cat(k->a, c->lines[i].display, STR(" cannot be entered ("), k->out_by[i], STR(")")));
    TRY(case_row(k));
    TRY(line_rows(k));
    k->done->id = c->id;
    TRY(taken_put(k, g));
    k->step = NULL;
    return advance(k);
}

/* The step above is open, and nothing irregular stands there: what a sub-case decides would come out of it. */
static enum rc above_check(struct doing *k, const struct case_opening *g)
{
    if (g->procedure.len + g->subject.len > 0)
        return err_set(k->err, &E_case_sub_form, NO_PLACE, STR("子案的程序和对象由那一步声明，不另写"), STR("the step says the procedure and the subject of a sub-case"));
    TRY(case_load(k, g->under, k->err));
    TRY(seen_check(k));
    TRY(open_check(k));
    TRY(step_find(k, g->under_step));
    const struct step_now *s = &k->c->steps[k->step->idx];
    if (k->step->sub == NULL) return err_set(k->err, &E_case_sub_form, NO_PLACE, str_cat(k->a, STR("“"), k->step->title.zh, STR("”这一步没有子案")), STR("this step opens no sub-case"));
    if (!str_eq(s->state, STR("open"))) return step_ready(k); /* says why */
    if (k->day < s->opened) return stop(k, false, STR("order"), STR(""), &E_case_day_order, day_print(k->a, k->day), day_print(k->a, s->opened));
    for (uint32_t i = 0; i < k->c->p->steps_count; i++)
        if (k->c->steps[i].irregular) return stop(k, false, STR("irregular"), STR(""), &E_case_irregular, k->c->p->steps[i]->title.zh);
    return RC_OK;
}

/* A sub-case begins under the packs in force, as any case that begins today. */
static enum rc open_under(struct doing *k, const struct case_opening *g)
{
    struct sub_wanted *wanted;
    uint32_t n;
    TRY(above_check(k, g));
    TRY(subs_wanted(k, g->under_line, &wanted, &n));
    const struct kase *above = k->c;
    const struct pack_procedure *then = k->step->sub->proc, *p = pack_procedure_find(k->now_set, then->d.name);
    uint64_t under = above->steps[k->step->idx].id;
    if (p == NULL) return no_procedure(k, then->d.name);
    const struct pack_register *subject = register_now(k, then->subject);
    if (subject != p->subject) return err_set(k->err, &E_case_sub_form, NO_PLACE, STR("现行的规矩集里，这个程序的对象换了台账"), STR("in the packs in force that procedure is about another register"));
    doing_under(k, k->now);
    for (uint32_t i = 0; i < n; i++) {
        struct place_of at = {wanted[i].subject, under, wanted[i].line < 0 ? 0 : above->lines[wanted[i].line].id};
        TRY(open_one(k, g, p, &at));
    }
    return RC_OK;
}

static enum rc run(struct doing *k, void *arg)
{
    const struct case_opening *g = arg;
    if (g->under != 0) return open_under(k, g);
    const struct pack_procedure *p = pack_procedure_find(k->set, g->procedure);
    struct place_of at = {0};
    return p == NULL ? no_procedure(k, g->procedure) : open_one(k, g, p, &at);
}

enum rc case_open(struct case_door *d, const struct case_opening *g, struct case_done *out, struct case_refused *why, struct err *err)
{
    struct case_opening copy = *g;
    return door_act(d, 0, run, &copy, &g->entry, out, why, err);
}
