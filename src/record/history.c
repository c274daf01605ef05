/*
 * history.c - a record as it stood after an entry, and what each entry changed.
 * Both fold the record's entries; a value that was erased by law is gone from the past as well.
 */
#include "record/inner.h"

enum rc record_get_as_of(struct records *rs, const struct pack_register *r, uint64_t id, uint64_t seq, struct arena *a,
                         struct record *out, struct err *err)
{
    struct reg_bind *b = bind_of(rs, r);
    MUST(rs->journal != NULL);
    struct fold f;
    fold_init(&f, b, a);
    struct journal_walk *w;
    TRY(journal_walk_record(rs->journal, b->number, id, &w, err));
    const struct entry *e;
    enum rc rc;
    bool any = false;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL) {
        any = true;
        if (e->seq > seq) break;
        rc = fold_entry(&f, e, err);
        if (rc != RC_OK) break;
    }
    journal_walk_close(&w);
    TRY(rc);
    if (!any) return err_absent(err, r, id_text(a, id));
    if (!f.made) return err_set(err, &E_record_not_yet, NO_PLACE, reg_title(r), str_u64(a, id), str_u64(a, seq));
    *out = (struct record){.id = id, .version = f.version, .seq = f.seq, .closed_us = f.closed_us, .values = f.values};
    return RC_OK;
}

/* ---- history ---- */

/* An erasure as its entry tells it: which bodies went, which fields they held. */
struct erasure {
    struct dropped *bodies;
    size_t bodies_count;
    const struct pack_field **fields;
    size_t fields_count;
};

struct telling {
    struct reg_bind *b;
    struct arena *a;
    VEC(struct erasure) erasures;
    VEC(struct history_line) lines;
    struct fold fold;
    struct sv *before;
};

static enum rc note_erasure(struct telling *t, const struct entry *e, size_t named_before, struct err *err)
{
    struct json *j;
    TRY(json_parse(t->a, e->body[CLASS_OPEN], &j, err)); /* fold_entry() has read it already */
    const struct json *fields = json_get(j, STR("fields"));
    struct erasure x = {.bodies = t->fold.named.at + named_before, .bodies_count = t->fold.named.len - named_before};
    /* The list of named bodies may grow elsewhere later: keep our own part. */
    struct dropped *own = arena_array(t->a, struct dropped, x.bodies_count);
    if (x.bodies_count > 0) memcpy(own, x.bodies, x.bodies_count * sizeof *own);
    x.bodies = own;
    x.fields = arena_array(t->a, const struct pack_field *, fields->count);
    for (const struct json *k = fields->first; k != NULL; k = k->next) x.fields[x.fields_count++] = bind_field(t->b, k->text);
    vec_push(t->a, &t->erasures, x);
    return RC_OK;
}

static enum rc tell(struct telling *t, const struct entry *e, struct err *err)
{
    uint32_t n = t->b->reg->stored_count;
    size_t named = t->fold.named.len;
    if (n > 0) memcpy(t->before, t->fold.values, n * sizeof *t->before);
    TRY(fold_entry(&t->fold, e, err));
    if (e->kind == ENTRY_ERASE) TRY(note_erasure(t, e, named, err));
    struct history_line l = {.seq = e->seq,
                             .command = e->command,
                             .actor = e->actor,
                             .time_us = e->time_us,
                             .happened = e->happened,
                             .kind = e->kind,
                             .version = e->version,
                             .verb = e->verb};
    l.fields = arena_array(t->a, const struct pack_field *, n);
    l.before = arena_array(t->a, struct sv, n);
    l.after = arena_array(t->a, struct sv, n);
    l.erased = arena_array(t->a, bool, n);
    for (uint32_t i = 0; i < t->b->reg->fields_count; i++) {
        const struct pack_field *f = &t->b->reg->fields[i];
        if (f->derive != NULL || !t->fold.touched[f->column]) continue;
        l.fields[l.count] = f;
        l.before[l.count] = t->before[f->column];
        l.after[l.count] = t->fold.values[f->column];
        l.erased[l.count++] = e->kind == ENTRY_ERASE;
    }
    vec_push(t->a, &t->lines, l);
    return RC_OK;
}

static bool line_has(const struct history_line *l, const struct pack_field *f)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (l->fields[i] == f) return true;
    return false;
}

/* Where a body is gone, its line names the fields that were erased with it: which of them that very entry held is gone too. */
static void mark_erased(struct telling *t)
{
    for (size_t i = 0; i < t->fold.seen.len; i++) {
        const struct dropped *d = &t->fold.seen.at[i];
        struct history_line *l = NULL;
        for (size_t k = 0; k < t->lines.len && l == NULL; k++)
            if (t->lines.at[k].seq == d->seq) l = &t->lines.at[k];
        for (size_t k = 0; k < t->erasures.len && l != NULL; k++) {
            const struct erasure *x = &t->erasures.at[k];
            bool names = false;
            for (size_t n = 0; n < x->bodies_count; n++) names = names || (x->bodies[n].seq == d->seq && x->bodies[n].class == d->class);
            for (size_t n = 0; names && n < x->fields_count; n++) {
                const struct pack_field *f = x->fields[n];
                if (f == NULL || (uint32_t)f->class != d->class || line_has(l, f)) continue;
                l->fields[l->count] = f;
                l->erased[l->count++] = true;
            }
        }
    }
}

enum rc record_history(struct records *rs, const struct pack_register *r, uint64_t id, struct arena *a, struct history_line **lines,
                       size_t *n, struct err *err)
{
    struct telling t = {.b = bind_of(rs, r), .a = a};
    MUST(rs->journal != NULL);
    fold_init(&t.fold, t.b, a);
    t.before = arena_array(a, struct sv, r->stored_count);
    struct journal_walk *w;
    TRY(journal_walk_record(rs->journal, t.b->number, id, &w, err));
    const struct entry *e;
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL) {
        rc = tell(&t, e, err);
        if (rc != RC_OK) break;
    }
    journal_walk_close(&w);
    TRY(rc);
    if (t.lines.len == 0) return err_absent(err, r, id_text(a, id));
    mark_erased(&t);
    *lines = t.lines.at;
    *n = t.lines.len;
    return RC_OK;
}
