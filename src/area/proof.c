/*
 * proof.c - a text that stands alone: behind it the journal's entries that it rests on, each with its path to a signed head, and the hash of the text
 * under the same signature.  Checked anywhere without the area (area_prove_check).  Bodies that are not for this print are left out: their
 * commitments stand in the heads all the same.
 */
#include "area/inner.h"

#define BEGIN "\n-----BEGIN GUIJU PROOF-----\n"
#define END "\n-----END GUIJU PROOF-----\n"
enum { PROOF_MAX = 64 << 20, ENTRIES_MAX = 100000, PATH_MAX_LEN = 64 };

static const struct str bodies[CLASS_COUNT] = {STR_INIT("open"), STR_INIT("personal"), STR_INIT("restricted"), STR_INIT("protected")};
enum { SALT = 16 };

/* ---- making ---- */

static int by_seq(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

struct asked { uint64_t seq; unsigned classes; };

static enum rc asked_all(struct area_view *v, const struct area_proof_of *of, size_t n, struct arena *a, struct asked **out, size_t *count, struct err *err)
{
    VEC(struct asked) all = {0};
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        struct journal_walk *w = NULL;
        const struct entry *e = NULL;
        rc = journal_walk_record(v->journal, record_number(v->records, of[i].reg), of[i].id, &w, err);
        while (rc == RC_OK && (rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL) {
            if (all.len == ENTRIES_MAX) rc = err_set0(err, &E_area_proof_big, NO_PLACE);
            vec_push(a, &all, (struct asked){e->seq, of[i].classes});
        }
        journal_walk_close(&w);
    }
    if (all.len > 1) qsort(all.at, all.len, sizeof *all.at, by_seq); /* seq comes first in it */
    *out = all.at;
    *count = all.len;
    return rc;
}

static enum rc entry_put(struct area_view *v, const struct asked *q, struct json_out *j, struct arena *a, struct err *err)
{
    struct journal_raw raw;
    struct proof p;
    TRY(journal_get_raw(v->journal, a, q->seq, &raw, err));
    TRY(journal_prove(v->journal, a, q->seq, v->seq, &p, err));
    json_object(j);
    json_key(j, STR("bodies"));
    json_object(j);
    for (uint32_t c = 0; c < CLASS_COUNT; c++) {
        if (raw.salted[c].ptr == NULL || (q->classes & (1u << c)) == 0) continue;
        json_key(j, bodies[c]);
        json_array(j);
        json_string(j, str_hex(a, raw.salted[c].ptr, SALT));
        json_string(j, str_sub(raw.salted[c], SALT, raw.salted[c].len));
        json_end_array(j);
    }
    json_end_object(j);
    json_key(j, STR("head"));
    json_string(j, str_hex(a, raw.head.ptr, raw.head.len));
    json_key(j, STR("path"));
    json_array(j);
    for (size_t i = 0; i < p.path_len; i++) json_string(j, str_hex(a, p.path[i].b, HASH_LEN));
    json_end_array(j);
    json_key(j, STR("seq"));
    json_i64(j, (int64_t)q->seq);
    json_end_object(j);
    return RC_OK;
}

static enum rc proof_json(struct area_view *v, struct str note, const struct asked *at, size_t n, struct buf *out, struct err *err)
{
    struct json_out j;
    struct arena a;
    enum rc rc = RC_OK;
    arena_init(&a, 16 << 20);
    json_out_init(&j, out);
    json_object(&j);
    json_key(&j, STR("entries"));
    json_array(&j);
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        struct arena_mark m = arena_mark(&a);
        if (i == 0 || at[i].seq != at[i - 1].seq) rc = entry_put(v, &at[i], &j, &a, err);
        arena_reset(&a, m);
    }
    json_end_array(&j);
    json_key(&j, STR("format"));
    json_i64(&j, 1);
    json_key(&j, STR("note"));
    json_string(&j, note);
    json_key(&j, STR("verifier"));
    json_string(&j, area_verifier(v->area));
    json_end_object(&j);
    arena_fini(&a);
    return rc;
}

enum rc area_prove(struct area_view *v, struct str text, const struct area_proof_of *of, size_t n, struct arena *a, struct buf *out, struct err *err)
{
    struct asked *at;
    size_t count;
    struct buf note, json;
    TRY(asked_all(v, of, n, a, &at, &count, err));
    buf_init(&note, 1 << 16);
    buf_init(&json, PROOF_MAX);
    enum rc rc = area_sign_text(v->area, v->journal, area_file_hash(a, text), &note, err);
    if (rc == RC_OK) rc = proof_json(v, buf_view(&note), at, count, &json, err);
    if (rc == RC_OK) {
        buf_str(out, text);
        buf_lit(out, BEGIN);
        buf_str(out, buf_view(&json));
        buf_lit(out, END);
        if (buf_failed(out) || buf_failed(&json)) rc = err_set0(err, &E_area_proof_big, NO_PLACE);
    }
    buf_fini(&json);
    buf_fini(&note);
    return rc;
}

/* ---- checking ---- */

static int nibble(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

static bool unhex(struct str s, uint8_t *out, size_t max, size_t *len)
{
    *len = s.len / 2;
    if (s.len % 2 != 0 || *len > max) return false;
    for (size_t i = 0; i < *len; i++) {
        int hi = nibble(s.ptr[2 * i]), lo = nibble(s.ptr[2 * i + 1]);
        if (hi < 0 || lo < 0) return false;
        out[i] = (uint8_t)(hi << 4 | lo);
    }
    return true;
}

static struct str text_at(const struct json *j, struct str key)
{
    const struct json *v = json_get(j, key);
    return v != NULL && v->kind == JSON_STRING ? v->text : STR("");
}

static enum rc malformed(struct arena *a, const char *what, struct err *err) { return err_set(err, &E_area_proof_form, NO_PLACE, str_dup(a, str_c(what))); }

static enum rc bodies_take(const struct json *of, struct arena *a, struct str salted[CLASS_COUNT], struct err *err)
{
    for (uint32_t c = 0; c < CLASS_COUNT; c++) {
        const struct json *b = json_get(of, bodies[c]);
        size_t len;
        salted[c] = STR_NONE;
        if (b == NULL) continue;
        if (b->kind != JSON_ARRAY || b->count != 2 || b->first->kind != JSON_STRING || b->first->next->kind != JSON_STRING) return malformed(a, "bodies", err);
        struct str json = b->first->next->text;
        char *p = arena_array(a, char, SALT + json.len + 1);
        if (!unhex(b->first->text, (uint8_t *)p, SALT, &len) || len != SALT) return malformed(a, "bodies", err);
        memcpy(p + SALT, json.ptr, json.len);
        salted[c] = str_of(p, SALT + json.len);
    }
    return RC_OK;
}

static enum rc entry_holds(const struct json *of, const struct checkpoint *c, struct arena *a, struct area_proof_seen *out, struct err *err)
{
    uint8_t head[256];
    size_t len, path_len = 0;
    struct str salted[CLASS_COUNT];
    struct entry e;
    struct hash leaf, path[PATH_MAX_LEN];
    const struct json *list = json_get(of, STR("path"));
    if (!unhex(text_at(of, STR("head")), head, sizeof head, &len) || list == NULL || list->kind != JSON_ARRAY || list->count > PATH_MAX_LEN) return malformed(a, "head, path", err);
    for (const struct json *p = list->first; p != NULL; p = p->next) {
        size_t n;
        if (p->kind != JSON_STRING || !unhex(p->text, path[path_len].b, HASH_LEN, &n) || n != HASH_LEN) return malformed(a, "path", err);
        path_len++;
    }
    TRY(bodies_take(json_get(of, STR("bodies")), a, salted, err));
    TRY(journal_read_raw(c->alg, str_of((const char *)head, len), salted, &e, &leaf, err));
    struct proof p = {.index = e.seq - 1, .size = c->size, .path = path, .path_len = path_len};
    if (e.seq == 0 || e.seq > c->size || !proof_holds(c->alg, &p, &leaf, &c->root)) return err_set(err, &E_area_proof_entry, NO_PLACE, str_u64(a, e.seq));
    if (out->entries > 0 && e.seq <= out->last_seq) return malformed(a, "entries", err);
    out->entries++;
    if (out->first_seq == 0) out->first_seq = e.seq;
    out->last_seq = e.seq;
    for (uint32_t k = 0; k < CLASS_COUNT; k++) out->bodies += salted[k].ptr != NULL;
    return RC_OK;
}

bool area_proof_is(struct str file) { return str_find(file, STR(BEGIN)) != SIZE_MAX; }

enum rc area_prove_check(struct str file, struct str verifier, struct arena *a, struct area_proof_seen *out, struct err *err)
{
    *out = (struct area_proof_seen){0};
    size_t at = SIZE_MAX, from = 0, end = SIZE_MAX;
    for (size_t n; (n = str_find(str_sub(file, from, file.len), STR(BEGIN))) != SIZE_MAX; from = at + 1) at = from + n; /* the last one: a text may quote another */
    struct str rest = at == SIZE_MAX ? STR("") : str_sub(file, at + sizeof BEGIN - 1, file.len);
    if (at != SIZE_MAX) end = str_find(rest, STR(END));
    if (end == SIZE_MAX || end + sizeof END - 1 != rest.len) return malformed(a, "BEGIN, END", err);
    struct json *j = NULL;
    struct checkpoint c;
    TRY(json_parse(a, str_sub(rest, 0, end), &j, err));
    if (!str_eq(json_get(j, STR("format")) == NULL ? STR("") : json_get(j, STR("format"))->text, STR("1"))) return malformed(a, "format", err);
    out->text = str_sub(file, 0, at);
    out->verifier = text_at(j, STR("verifier"));
    if (verifier.len > 0 && !str_eq(verifier, out->verifier)) return err_set(err, &E_area_proof_key, NO_PLACE, out->verifier);
    TRY(checkpoint_read(a, text_at(j, STR("note")), out->verifier, &c, err));
    struct str want = str_cat(a, STR("text sha256 "), area_file_hash(a, out->text));
    size_t line = str_find(c.extension, want);
    if (line == SIZE_MAX || (line > 0 && c.extension.ptr[line - 1] != '\n')) return err_set0(err, &E_area_proof_text, NO_PLACE);
    out->origin = c.origin;
    out->size = c.size;
    out->extension = c.extension;
    const struct json *entries = json_get(j, STR("entries"));
    if (entries == NULL || entries->kind != JSON_ARRAY || entries->count > ENTRIES_MAX) return malformed(a, "entries", err);
    for (const struct json *e = entries->first; e != NULL; e = e->next) {
        struct arena_mark m = arena_mark(a);
        enum rc rc = entry_holds(e, &c, a, out, err);
        arena_reset(a, m);
        if (rc != RC_OK) return rc;
    }
    return RC_OK;
}
