/* history.c - what happened to a record, the journal as a ledger, and proofs that a page can check by itself. */
#include "http/inner.h"

enum { LOG_DEFAULT = 50, LOG_MAX = 200, NOTES_SHOWN = 100 };

static const struct pack_register *account_register(struct req *q) { return pack_register_find(q->view->set, STR("account")); }

static const char *kind_name(uint8_t kind)
{
    static const char *const names[] = {"?", "create", "update", "close", "erase", "install", "epoch", "refused"};
    return names[kind < ARRAY_LEN(names) ? kind : 0];
}

/* ---- of one record ---- */

static enum rc change_put(struct req *q, const struct history_line *l, uint32_t i, uint64_t id, struct err *err)
{
    const struct pack_field *f = l->fields[i];
    json_object(&q->j);
    put_text(&q->j, "field", f->name);
    put_key(&q->j, "before");
    TRY(value_put(q, f, &l->before[i], err));
    put_key(&q->j, "after");
    TRY(value_put(q, f, &l->after[i], err));
    put_flag(&q->j, "erased", l->erased[i]);
    json_end_object(&q->j);
    if (f->class >= PACK_PERSONAL && !l->erased[i]) read_note(q, q->reg, id, f->class, "history");
    return RC_OK;
}

enum rc route_history(struct req *q, struct err *err)
{
    uint64_t id = 0;
    struct record rec;
    struct sight sight;
    struct history_line *lines = NULL;
    size_t n = 0;
    TRY(req_id(q, 1, &id, err));
    TRY(record_seen(q, PACK_READ, q->reg, id, &rec, &sight, err));
    TRY(record_history(q->view->records, q->reg, id, &q->arena, &lines, &n, err));
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t k = n; k > 0; k--) {
        const struct history_line *l = &lines[k - 1];
        uint64_t hidden = 0;
        json_object(&q->j);
        put_u64(&q->j, "seq", l->seq);
        put_u64(&q->j, "command", l->command);
        put_key(&q->j, "actor");
        TRY(ref_put(q, account_register(q), l->actor, err));
        put_time(&q->j, "time", l->time_us);
        put_day(&q->j, "happened", l->happened);
        put_text(&q->j, "kind", str_c(kind_name(l->kind)));
        put_text(&q->j, "verb", str_c(verb_title(l->verb, q->lang)));
        put_u64(&q->j, "version", l->version);
        put_key(&q->j, "changes");
        json_array(&q->j);
        for (uint32_t i = 0; i < l->count; i++) {
            if (sight_field(&sight, q->reg, l->fields[i])) TRY(change_put(q, l, i, id, err));
            else hidden++;
        }
        json_end_array(&q->j);
        put_u64(&q->j, "hidden", hidden);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- proofs ---- */

/* The newest note that stands for this entry, and its size; none: the head as it is, which nobody has signed yet. */
static enum rc note_for(struct req *q, uint64_t seq, uint64_t *size, struct str *note, struct err *err)
{
    struct str *notes = NULL;
    size_t n = 0;
    *note = STR_NONE;
    *size = q->view->seq;
    TRY(area_notes(q->site->area, &q->arena, &notes, &n, err));
    for (size_t i = n; i > 0; i--) {
        struct checkpoint c;
        struct err ignored;
        if (checkpoint_read(&q->arena, notes[i - 1], STR_NONE, &c, &ignored) != RC_OK) continue;
        if (!str_eq(c.origin, area_name(q->site->area)) || c.size < seq || c.size > q->view->seq) continue;
        *size = c.size;
        *note = notes[i - 1];
        return RC_OK;
    }
    return RC_OK;
}

static void hex_put(struct req *q, const char *key, struct str bytes) { put_text(&q->j, key, str_hex(&q->arena, bytes.ptr, bytes.len)); }

/* The hash of each class, and behind it, where it is in sight, what was hashed: H(0x02 || class || salt || body). */
static void commitments_put(struct req *q, const struct journal_raw *raw, const struct sight *sight)
{
    put_key(&q->j, "commitments");
    json_object(&q->j);
    for (int c = 0; c < CLASS_COUNT; c++)
        if ((raw->mask >> c & 1) != 0) put_text(&q->j, str_cz(&q->arena, journal_class_name((enum field_class)c)), str_hex(&q->arena, raw->commit[c].b, HASH_LEN));
    json_end_object(&q->j);
    put_key(&q->j, "bodies");
    json_array(&q->j);
    for (int c = 0; c < CLASS_COUNT; c++) {
        bool shown = sight != NULL && (sight->classes >> c & 1) != 0 && raw->salted[c].ptr != NULL && raw->salted[c].len >= 16;
        if (!shown) continue;
        json_object(&q->j);
        put_text(&q->j, "class", journal_class_name((enum field_class)c));
        put_u64(&q->j, "number", (uint64_t)c);
        hex_put(q, "salt", str_sub(raw->salted[c], 0, 16));
        put_text(&q->j, "body", str_sub(raw->salted[c], 16, raw->salted[c].len));
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
}

static enum rc proof_put(struct req *q, const struct journal_raw *raw, const struct sight *sight, struct err *err)
{
    struct proof p;
    struct hash root;
    struct str note;
    uint64_t size = 0;
    TRY(note_for(q, raw->e.seq, &size, &note, err));
    TRY(journal_prove(q->view->journal, &q->arena, raw->e.seq, size, &p, err));
    TRY(journal_root_at(q->view->journal, size, &root, err));
    put_u64(&q->j, "seq", raw->e.seq);
    put_u64(&q->j, "size", size);
    hex_put(q, "leaf", hash_str(&raw->leaf));
    hex_put(q, "header", raw->head);
    commitments_put(q, raw, sight);
    put_key(&q->j, "path");
    json_array(&q->j);
    for (size_t i = 0; i < p.path_len; i++) json_string(&q->j, str_hex(&q->arena, p.path[i].b, HASH_LEN));
    json_end_array(&q->j);
    hex_put(q, "root", hash_str(&root));
    put_text_or_null(&q->j, "note", note);
    put_text(&q->j, "verifier", area_verifier(q->site->area));
    put_text(&q->j, "hash", journal_alg(q->view->journal) == HASH_SM3 ? STR("sm3") : STR("sha256"));
    return RC_OK;
}

enum rc route_proof(struct req *q, struct err *err)
{
    uint64_t id = 0, seq = 0;
    struct record rec;
    struct sight sight;
    struct journal_raw raw;
    TRY(req_id(q, 1, &id, err));
    TRY(record_seen(q, PACK_READ, q->reg, id, &rec, &sight, err));
    TRY(req_u64(q, "seq", rec.seq, UINT64_C(1) << 53, &seq, err));
    TRY(journal_get_raw(q->view->journal, &q->arena, seq, &raw, err));
    if (raw.e.record != id || raw.e.reg != record_number(q->view->records, q->reg)) return err_set(err, &E_http_absent, NO_PLACE, str_u64(&q->arena, seq));
    answer_json(q);
    json_object(&q->j);
    TRY(proof_put(q, &raw, &sight, err));
    json_end_object(&q->j);
    for (int c = PACK_PERSONAL; c <= PACK_RESTRICTED; c++)
        if ((raw.mask >> c & 1) != 0 && (sight.classes >> c & 1) != 0) read_note(q, q->reg, id, (enum pack_class)c, "proof");
    return RC_OK;
}

/* ---- the ledger ---- */

/* What of an entry this person may know: its place and hash always; whose and what only where the record is in scope, or by the audit's right. */
static enum rc entry_seen(struct req *q, const struct entry *e, const struct pack_register **reg, bool *seen, struct sight *sight, struct err *err)
{
    *reg = e->reg == 0 ? NULL : record_register(q->view->records, e->reg);
    *sight = SIGHT_NONE;
    *seen = grant_right(q->grant, RIGHT_AUDIT) || e->reg == 0;
    if (*reg == NULL || !grant_may(q->grant, PACK_READ, *reg)) return RC_OK;
    struct record rec;
    struct err why;
    enum rc rc = record_get(q->view->records, *reg, e->record, &q->arena, &rec, &why);
    if (rc == RC_ABSENT) return RC_OK;
    if (rc != RC_OK) {
        *err = why;
        return rc;
    }
    TRY(scope_sight_of(grant_scope(q->grant, PACK_READ, *reg), rec.id, rec.values, rec.closed_us != 0, &q->world, sight, err));
    if (sight->any) *seen = true;
    return RC_OK;
}

static enum rc entry_put(struct req *q, const struct entry *e, const struct hash *leaf, const struct pack_register *r, bool seen, const struct sight *sight,
                         struct err *err)
{
    put_u64(&q->j, "seq", e->seq);
    put_time(&q->j, "time", e->time_us);
    put_text(&q->j, "leaf", str_hex(&q->arena, leaf->b, HASH_LEN));
    put_flag(&q->j, "seen", seen);
    if (!seen) return RC_OK;
    put_u64(&q->j, "command", e->command);
    put_day(&q->j, "happened", e->happened);
    put_key(&q->j, "actor");
    TRY(ref_put(q, account_register(q), e->actor, err));
    put_text(&q->j, "kind", str_c(kind_name(e->kind)));
    put_text(&q->j, "verb", str_c(verb_title(e->verb, q->lang)));
    put_text_or_null(&q->j, "register", r == NULL ? STR_NONE : r->d.name);
    put_u64(&q->j, "id", e->record);
    put_u64(&q->j, "version", e->version);
    struct str display = STR_NONE;
    if (r != NULL && sight->any) TRY(display_of(q, r, e->record, &display, err));
    put_text_or_null(&q->j, "display", display);
    return RC_OK;
}

struct kept_entry { struct entry e; struct hash leaf; };

enum rc route_journal(struct req *q, struct err *err)
{
    uint64_t before = 0, limit = 0;
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    struct hash leaf;
    VEC(struct kept_entry) list = {0};
    TRY(req_u64(q, "limit", LOG_DEFAULT, LOG_MAX, &limit, err));
    TRY(req_u64(q, "before", q->view->seq + 1, UINT64_C(1) << 53, &before, err));
    if (before > q->view->seq + 1) before = q->view->seq + 1;
    uint64_t from = before > limit ? before - limit : 1;
    TRY(journal_walk(q->view->journal, from, &w, err));
    enum rc rc;
    while ((rc = journal_next(w, &e, &leaf, err)) == RC_OK && e != NULL && e->seq < before) vec_push(&q->arena, &list, (struct kept_entry){*e, leaf});
    journal_walk_close(&w);
    TRY(rc);
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = list.len; i > 0; i--) {
        const struct pack_register *r = NULL;
        struct sight sight;
        bool seen = false;
        TRY(entry_seen(q, &list.at[i - 1].e, &r, &seen, &sight, err));
        json_object(&q->j);
        TRY(entry_put(q, &list.at[i - 1].e, &list.at[i - 1].leaf, r, seen, &sight, err));
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    if (from > 1) put_u64(&q->j, "next", from);
    else put_null(&q->j, "next");
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_entry(struct req *q, struct err *err)
{
    uint64_t seq = 0;
    struct journal_raw raw;
    const struct pack_register *r = NULL;
    struct sight sight;
    bool seen = false;
    TRY(req_id(q, 0, &seq, err));
    TRY(journal_get_raw(q->view->journal, &q->arena, seq, &raw, err));
    TRY(entry_seen(q, &raw.e, &r, &seen, &sight, err));
    answer_json(q);
    json_object(&q->j);
    TRY(entry_put(q, &raw.e, &raw.leaf, r, seen, &sight, err));
    if (seen) hex_put(q, "header", raw.head);
    put_key(&q->j, "proof");
    if (seen) {
        json_object(&q->j);
        TRY(proof_put(q, &raw, NULL, err));
        json_end_object(&q->j);
    } else {
        json_null(&q->j);
    }
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_checkpoints(struct req *q, struct err *err)
{
    struct str *notes = NULL;
    size_t n = 0;
    TRY(area_notes(q->site->area, &q->arena, &notes, &n, err));
    answer_json(q);
    json_object(&q->j);
    put_text(&q->j, "origin", area_name(q->site->area));
    put_text(&q->j, "verifier", area_verifier(q->site->area));
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = n, shown = 0; i > 0 && shown < NOTES_SHOWN; i--, shown++) {
        struct checkpoint c;
        struct err ignored;
        if (checkpoint_read(&q->arena, notes[i - 1], STR_NONE, &c, &ignored) != RC_OK) continue;
        json_object(&q->j);
        put_u64(&q->j, "size", c.size);
        hex_put(q, "root", hash_str(&c.root));
        put_text(&q->j, "note", notes[i - 1]);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}
