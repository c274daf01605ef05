/*
 * survive.c - may other packs come into force?  Cases run on those that they began with; but one of an area that did not note these yet
 * runs on what is in force, and must not lose a step or a field that it has read or will read.
 */
#include "procedure/inner.h"

struct survey {
    struct doing *k;
    const struct pack_set *next;
};

static enum rc one(void *ctx, const struct record *rec, struct err *err)
{
    struct survey *s = ctx;
    const struct book *b = &s->k->book;
    struct arena *a = s->k->a;
    if (!str_eq(book_text(b, BOOK_CASE, rec, C_STATE), STR("open")) || book_value(b, BOOK_CASE, rec, C_INSTALL).kind == SV_INT) return RC_OK;
    struct str name = str_dup(a, book_text(b, BOOK_CASE, rec, C_PROCEDURE));
    const struct pack_procedure *old = pack_procedure_find(s->k->set, name), *now = pack_procedure_find(s->next, name);
    if (old == NULL) return RC_OK;
    struct str lost = now == NULL ? str_cat(a, STR("procedure "), name) : procedure_loses(a, old, now);
    return lost.len == 0 ? RC_OK : err_set(err, &E_case_would_lose, NO_PLACE, str_u64(a, rec->id), book_text(b, BOOK_CASE, rec, C_PROCEDURE), lost);
}

enum rc case_survives(struct records *rs, const struct pack_set *next, struct arena *a, struct err *err)
{
    struct case_door d = {.records = rs, .arena = a, .change = {.happened = ENTRY_NO_DAY}};
    struct doing k;
    if (records_set(rs)->procedures_count == 0) return RC_OK;
    const struct pack_register *cases = pack_register_find(records_set(rs), STR("case"));
    if (cases == NULL || pack_field_find(cases, STR("install")) == NULL) return RC_OK; /* packs/core of before: these packs bring what notes it */
    TRY(doing_begin(&k, &d, NULL, NULL, NULL, err));
    struct survey s = {&k, next};
    enum rc rc = record_each(rs, k.book.r[BOOK_CASE], RECORD_BY_ID, false, one, &s, err);
    doing_end(&k);
    return rc;
}
