/*
 * past.c - a case runs on the packs that it began with.  What it writes goes into the registers of today; and where the procedure of today says that
 * it adopts the cases of that version, a person may move one over, with a written reason.
 */
#include "procedure/inner.h"

static bool called(struct str now, const struct str *was, uint32_t n, struct str name)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(was[i], name)) return true;
    return str_eq(now, name);
}

const struct pack_register *register_now(const struct doing *k, const struct pack_register *r)
{
    if (k->rs == k->now) return r;
    const struct pack_register *found = pack_register_find(k->now_set, r->d.name);
    for (uint32_t i = 0; found == NULL && i < k->now_set->registers_count; i++) {
        const struct pack_register *x = k->now_set->registers[i];
        if (called(x->d.name, x->d.was, x->d.was_count, r->d.name)) found = x;
    }
    return found;
}

const struct pack_field *field_now(const struct pack_register *now, const struct pack_field *f)
{
    for (uint32_t i = 0; i < now->fields_count; i++)
        if (str_eq(now->fields[i].name, f->name) && now->fields[i].column != UINT32_MAX) return &now->fields[i];
    for (uint32_t i = 0; i < now->fields_count; i++)
        if (called(now->fields[i].name, now->fields[i].was, now->fields[i].was_count, f->name) && now->fields[i].column != UINT32_MAX) return &now->fields[i];
    return NULL;
}

/* ---- what would be lost ---- */

static bool same_item(const struct pack_item *x, const struct pack_item *y)
{
    return str_eq(x->f.name, y->f.name) && x->each == y->each && x->f.type == y->f.type && x->f.len <= y->f.len &&
           (x->f.ref == NULL || (y->f.ref != NULL && str_eq(x->f.ref->d.name, y->f.ref->d.name)));
}

static const struct pack_item *item_lost(const struct pack_item *old, uint32_t n, const struct pack_item *now, uint32_t m)
{
    for (uint32_t i = 0; i < n; i++) {
        bool there = false;
        for (uint32_t k = 0; k < m && !there; k++) there = same_item(&old[i], &now[k]);
        if (!there) return &old[i];
    }
    return NULL;
}

struct str procedure_loses(struct arena *a, const struct pack_procedure *old, const struct pack_procedure *now)
{
    if (!str_eq(old->subject->d.name, now->subject->d.name)) return STR("subject");
    const struct pack_item *lost = item_lost(old->opening->items, old->opening->items_count, now->opening->items, now->opening->items_count);
    if (lost != NULL) return str_cat(a, STR("open."), lost->f.name);
    if ((old->lines == NULL) != (now->lines == NULL) || (old->lines != NULL && (old->lines->reg == NULL) != (now->lines->reg == NULL))) return STR("lines");
    if (old->lines != NULL && old->lines->reg == NULL && (lost = item_lost(old->lines->items, old->lines->items_count, now->lines->items, now->lines->items_count)) != NULL)
        return str_cat(a, STR("lines."), lost->f.name);
    uint32_t from = 0;
    for (uint32_t i = 0; i < old->steps_count; i++) {
        const struct pack_step *x = old->steps[i], *y = NULL;
        for (uint32_t k = from; k < now->steps_count && y == NULL; k++) { /* in the same order */
            if (!str_eq(now->steps[k]->name, x->name)) continue;
            y = now->steps[k];
            from = k + 1;
        }
        if (y == NULL) return x->name;
        if ((lost = item_lost(x->items, x->items_count, y->items, y->items_count)) != NULL) return str_cat(a, x->name, STR("."), lost->f.name);
    }
    return STR("");
}

/* ---- moving a case over ---- */

struct move_args { uint64_t id; struct str reason; };

static enum rc cannot(struct doing *k, struct str zh, struct str en) { return stop(k, false, STR("adopts"), STR(""), &E_case_adopt, zh, en); }

static bool adopts(struct doing *k, const struct pack_procedure *now)
{
    for (uint32_t i = 0; i < now->adopts_count; i++)
        for (uint32_t p = 0; p < k->set->packs_count; p++)
            if (str_eq(now->adopts[i], str_cat(k->a, k->set->packs[p].name, STR(" "), k->set->packs[p].version))) return true;
    return false;
}

/* A step that the case has not seen may only come after all that it has: nothing is slipped in behind its back. */
static const struct pack_step *slipped_in(struct doing *k, const struct pack_procedure *now)
{
    const struct pack_step *last = NULL;
    for (uint32_t i = 0; i < k->c->p->steps_count; i++)
        if (k->c->steps[i].id != 0) last = pack_step_find(now, k->c->p->steps[i]->name);
    for (uint32_t i = 0; last != NULL && i < now->steps_count; i++) {
        const struct pack_step *old = pack_step_find(k->c->p, now->steps[i]->name);
        if (now->steps[i]->group <= last->group && (old == NULL || k->c->steps[old->idx].id == 0)) return now->steps[i];
    }
    return NULL;
}

/* Those that were side by side still are. */
static bool groups_agree(const struct doing *k, const struct pack_procedure *now)
{
    const struct pack_procedure *old = k->c->p;
    for (uint32_t i = 1; i < old->steps_count; i++) {
        const struct pack_step *x = pack_step_find(now, old->steps[i - 1]->name), *y = pack_step_find(now, old->steps[i]->name);
        if (x == NULL || y == NULL || (k->c->steps[i].id != 0 && (x->group == y->group) != (old->steps[i - 1]->group == old->steps[i]->group))) return false;
    }
    return true;
}

static enum rc move(struct doing *k, void *arg)
{
    const struct move_args *g = arg;
    TRY(case_load(k, g->id, k->err));
    TRY(seen_check(k));
    TRY(open_check(k));
    TRY(person_check(k, k->c->p->down_by, k->c->p->down_by_count, STR("版本转换")));
    const struct record_past *past = record_past(k->now);
    const struct pack_procedure *now = pack_procedure_find(k->now_set, k->c->procedure);
    if (past == NULL || k->rs == k->now) return cannot(k, STR("它已经按现行的规矩集办"), STR("it runs on them already"));
    if (now == NULL) return cannot(k, STR("现行的规矩集里没有这个程序"), STR("they do not have its procedure"));
    if (!adopts(k, now)) return cannot(k, STR("现行的程序没有写明接办按这一版规矩立的案件（adopts），照原来的规矩办完"), STR("the procedure does not say that it adopts cases of that version"));
    if (str_trim(g->reason).len == 0) return stop(k, false, STR("reason"), STR(""), &E_case_reason, STR("版本转换"));
    struct str lost = procedure_loses(k->a, k->c->p, now);
    if (lost.len > 0) return cannot(k, str_cat(k->a, STR("案件要读的 "), lost, STR(" 没有了")), str_cat(k->a, STR("they lack "), lost));
    const struct pack_step *in = slipped_in(k, now);
    if (in != NULL) return cannot(k, str_cat(k->a, STR("新的步骤“"), in->title.zh, STR("”在已经开始的步骤之前或同时")), str_cat(k->a, STR("the new step "), in->name, STR(" would stand before what has begun")));
    if (!groups_agree(k, now)) return cannot(k, STR("同时办的步骤不一样了"), STR("steps that were side by side are not any more"));
    struct record rec;
    TRY(record_get(k->now, k->book.r[BOOK_CASE], k->c->id, k->a, &rec, k->err));
    struct str before = book_text(&k->book, BOOK_CASE, &rec, C_ADOPTED);
    struct row r = row_of(&k->book, BOOK_CASE);
    row_text(&r, C_ADOPTED, text_cut(str_cat(k->a, before, before.len > 0 ? STR("\n") : STR(""), day_print(k->a, k->today), STR(" "), k->d->actor.name, STR("："),
                                             book_text(&k->book, BOOK_CASE, &rec, C_PACK), STR(" → "), version_text(k, k->now_set), STR("；"), str_trim(g->reason)), 3900));
    row_text(&r, C_PACK, version_text(k, k->now_set));
    row_int(&r, C_INSTALL, (int64_t)past->install);
    TRY(put_row(k, &r, k->c->id, NULL));
    TRY(case_load(k, g->id, k->err));
    k->step = NULL;
    return advance(k);
}

enum rc case_adopt(struct case_door *d, uint64_t id, struct str reason, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err)
{
    struct move_args g = {id, reason};
    return door_act(d, id, move, &g, e, out, why, err);
}
