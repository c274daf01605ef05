/*
 * find.c - search by what people type: a part of a name, its pinyin, its initials, a key.
 * The search columns live in memory: built on first use from the rows, then brought up to date from the journal.  Nothing of them is on
 * disk, so that an import pays nothing for them and an erasure leaves nothing behind.
 */
#include "record/inner.h"

enum { SEARCH_MEMORY = 2 * 1024 * 1024 * (size_t)1024 - 1, REBUILD_SHARE = 4, TEXT_LONGEST = 4096 };

/* Sixteen bytes each, for there are as many as names and keys: what it says lies in the one heap of texts, from `at` on. */
struct hit {
    uint64_t id;
    uint32_t at;
    uint16_t bind;
    bool key, dead;
};

struct search {
    char *texts;        /* for each: the three lengths, two bytes each; folded; pinyin without blanks; its initials: the last two empty where there is no Han character */
    size_t texts_len, texts_cap;
    struct hit *hits;
    size_t len, cap;
    uint64_t seq; /* the journal's size when it was right */
    bool built, full;
};

enum { LENGTHS = 3 };
struct texts { struct str text, full, initials; };

static struct texts hit_texts(const struct search *s, const struct hit *h)
{
    uint16_t len[LENGTHS];
    const char *p = s->texts + h->at;
    memcpy(len, p, sizeof len);
    p += sizeof len;
    return (struct texts){str_of(p, len[0]), str_of(p + len[0], len[1]), str_of(p + len[0] + len[1], len[2])};
}

void search_free(struct search **sp)
{
    if (*sp == NULL) return;
    free((*sp)->texts);
    free((*sp)->hits);
    free(*sp);
    *sp = NULL;
}

/* ---- columns ---- */

static struct str without_blanks(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != ' ') p[n++] = s.ptr[i];
    return str_of(p, n);
}

static bool has_han(struct str s)
{
    for (size_t at = 0; at < s.len;)
        if (cp_is_han(utf8_next(s, &at))) return true;
    return false;
}

/* Room for more of size bytes each behind the len that are there.  False: there is no memory, or it would be too much. */
static bool room_for(void **at, size_t *cap, size_t len, size_t more, size_t size)
{
    if (len + more <= *cap) return true;
    size_t wanted = len + more + len / 4 + 1024;
    if (wanted * size > SEARCH_MEMORY / 2) return false;
    void *p = realloc(*at, wanted * size);
    if (p == NULL) return false;
    *at = p;
    *cap = wanted;
    return true;
}

static void put_hit(struct search *s, struct hit h, struct str text, struct str full, struct str initials)
{
    const uint16_t lens[LENGTHS] = {(uint16_t)text.len, (uint16_t)full.len, (uint16_t)initials.len};
    const struct str all[LENGTHS] = {text, full, initials};
    size_t size = sizeof lens + text.len + full.len + initials.len;
    void *hits = s->hits, *texts = s->texts;
    bool good = room_for(&hits, &s->cap, s->len, 1, sizeof *s->hits) && room_for(&texts, &s->texts_cap, s->texts_len, size, 1);
    s->hits = hits;
    s->texts = texts;
    s->full = s->full || !good;
    if (s->full) return;
    h.at = (uint32_t)s->texts_len;
    memcpy(s->texts + s->texts_len, lens, sizeof lens);
    s->texts_len += sizeof lens;
    for (size_t i = 0; i < LENGTHS; i++) {
        if (all[i].len > 0) memcpy(s->texts + s->texts_len, all[i].ptr, all[i].len);
        s->texts_len += all[i].len;
    }
    s->hits[s->len++] = h;
}

/* All is in: what was taken ahead goes back. */
static void fit_room(struct search *s)
{
    struct hit *hits = s->len == 0 ? NULL : realloc(s->hits, s->len * sizeof *hits);
    char *texts = s->texts_len == 0 ? NULL : realloc(s->texts, s->texts_len);
    if (hits != NULL) {
        s->hits = hits;
        s->cap = s->len;
    }
    if (texts != NULL) {
        s->texts = texts;
        s->texts_cap = s->texts_len;
    }
}

static void add_hit(struct search *s, struct records *rs, const struct reg_bind *b, uint64_t id, struct str text, bool key)
{
    struct arena *tmp = &rs->scratch;
    struct hit h = {.id = id, .bind = (uint16_t)b->reg->idx, .key = key};
    struct str folded = uni_fold_search(tmp, text);
    if (folded.len == 0) return;
    if (folded.len > TEXT_LONGEST) folded = str_sub(folded, 0, TEXT_LONGEST);
    /* A row of a record (a line of a résumé) is found by its words; by pinyin one finds the record. */
    if (key || b->reg->parent != NULL || !has_han(text)) {
        put_hit(s, h, folded, STR(""), STR(""));
        return;
    }
    struct str full = without_blanks(tmp, pinyin_full(tmp, text, true));
    put_hit(s, h, folded, str_sub(full, 0, MIN(full.len, (size_t)UINT16_MAX)), pinyin_initials(tmp, text, true));
    /* 单, 曾, 解 are read otherwise in a surname; which it is, nobody says here, so both find it. */
    struct str other = without_blanks(tmp, pinyin_full(tmp, text, false));
    if (!str_eq(other, full)) put_hit(s, h, folded, str_sub(other, 0, MIN(other.len, (size_t)UINT16_MAX)), pinyin_initials(tmp, text, false));
}

/* Names and keys: texts that the display is made of; nothing restricted. */
static bool is_searched(const struct reg_bind *b, const struct pack_field *f, const uint64_t *display)
{
    if (f->derive != NULL || f->type != FIELD_TEXT || f->class > PACK_PERSONAL) return false;
    return f == b->reg->key || bit_get(display, f->idx);
}

static void add_record(struct search *s, struct records *rs, const struct reg_bind *b, const uint64_t *display, const struct record *rec)
{
    for (uint32_t i = 0; i < b->reg->stored_count; i++) {
        const struct pack_field *f = b->stored[i];
        if (rec->values[i].kind != SV_TEXT || !is_searched(b, f, display)) continue;
        struct arena_mark m = arena_mark(&rs->scratch);
        add_hit(s, rs, b, rec->id, rec->values[i].s, f == b->reg->key && !bit_get(display, f->idx));
        arena_reset(&rs->scratch, m);
    }
}

struct adding {
    struct search *s;
    struct records *rs;
    struct reg_bind *b;
    const uint64_t *display;
};

static enum rc add_one(void *ctx, const struct record *rec, struct err *err)
{
    const struct adding *x = ctx;
    if (x->s->full) return err_set(err, &E_record_too_many, NO_PLACE, reg_title(x->b->reg), STR("1 GiB"));
    add_record(x->s, x->rs, x->b, x->display, rec);
    return RC_OK;
}

static uint64_t *display_bits(struct records *rs, const struct reg_bind *b)
{
    uint64_t *bits = arena_array(&rs->scratch, uint64_t, (b->reg->fields_count + 63) / 64);
    if (b->reg->display != NULL) program_reads(b->reg->display, b->reg, bits);
    return bits;
}

/* Lines of a record that have no key of their own (a résumé, schooling) are found by the record that they belong to. */
static bool searches(const struct reg_bind *b, const uint64_t *display)
{
    if (b->reg->parent != NULL && b->reg->key == NULL) return false;
    for (uint32_t i = 0; i < b->reg->stored_count; i++)
        if (is_searched(b, b->stored[i], display)) return true;
    return false;
}

static enum rc build(struct search *s, struct records *rs, struct err *err)
{
    free(s->hits);
    free(s->texts);
    *s = (struct search){.seq = s->seq};
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < rs->binds_count && rc == RC_OK; i++) {
        struct reg_bind *b = &rs->binds[i];
        struct arena_mark m = arena_mark(&rs->scratch);
        struct adding x = {s, rs, b, display_bits(rs, b)};
        if (b->number > 0 && searches(b, x.display)) rc = record_each(rs, b->reg, RECORD_BY_ID, false, add_one, &x, err);
        arena_reset(&rs->scratch, m);
    }
    s->built = rc == RC_OK;
    fit_room(s);
    return rc;
}

/* ---- what came since ---- */

static int by_id(const void *x, const void *y)
{
    const uint64_t *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

struct changed_ids {
    uint64_t *at;
    size_t len, cap;
};

static enum rc changed_since(const struct search *s, struct records *rs, struct changed_ids *ids, size_t max, struct err *err)
{
    struct journal_walk *w;
    TRY(journal_walk(rs->journal, s->seq + 1, &w, err));
    const struct entry *e;
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL && ids->len <= max)
        if (e->record != 0) vec_push(&rs->scratch, ids, e->record);
    journal_walk_close(&w);
    if (ids->len > 1) qsort(ids->at, ids->len, sizeof *ids->at, by_id);
    return rc;
}

static enum rc refresh_record(struct search *s, struct records *rs, uint64_t id, struct err *err)
{
    for (uint32_t i = 0; i < rs->binds_count; i++) { /* ids are unique in the area: one register has it */
        struct reg_bind *b = &rs->binds[i];
        struct arena_mark m = arena_mark(&rs->scratch);
        const uint64_t *display = display_bits(rs, b);
        struct record rec;
        enum rc rc = b->number > 0 && searches(b, display) ? row_get(rs, b, id, &rs->scratch, &rec, err) : RC_ABSENT;
        if (rc == RC_OK && rec.closed_us == 0) add_record(s, rs, b, display, &rec);
        arena_reset(&rs->scratch, m);
        if (rc == RC_OK) return RC_OK;
        if (rc != RC_ABSENT) return rc;
    }
    return RC_OK;
}

static enum rc catch_up(struct search *s, struct records *rs, struct err *err)
{
    uint64_t size = rs->journal == NULL ? 0 : journal_size(rs->journal);
    if (s->built && rs->journal != NULL && size == s->seq) return RC_OK;
    size_t max = s->len / REBUILD_SHARE;
    if (!s->built || rs->journal == NULL || size < s->seq || size - s->seq > max) {
        TRY(build(s, rs, err));
        s->seq = size;
        return RC_OK;
    }
    struct arena_mark m = arena_mark(&rs->scratch);
    struct changed_ids ids = {0};
    enum rc rc = changed_since(s, rs, &ids, max, err);
    for (size_t i = 0; i < s->len && rc == RC_OK && ids.len > 0; i++) {
        struct hit *h = &s->hits[i];
        if (bsearch(&h->id, ids.at, ids.len, sizeof *ids.at, by_id) != NULL) h->dead = true;
    }
    for (size_t i = 0; i < ids.len && rc == RC_OK; i++)
        if (i == 0 || ids.at[i] != ids.at[i - 1]) rc = refresh_record(s, rs, ids.at[i], err);
    arena_reset(&rs->scratch, m);
    if (rc == RC_OK) s->seq = size;
    else s->built = false;
    return rc;
}

/* ---- matching ---- */

enum { NO_MATCH = 100 };

/* The smaller, the better. */
static int score(const struct search *s, const struct hit *h, struct str q, bool letters, size_t *len)
{
    const struct texts t = hit_texts(s, h);
    struct str text = t.text, full = t.full, initials = t.initials;
    *len = text.len;
    if (str_eq(text, q)) return h->key ? 0 : 1;
    if (str_starts(text, q)) return 2;
    if (letters && full.len > 0) {
        if (str_eq(initials, q)) return 3;
        if (str_eq(full, q)) return 4;
        if (str_starts(initials, q)) return 5;
        if (str_starts(full, q)) return 6;
    }
    if (str_find(text, q) != SIZE_MAX) return 7;
    if (letters && q.len > 1 && (str_find(initials, q) != SIZE_MAX || str_find(full, q) != SIZE_MAX)) return 8;
    return NO_MATCH;
}

struct match {
    int score;
    size_t len; /* of the text: shorter names first */
    const struct hit *hit;
};

static int by_score(const void *x, const void *y)
{
    const struct match *a = x, *b = y;
    if (a->score != b->score) return a->score - b->score;
    if (a->len != b->len) return a->len < b->len ? -1 : 1;
    return a->hit->id < b->hit->id ? -1 : a->hit->id > b->hit->id;
}

static bool found_already(const struct found *out, size_t n, uint64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (out[i].id == id) return true;
    return false;
}

static enum rc match_all(struct records *rs, const struct search *s, const struct pack_register *only, struct str q, size_t max, struct arena *mine, struct arena *a,
                         struct found **out, size_t *n, struct err *err)
{
    bool letters = true;
    for (size_t i = 0; i < q.len; i++) letters = letters && q.ptr[i] >= 'a' && q.ptr[i] <= 'z';
    VEC(struct match) all = {0};
    for (size_t i = 0; i < s->len; i++) {
        const struct hit *h = &s->hits[i];
        size_t len = 0;
        int points = h->dead || (only != NULL && h->bind != only->idx) ? NO_MATCH : score(s, h, q, letters, &len);
        if (points != NO_MATCH) vec_push(mine, &all, (struct match){points, len, h});
    }
    if (all.len > 1) qsort(all.at, all.len, sizeof *all.at, by_score);
    *out = arena_array(a, struct found, MIN(max, all.len));
    for (size_t i = 0; i < all.len && *n < max; i++) {
        const struct hit *h = all.at[i].hit;
        if (only == NULL ? found_already(*out, *n, h->id) : *n > 0 && (*out)[*n - 1].id == h->id) continue;
        struct found f = {.reg = rs->binds[h->bind].reg, .id = h->id};
        if (only == NULL) TRY(record_display(rs, f.reg, f.id, a, &f.display, err));
        (*out)[(*n)++] = f;
    }
    return RC_OK;
}

static enum rc find_in(struct records *rs, const struct pack_register *only, struct str text, size_t max, struct arena *a, struct found **out, size_t *n, struct err *err)
{
    MAGIC_CHECK(rs, RECORDS_MAGIC);
    *out = NULL;
    *n = 0;
    if (rs->search == NULL) {
        rs->search = calloc(1, sizeof *rs->search);
        if (rs->search == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    }
    TRY(catch_up(rs->search, rs, err));
    struct arena mine;
    arena_init(&mine, SEARCH_MEMORY);
    struct str q = uni_fold_search(&mine, text);
    enum rc rc = q.len == 0 ? RC_OK : match_all(rs, rs->search, only, q, max, &mine, a, out, n, err);
    arena_fini(&mine);
    return rc;
}

enum rc record_find(struct records *rs, struct str text, size_t max, struct arena *a, struct found **out, size_t *n, struct err *err)
{
    return find_in(rs, NULL, text, max, a, out, n, err);
}

enum rc record_find_ids(struct records *rs, const struct pack_register *r, struct str text, size_t max, struct arena *a, struct found **out, size_t *n, struct err *err)
{
    return find_in(rs, r, text, max, a, out, n, err);
}
