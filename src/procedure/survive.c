/* survive.c - may other packs come into force?  Not while an open case would lose a step or a field that it has read or will read. */
#include "procedure/inner.h"

struct survey {
    struct doing *k;
    const struct pack_set *next;
};

static enum rc loses(struct survey *s, const struct record *rec, struct str what, struct err *err)
{
    const struct book *b = &s->k->book;
    return err_set(err, &E_case_would_lose, NO_PLACE, str_u64(s->k->a, rec->id), book_text(b, BOOK_CASE, rec, C_PROCEDURE), what);
}

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

static enum rc one(void *ctx, const struct record *rec, struct err *err)
{
    struct survey *s = ctx;
    const struct book *b = &s->k->book;
    struct arena *a = s->k->a;
    if (!str_eq(book_text(b, BOOK_CASE, rec, C_STATE), STR("open"))) return RC_OK;
    struct str name = str_dup(a, book_text(b, BOOK_CASE, rec, C_PROCEDURE));
    const struct pack_procedure *old = pack_procedure_find(s->k->set, name), *now = pack_procedure_find(s->next, name);
    if (old == NULL) return RC_OK;
    if (now == NULL) return loses(s, rec, str_cat(a, STR("procedure "), name), err);
    const struct pack_item *lost = item_lost(old->opening->items, old->opening->items_count, now->opening->items, now->opening->items_count);
    if (lost != NULL) return loses(s, rec, str_cat(a, STR("open."), lost->f.name), err);
    if ((old->lines == NULL) != (now->lines == NULL) || (old->lines != NULL && (old->lines->reg == NULL) != (now->lines->reg == NULL))) return loses(s, rec, STR("lines"), err);
    if (old->lines != NULL && old->lines->reg == NULL && (lost = item_lost(old->lines->items, old->lines->items_count, now->lines->items, now->lines->items_count)) != NULL)
        return loses(s, rec, str_cat(a, STR("lines."), lost->f.name), err);
    uint32_t from = 0;
    for (uint32_t i = 0; i < old->steps_count; i++) {
        const struct pack_step *x = old->steps[i], *y = NULL;
        for (uint32_t k = from; k < now->steps_count && y == NULL; k++) { /* in the same order */
            if (!str_eq(now->steps[k]->name, x->name)) continue;
            y = now->steps[k];
            from = k + 1;
        }
        if (y == NULL) return loses(s, rec, x->name, err);
        if ((lost = item_lost(x->items, x->items_count, y->items, y->items_count)) != NULL) return loses(s, rec, str_cat(a, x->name, STR("."), lost->f.name), err);
    }
    return RC_OK;
}

enum rc case_survives(struct records *rs, const struct pack_set *next, struct arena *a, struct err *err)
{
    struct case_door d = {.records = rs, .arena = a, .change = {.happened = ENTRY_NO_DAY}};
    struct doing k;
    if (records_set(rs)->procedures_count == 0) return RC_OK;
    TRY(doing_begin(&k, &d, NULL, NULL, NULL, err));
    struct survey s = {&k, next};
    enum rc rc = record_each(rs, k.book.r[BOOK_CASE], RECORD_BY_ID, false, one, &s, err);
    doing_end(&k);
    return rc;
}
