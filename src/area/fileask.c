/*
 * fileask.c - who may have the bytes of a file, and who may name it.  Nothing outside area/ reads bytes but through here: by the field of a record that
 * holds them, by a paper of a case or of the answer to a slip, or by a hash that some field in sight holds.
 * To name a file in a record is to be able to read it there, so nobody names one that he neither brought nor sees: a hash that was
 * overheard opens nothing.
 */
#include "area/inner.h"

#define DAY_US (INT64_C(24) * 3600 * 1000000)
enum { UPLOADS_MAX = 2000, U_ACCOUNT = 0, U_HASH, U_AT, U_SIZE, U_TYPE, U_NAME, U_COLUMNS };
#define UPLOADS_BYTES_MAX (INT64_C(4) << 30)

/* What an account brought in the last day and may still put somewhere. */
static const struct store_column columns[] = {{STR_INIT("account"), SV_INT}, {STR_INIT("hash"), SV_TEXT}, {STR_INIT("at_us"), SV_INT},
                                              {STR_INIT("size"), SV_INT},    {STR_INIT("type"), SV_TEXT}, {STR_INIT("name"), SV_TEXT}};
const struct store_table table_file_upload = {.name = STR_INIT("file_upload"), .columns = columns, .columns_count = U_COLUMNS, .keys_count = 2};

static enum rc absent(struct str hash, struct err *err) { return err_set(err, &E_area_file_absent, NO_PLACE, str_sub(hash, 0, 12)); }

/* ---- what was brought ---- */

static enum rc upload_find(struct store_rows *rows, uint64_t account, struct str hash, int64_t now_us, struct arena *a, struct record_file *out, bool *found, struct err *err)
{
    struct sv keys[2] = {sv_int((int64_t)account), sv_text(hash)}, row[U_COLUMNS];
    struct err why;
    *found = false;
    enum rc rc = store_get(rows, a, keys, row, &why);
    if (rc == RC_ABSENT) return RC_OK;
    if (rc != RC_OK) {
        if (err != NULL) *err = why;
        return rc;
    }
    if (row[U_AT].i < now_us - DAY_US) return RC_OK;
    *found = true;
    *out = (struct record_file){.hash = hash, .size = (uint64_t)row[U_SIZE].i, .type = row[U_TYPE].s, .name = row[U_NAME].s};
    return RC_OK;
}

enum rc area_file_brought(const struct area_view *v, uint64_t account, struct str hash, struct arena *a, struct record_file *out, bool *found, struct err *err)
{
    struct area_view *w = (struct area_view *)(uintptr_t)v;
    struct arena *own = NULL;
    *found = false;
    if (w->uploads == NULL) {
        TRY(view_arena(w, &own, err));
        TRY(store_bind(w->store, own, &table_file_upload, &w->uploads, err));
    }
    return upload_find(w->uploads, account, hash, clock_now_us(), a, out, found, err);
}

/* Those of the last day are counted, older ones go: they were put somewhere, or will be swept. */
static enum rc room_check(struct area *ar, uint64_t account, int64_t now_us, uint64_t more, struct err *err)
{
    static const uint32_t wanted[] = {U_HASH, U_AT, U_SIZE};
    struct store_where where = {U_ACCOUNT, SO_EQ, sv_int((int64_t)account)};
    struct store_query q = {.columns = wanted, .columns_count = 3, .where = &where, .where_count = 1};
    struct store_cursor *c = NULL;
    const struct sv *row;
    VEC(struct str) old = {0};
    int64_t n = 0, bytes = (int64_t)more;
    TRY(store_select(ar->uploads, &q, &c, err));
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) {
        if (row[1].i < now_us - DAY_US) vec_push(&ar->batch, &old, str_dup(&ar->batch, row[0].s));
        else {
            n++;
            bytes += row[2].i;
        }
    }
    store_cursor_close(&c);
    for (size_t i = 0; rc == RC_OK && i < old.len; i++) {
        struct sv keys[2] = {sv_int((int64_t)account), sv_text(old.at[i])};
        rc = store_delete(ar->uploads, keys, err);
    }
    if (rc == RC_OK && (n >= UPLOADS_MAX || bytes > UPLOADS_BYTES_MAX)) rc = err_set(err, &E_area_file_many, NO_PLACE, str_u64(&ar->batch, UPLOADS_MAX), STR("4 GiB"));
    return rc;
}

enum rc upload_note(struct area *ar, uint64_t account, const struct batch_file *f, int64_t now_us, struct err *err)
{
    struct sv keys[2] = {sv_int((int64_t)account), sv_text(f->hash)}, row[U_COLUMNS];
    struct err none;
    if (account == 0) return RC_OK;
    TRY(room_check(ar, account, now_us, f->bytes.len, err));
    struct sv now[U_COLUMNS] = {keys[0], keys[1], sv_int(now_us), sv_int((int64_t)f->bytes.len), sv_text(f->type.ptr == NULL ? STR("") : f->type), sv_text(f->name.ptr == NULL ? STR("") : f->name)};
    if (store_get(ar->uploads, &ar->batch, keys, row, &none) == RC_OK) TRY(store_delete(ar->uploads, keys, err));
    return store_insert(ar->uploads, now, err);
}

/* ---- who may have it ---- */

enum rc area_file_of(const struct area_view *v, const struct grant *g, const struct pack_register *r, const struct pack_field *f, uint64_t id, struct arena *a, struct str *out,
                     struct err *err)
{
    struct access_world w = record_world(v->records);
    struct record rec;
    struct sight s = SIGHT_NONE;
    struct str hash = STR("");
    if (f->type != FIELD_FILE || f->column == UINT32_MAX || g == NULL || !grant_may(g, PACK_READ, r)) return absent(hash, err);
    TRY(record_get(v->records, r, id, a, &rec, err));
    TRY(scope_sight_of(grant_scope(g, PACK_READ, r), id, rec.values, rec.closed_us != 0, &w, &s, err));
    if (s.any && sight_field(&s, r, f) && rec.values[f->column].kind == SV_TEXT) hash = record_file_hash(rec.values[f->column].s);
    return hash.len == 0 ? absent(hash, err) : file_bytes(v, hash, a, out, err);
}

/* The first of its holders that is in sight; there may be others that are not. */
static enum rc held_in_sight(struct records *rs, const struct grant *g, const struct pack_register *r, const struct pack_field *f, struct str hash, struct arena *a,
                             struct area_file_held *held, struct err *err)
{
    struct access_world w = record_world(rs);
    uint64_t *ids;
    size_t n;
    TRY(record_holding(rs, r, f, hash, a, &ids, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct record rec;
        struct sight s;
        struct record_file file;
        TRY(record_get(rs, r, ids[i], a, &rec, err));
        TRY(scope_sight_of(grant_scope(g, PACK_READ, r), ids[i], rec.values, rec.closed_us != 0, &w, &s, err));
        if (!s.any || !sight_field(&s, r, f) || rec.values[f->column].kind != SV_TEXT || !record_file_read(rec.values[f->column].s, &file)) continue;
        *held = (struct area_file_held){r, ids[i], f->class, file};
        return RC_OK;
    }
    return RC_OK;
}

static enum rc held(struct records *rs, const struct grant *g, struct str hash, struct arena *a, struct area_file_held *out, struct err *err)
{
    const struct pack_set *set = records_set(rs);
    *out = (struct area_file_held){0};
    for (uint32_t i = 0; i < set->registers_count && out->reg == NULL; i++) {
        const struct pack_register *r = set->registers[i];
        if (!grant_may(g, PACK_READ, r)) continue;
        for (uint32_t k = 0; k < r->fields_count && out->reg == NULL; k++)
            if (r->fields[k].type == FIELD_FILE && r->fields[k].derive == NULL) TRY(held_in_sight(rs, g, r, &r->fields[k], hash, a, out, err));
    }
    return RC_OK;
}

enum rc area_file_see(const struct area_view *v, const struct grant *g, struct str hash, struct arena *a, struct str *out, struct area_file_held *h, struct err *err)
{
    TRY(held(v->records, g, hash, a, h, err));
    return h->reg == NULL ? absent(hash, err) : file_bytes(v, hash, a, out, err);
}

/* ---- papers of cases ---- */

static bool item_holds(const struct pack_item *items, uint32_t n, const struct sv *values, struct str hash, unsigned classes, struct record_file *file, enum pack_class *class)
{
    for (uint32_t i = 0; i < n && values != NULL; i++)
        if (items[i].paper && values[i].kind == SV_TEXT && (classes >> items[i].f.class & 1) != 0 && record_file_read(values[i].s, file) && file->name.len > 0 && str_eq(file->hash, hash)) {
            *class = items[i].f.class;
            return true;
        }
    return false;
}

static bool case_holds(const struct case_full *c, struct str hash, unsigned classes, struct record_file *file, enum pack_class *class)
{
    const struct pack_procedure *p = c->procedure;
    if (item_holds(p->opening->items, p->opening->items_count, c->values, hash, classes, file, class)) return true;
    for (uint32_t i = 0; p->lines != NULL && p->lines->reg == NULL && i < c->lines_count; i++)
        if (item_holds(p->lines->items, p->lines->items_count, c->lines[i].values, hash, classes, file, class)) return true;
    for (uint32_t i = 0; i < c->steps_count; i++)
        for (uint32_t r = 0; r < c->steps[i].rounds_count; r++) {
            const struct case_round *round = &c->steps[i].rounds[r];
            const struct pack_step *s = c->steps[i].step;
            if (item_holds(s->items, s->items_count, round->values, hash, classes, file, class)) return true;
            for (uint32_t k = 0; k < round->parts_count; k++)
                if (item_holds(s->items, s->items_count, round->parts[k].values, hash, classes, file, class)) return true;
        }
    return false;
}

enum rc area_file_case(const struct area_view *v, const struct grant *g, uint64_t id, struct str hash, struct arena *a, struct str *out, struct area_file_held *h, struct err *err)
{
    const struct pack_register *r = pack_register_find(v->set, STR("case"));
    struct access_world w = record_world(v->records);
    struct record rec;
    struct sight s;
    struct case_full c;
    *h = (struct area_file_held){0};
    if (r == NULL || !grant_may(g, PACK_READ, r)) return absent(hash, err);
    enum rc rc = record_get(v->records, r, id, a, &rec, err);
    if (rc == RC_ABSENT) return absent(hash, err);
    TRY(rc);
    TRY(scope_sight_of(grant_scope(g, PACK_READ, r), id, rec.values, rec.closed_us != 0, &w, &s, err));
    if (!s.any) return absent(hash, err);
    TRY(case_whole(v->records, id, grant_today(g), a, LANG_ZH, &c, err));
    if (!case_holds(&c, hash, s.classes, &h->file, &h->class)) return absent(hash, err);
    h->reg = r;
    h->id = id;
    return file_bytes(v, hash, a, out, err);
}

/* ---- papers in answers to slips ---- */

static bool slip_holds(const struct slip_view *v, struct str hash, unsigned classes, struct record_file *file, enum pack_class *class)
{
    for (uint32_t i = 0; i < v->answers_count; i++)
        if (v->answers[i].paper && (classes >> v->answers[i].class & 1) != 0 && record_file_read(v->answers[i].text, file) && file->name.len > 0 && str_eq(file->hash, hash)) {
            *class = v->answers[i].class < PACK_PERSONAL ? PACK_PERSONAL : v->answers[i].class; /* the register keeps answers as personal */
            return true;
        }
    return false;
}

static enum rc slip_sight(struct records *rs, const struct grant *g, const struct pack_register *r, uint64_t id, struct arena *a, struct sight *s, struct err *err)
{
    struct access_world w = record_world(rs);
    struct record rec;
    *s = SIGHT_NONE;
    if (r == NULL || !grant_may(g, PACK_READ, r)) return RC_OK;
    TRY(record_get(rs, r, id, a, &rec, err));
    return scope_sight_of(grant_scope(g, PACK_READ, r), id, rec.values, rec.closed_us != 0, &w, s, err);
}

enum rc area_file_slip(const struct area_view *v, const struct grant *g, uint64_t id, struct str hash, struct arena *a, struct str *out, struct area_file_held *h, struct err *err)
{
    const struct pack_register *r = pack_register_find(v->set, STR("slip"));
    struct sight own, there;
    struct slip_view s;
    *h = (struct area_file_held){0};
    enum rc rc = slip_sight(v->records, g, r, id, a, &own, err);
    if (rc == RC_ABSENT || (rc == RC_OK && !own.any)) return absent(hash, err);
    TRY(rc);
    TRY(slip_look(v->records, id, grant_today(g), a, &s, err));
    TRY(slip_sight(v->records, g, pack_register_find(v->set, s.reg), s.subject, a, &there, err));
    /* The words of an answer and its papers are read alike: personal at least, and what is restricted by the record that the slip is on. */
    unsigned classes = there.any ? there.classes & (own.classes | 1u << PACK_RESTRICTED) : 0;
    if ((classes >> PACK_PERSONAL & 1) != 0) classes |= 1u << PACK_OPEN;
    else classes &= ~(1u << PACK_OPEN);
    if (!slip_holds(&s, hash, classes, &h->file, &h->class)) return absent(hash, err);
    h->reg = r;
    h->id = id;
    return file_bytes(v, hash, a, out, err);
}

/* ---- who may name it ---- */

struct naming {
    struct area *ar;
    const struct grant *g;
    const struct batch_file *files; /* that come with the command */
    size_t files_count;
    const struct pack_register *reg; /* of an update: what the record holds, or held, may stand again */
    uint64_t id, case_id, slip_id;
};

static bool said_before(const struct naming *q, struct str hash)
{
    struct history_line *lines;
    size_t n = 0;
    struct err none;
    if (q->reg == NULL || q->id == 0 || record_history(q->ar->records, q->reg, q->id, &q->ar->batch, &lines, &n, &none) != RC_OK) return false;
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < lines[i].count; k++)
            if (lines[i].fields[k]->type == FIELD_FILE && lines[i].after[k].kind == SV_TEXT && str_eq(record_file_hash(lines[i].after[k].s), hash)) return true;
    return false;
}

static enum rc may_name(const struct naming *q, struct str text, struct err *err)
{
    struct record_file f, was;
    struct area_file_held h;
    struct arena *a = &q->ar->batch;
    bool found = false;
    if (!record_file_read(text, &f)) return RC_OK;
    for (size_t i = 0; i < q->files_count; i++)
        if (str_eq(q->files[i].hash, f.hash)) return RC_OK;
    TRY(upload_find(q->ar->uploads, grant_account(q->g), f.hash, clock_now_us(), a, &was, &found, err));
    if (found && (f.name.len == 0 || (f.size == was.size && str_eq(f.type, was.type)))) return RC_OK;
    if (found) return err_set(err, &E_area_file_other, NO_PLACE, f.name);
    TRY(held(q->ar->records, q->g, f.hash, a, &h, err));
    if (h.reg != NULL || said_before(q, f.hash)) return RC_OK;
    struct case_full c;
    enum pack_class class;
    if (q->case_id != 0 && case_whole(q->ar->records, q->case_id, grant_today(q->g), a, LANG_ZH, &c, err) == RC_OK && case_holds(&c, f.hash, ~0u, &was, &class)) return RC_OK;
    struct slip_view s;
    if (q->slip_id != 0 && slip_look(q->ar->records, q->slip_id, grant_today(q->g), a, &s, err) == RC_OK && slip_holds(&s, f.hash, ~0u, &was, &class)) return RC_OK;
    return err_set(err, &E_area_file_claim, NO_PLACE, f.name.len > 0 ? f.name : str_sub(f.hash, 0, 12));
}

static enum rc values_name(const struct naming *q, const struct pack_field *f, const struct sv *v, struct err *err)
{
    return f != NULL && f->type == FIELD_FILE && v->kind == SV_TEXT ? may_name(q, v->s, err) : RC_OK;
}

static enum rc pairs_name(const struct naming *q, const struct case_pair *at, uint32_t n, struct err *err)
{
    struct record_file f;
    for (uint32_t i = 0; i < n; i++)
        if (record_file_read(str_trim(at[i].text), &f) && f.name.len > 0) TRY(may_name(q, str_trim(at[i].text), err));
    return RC_OK;
}

static enum rc close_names(const struct naming *q, const struct case_close *c, struct err *err)
{
    TRY(pairs_name(q, c->set, c->set_count, err));
    for (uint32_t i = 0; i < c->each_count; i++) TRY(pairs_name(q, c->each[i].values, c->each[i].count, err));
    return RC_OK;
}

static enum rc case_names(struct naming *q, const struct command *c, struct err *err)
{
    const struct args_case *g = c->args;
    if (c->verb == VERB_CASE_ACT) {
        q->case_id = g->close.id;
        return close_names(q, &g->close, err);
    }
    if (c->verb == VERB_CASE_PAPER) {
        q->case_id = g->paper.id;
        return may_name(q, str_trim(g->paper.file), err);
    }
    TRY(pairs_name(q, g->open.set, g->open.set_count, err));
    for (uint32_t i = 0; i < g->open.lines_count; i++) TRY(pairs_name(q, g->open.lines[i].values, g->open.lines[i].count, err));
    for (uint32_t i = 0; i < g->open.taken_count; i++) TRY(close_names(q, &g->open.taken[i], err));
    return RC_OK;
}

/* Once he may answer, what stands in the answer that was sent back may stand again; whether he may, the slip says after this. */
static enum rc slip_names(struct naming *q, const struct args_slip *g, struct err *err)
{
    struct record_file f;
    struct sight s;
    if (slip_sight(q->ar->records, q->g, pack_register_find(records_set(q->ar->records), STR("slip")), g->id, &q->ar->batch, &s, err) == RC_OK && s.any) q->slip_id = g->id;
    for (uint32_t i = 0; i < g->values_count; i++)
        if (record_file_read(str_trim(g->values[i].text), &f) && f.name.len > 0) TRY(may_name(q, str_trim(g->values[i].text), err));
    return RC_OK;
}

enum rc files_may_name(struct area *ar, const struct grant *g, const struct command *c, struct err *err)
{
    struct naming q = {.ar = ar, .g = g};
    const struct pack_set *set = records_set(ar->records);
    if (c->verb == VERB_PROPOSE) return files_may_name(ar, g, ((const struct args_propose *)c->args)->act, err);
    if (c->verb == VERB_CREATE) {
        const struct args_create *x = c->args;
        const struct pack_register *r = pack_register_find(set, x->reg);
        for (uint32_t i = 0; r != NULL && i < x->count; i++) TRY(values_name(&q, pack_field_find(r, x->fields[i]), &x->values[i], err));
    } else if (c->verb == VERB_UPDATE) {
        const struct args_update *x = c->args;
        q.reg = pack_register_find(set, x->reg);
        q.id = x->id;
        for (uint32_t i = 0; q.reg != NULL && i < x->count; i++) TRY(values_name(&q, pack_field_find(q.reg, x->fields[i]), &x->values[i], err));
    } else if (c->verb == VERB_IMPORT) {
        const struct import_plan *x = ((const struct args_import *)c->args)->plan;
        for (uint32_t k = 0; k < x->given_count; k++)
            for (size_t i = 0; x->given[k]->type == FIELD_FILE && i < x->rows_count; i++) TRY(values_name(&q, x->given[k], &x->rows[i].values[x->given[k]->column], err));
    } else if (c->verb == VERB_BATCH) {
        const struct args_batch *x = c->args;
        q.files = x->files;
        q.files_count = x->files_count;
        for (size_t i = 0; i < x->count; i++) {
            q.reg = x->items[i].kind == BATCH_UPDATE ? x->items[i].reg : NULL;
            q.id = x->items[i].id;
            for (uint32_t k = 0; k < x->items[i].count; k++) TRY(values_name(&q, x->items[i].fields[k], &x->items[i].values[k], err));
        }
    } else if (c->verb >= VERB_CASE_PAPER && c->verb < VERB_BALLOT_OPEN) {
        return case_names(&q, c, err);
    } else if (c->verb == VERB_SLIP_REPLY) {
        return slip_names(&q, c->args, err);
    }
    return RC_OK;
}

/* ---- sweeping ---- */

/* Texts of entries name files as runs of 64 small hex digits, in whatever field; what looks like one is one. */
static void named_in(const struct map *of, struct str body)
{
    for (size_t i = 0, from = 0; i <= body.len; i++) {
        char c = i < body.len ? body.ptr[i] : ' ';
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) continue;
        for (size_t at = from; i - from >= 64 && at + 64 <= i; at++) {
            bool *named = map_find(of, str_sub(body, at, at + 64));
            if (named != NULL) *named = true;
        }
        from = i + 1;
    }
}

enum rc files_named(struct journal *j, uint64_t from, const struct map *of, struct err *err)
{
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    if (of->len == 0 || from > journal_size(j)) return RC_OK;
    TRY(journal_walk(j, from, &w, err));
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL)
        for (size_t c = 0; c < CLASS_COUNT; c++)
            if (e->body[c].ptr != NULL) named_in(of, e->body[c]);
    journal_walk_close(&w);
    return rc;
}

struct finding { struct arena *a; struct map *of; struct map *fresh; };

static enum rc candidate(void *ctx, struct str hash, struct err *err)
{
    struct finding *f = ctx;
    (void)err;
    if (f->fresh != NULL && map_find(f->fresh, hash) != NULL) return RC_OK;
    (void)map_put(f->a, f->of, str_dup(f->a, hash), arena_new(f->a, bool));
    return RC_OK;
}

/* What was brought in the last day waits to be put somewhere. */
static enum rc fresh_uploads(struct store_rows *rows, struct arena *a, struct map *out, struct err *err)
{
    static const uint32_t wanted[] = {U_HASH};
    struct store_where where = {U_AT, SO_GE, sv_int(clock_now_us() - DAY_US)};
    struct store_query q = {.columns = wanted, .columns_count = 1, .where = &where, .where_count = 1};
    struct store_cursor *c;
    const struct sv *row;
    TRY(store_select(rows, &q, &c, err));
    enum rc rc;
    while ((rc = store_next(c, &row, err)) == RC_OK && row != NULL) (void)map_put(a, out, str_dup(a, row[0].s), a);
    store_cursor_close(&c);
    return rc;
}

enum rc area_files_unnamed(struct area_view *v, struct arena *a, struct str **hashes, size_t *n, struct err *err)
{
    struct map of = {0}, fresh = {0};
    struct record_file none;
    bool found;
    TRY(area_file_brought(v, 0, STR(""), a, &none, &found, err)); /* binds the table */
    TRY(fresh_uploads(v->uploads, a, &fresh, err));
    struct finding f = {a, &of, &fresh};
    TRY(files_each(v, candidate, &f, err));
    TRY(files_named(v->journal, 1, &of, err));
    *hashes = arena_array(a, struct str, of.len + 1);
    *n = 0;
    for (size_t i = 0; i < of.len; i++)
        if (!*(const bool *)of.entry[i].value) (*hashes)[(*n)++] = of.entry[i].key;
    return RC_OK;
}

/* Since the view on which they were found: what was named or brought again stays. */
enum rc verb_sweep(struct door *d, struct err *err)
{
    const struct args_sweep *g = d->command->args;
    struct area *ar = d->area;
    const struct pack_register *r = pack_register_find(records_set(ar->records), STR("file_sweep"));
    const struct pack_field *day = r == NULL ? NULL : pack_field_find(r, STR("swept")), *files = r == NULL ? NULL : pack_field_find(r, STR("files")),
                            *size = r == NULL ? NULL : pack_field_find(r, STR("bytes"));
    struct map of = {0}, fresh = {0};
    if (day == NULL || files == NULL || size == NULL) return err_set(err, &E_area_sweep_core, NO_PLACE, STR("file_sweep"));
    TRY(fresh_uploads(ar->uploads, &ar->batch, &fresh, err));
    struct finding f = {&ar->batch, &of, &fresh};
    for (size_t i = 0; i < g->count; i++) TRY(candidate(&f, g->hashes[i], err));
    TRY(files_named(ar->journal, g->seq + 1, &of, err));
    uint64_t n = 0, bytes = 0;
    for (size_t i = 0; i < of.len; i++) {
        if (*(const bool *)of.entry[i].value) continue;
        TRY(file_drop(ar, of.entry[i].key, &bytes, err));
        n++;
    }
    if (g->files != NULL) *g->files = n;
    if (g->bytes != NULL) *g->bytes = bytes;
    if (n == 0) return RC_OK;
    struct sv *values = arena_array(&ar->batch, struct sv, r->stored_count + 1);
    values[day->column] = sv_int(d->change.today);
    values[files->column] = sv_int((int64_t)n);
    values[size->column] = sv_int((int64_t)bytes);
    struct changed done;
    TRY(record_create(ar->records, r, &d->change, values, &done, err));
    d->receipt->id = done.id;
    return RC_OK;
}
