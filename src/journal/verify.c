/*
 * verify.c - everything that the journal alone can prove, in one scan.
 * Memory: one tree (64 KiB), one tile, and four bits for each entry of those pages of 4096 entries in which a body is missing.
 * A missing body is a break unless a later ENTRY_ERASE names it: its bit is set where it is met and cleared where it is named, so that
 * nothing must be known beforehand; what is still set at the end was never named.
 */
#include "journal/inner.h"

enum { GONE_PAGE = 4096 };

struct gone { /* four bits an entry: bodies that are missing and not yet named */
    uint8_t **page;
    size_t pages;
    uint64_t open; /* bits set */
};

struct verify {
    struct journal *j;
    struct journal_report *report;
    struct gone gone;
    struct tree tree;
    struct hash tile[MERKLE_ROW]; /* stored hashes of the level 0 row that is being walked */
    bool tile_there;
    struct hash tile_root;
    uint64_t size;     /* entries in the store when we began */
    int64_t time_us;
    uint64_t command;
    struct hash shown; /* root when the tree had the size that the open journal knows */
};

/* Only what lies before an earlier finding replaces it. */
static void found(struct verify *v, uint64_t seq, const char *what)
{
    if (v->report->first_bad != 0 && v->report->first_bad <= seq) return;
    v->report->first_bad = seq;
    v->report->what = str_c(what);
}

/* ---- bodies that are gone ---- */

static enum rc gone_set(struct gone *g, uint64_t seq, uint32_t c, struct err *err)
{
    size_t page = (size_t)(seq / GONE_PAGE);
    if (page >= g->pages) {
        size_t pages = MAX(page + 1, g->pages * 2);
        uint8_t **p = realloc(g->page, pages * sizeof *p);
        if (p == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
        memset(p + g->pages, 0, (pages - g->pages) * sizeof *p);
        g->page = p;
        g->pages = pages;
    }
    if (g->page[page] == NULL && (g->page[page] = calloc(GONE_PAGE / 2, 1)) == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    g->page[page][seq % GONE_PAGE / 2] |= (uint8_t)(1u << (4 * (seq & 1) + c));
    g->open++;
    return RC_OK;
}

/* False: it was not set. */
static bool gone_clear(struct gone *g, uint64_t seq, uint32_t c)
{
    uint64_t page = seq / GONE_PAGE;
    if (page >= g->pages || g->page[page] == NULL) return false;
    uint8_t *at = &g->page[page][seq % GONE_PAGE / 2], bit = (uint8_t)(1u << (4 * (seq & 1) + c));
    if (!(*at & bit)) return false;
    *at &= (uint8_t)~bit;
    g->open--;
    return true;
}

static bool gone_first(const struct gone *g, uint64_t *seq, uint32_t *c)
{
    for (size_t page = 0; page < g->pages; page++)
        for (size_t i = 0; g->page[page] != NULL && i < GONE_PAGE / 2; i++)
            for (uint32_t b = 0; g->page[page][i] != 0 && b < 8; b++)
                if ((g->page[page][i] >> b) & 1) {
                    *seq = page * (uint64_t)GONE_PAGE + 2 * i + b / 4;
                    *c = b % 4;
                    return true;
                }
    return false;
}

static void gone_fini(struct gone *g)
{
    for (size_t i = 0; i < g->pages; i++) free(g->page[i]);
    free(g->page);
}

/* Cross off what an erase entry names.  False: it names something that is not gone, or cannot be read. */
static bool cross_off(struct verify *v, const struct entry *e)
{
    struct arena_mark m = arena_mark(&v->j->scratch);
    struct erased_body *list = NULL;
    size_t n = 0;
    bool ok = e->body[CLASS_OPEN].ptr != NULL && entry_erased_get(&v->j->scratch, e->body[CLASS_OPEN], e->seq, &list, &n);
    for (size_t i = 0; ok && i < n; i++) ok = gone_clear(&v->gone, list[i].seq, (uint32_t)list[i].c);
    arena_reset(&v->j->scratch, m);
    return ok;
}

/* ---- the tree ---- */

/* A tile of the store.  *sound false: it is not there or malformed, which is a finding, no failure. */
static enum rc stored_tile(struct verify *v, uint32_t level, uint64_t idx, struct hash row[MERKLE_ROW], struct hash *root, bool *sound,
                           struct err *err)
{
    enum rc rc = tiles_get(v->j, level, idx, row, root, err);
    *sound = rc == RC_OK;
    if (rc != RC_BROKEN) return rc;
    if (err != NULL) err_clear(err);
    return RC_OK;
}

/* Stored rows above level 0 must be what we computed. */
static enum rc row_full(void *ctx, uint32_t level, uint64_t idx, const struct hash *row, const struct hash *root, struct err *err)
{
    struct verify *v = ctx;
    uint64_t first = (idx << ((level + 1) * MERKLE_ROW_BITS)) + 1;
    if (v->report->first_bad != 0) return RC_OK; /* a leaf that is wrong makes all above it differ */
    if (level == 0) { /* its hashes were compared one by one */
        if (!v->tile_there || !hash_eq(&v->tile_root, root)) found(v, first, "tile");
        return RC_OK;
    }
    struct hash stored[MERKLE_ROW], stored_root;
    bool sound;
    TRY(stored_tile(v, level, idx, stored, &stored_root, &sound, err));
    if (!sound || memcmp(stored, row, sizeof stored) != 0 || !hash_eq(&stored_root, root)) found(v, first, "tile");
    return RC_OK;
}

/* The leaf against the stored row, and into our own tree. */
static enum rc check_leaf(struct verify *v, uint64_t seq, struct str head, struct err *err)
{
    struct hash leaf;
    size_t at = (size_t)(seq - 1) & (MERKLE_ROW - 1);
    uint64_t idx = (seq - 1) >> MERKLE_ROW_BITS;
    if (at == 0) {
        v->tile_there = false;
        if (idx < tree_tiles(v->size, 0)) {
            TRY(stored_tile(v, 0, idx, v->tile, &v->tile_root, &v->tile_there, err));
            if (!v->tile_there) found(v, seq, "tile");
        }
    }
    merkle_leaf(v->j->hasher, head, &leaf);
    const struct tree *known = &v->j->tree; /* the open journal remembers the row that is not full yet */
    bool in_memory = seq <= known->size && idx == tree_tiles(known->size, 0);
    if (v->tile_there && memcmp(&leaf, &v->tile[at], HASH_LEN) != 0) found(v, seq, "leaf");
    if (in_memory && memcmp(&leaf, &known->row[0][at], HASH_LEN) != 0) found(v, seq, "leaf");
    struct tree_sink sink = {row_full, v};
    TRY(tree_push(&v->tree, v->j->hasher, &leaf, &sink, err));
    if (v->tree.size == v->j->tree.size) tree_root(&v->tree, v->j->hasher, &v->shown);
    return RC_OK;
}

/* ---- one entry ---- */

static enum rc check_bodies(struct verify *v, const struct entry_row *r, struct err *err)
{
    static const char *const body[CLASS_COUNT] = {"body.open", "body.personal", "body.restricted", "body.protected"};
    for (uint32_t c = 0; c < CLASS_COUNT; c++) {
        if (r->salted[c].ptr != NULL) {
            struct hash h;
            entry_commit(v->j->hasher, (enum field_class)c, r->salted[c], &h);
            if (memcmp(&h, &r->commit[c], HASH_LEN) != 0) found(v, r->e.seq, body[c]);
            v->report->bodies++;
        } else if (r->e.erased[c]) {
            TRY(gone_set(&v->gone, r->e.seq, c, err));
            v->report->erased++;
        }
    }
    return RC_OK;
}

static enum rc check_row(struct verify *v, const struct sv *row, uint64_t seq, struct entry_row *r, struct err *err)
{
    if (row[EC_SEQ].kind != SV_INT || row[EC_SEQ].i != (int64_t)seq) {
        found(v, seq, "entry");
        return RC_OK;
    }
    const char *fault = entry_row_get(row, r);
    if (fault != NULL) {
        found(v, seq, fault);
        return RC_OK;
    }
    if (r->e.time_us <= v->time_us) found(v, seq, "time");
    if (r->e.command < v->command) found(v, seq, "command");
    v->time_us = r->e.time_us;
    v->command = r->e.command;
    TRY(check_bodies(v, r, err));
    TRY(check_leaf(v, seq, r->head, err));
    if (r->e.kind == ENTRY_ERASE && !cross_off(v, &r->e)) found(v, seq, "erase");
    v->report->entries++;
    return RC_OK;
}

static enum rc scan(struct verify *v, enum rc (*each)(void *ctx, const struct entry *e, struct err *err), void *ctx, struct err *err)
{
    struct store_query q = {.columns = NULL}; /* every column of every row, by seq */
    struct store_cursor *c = NULL;
    struct entry_row r;
    TRY(store_select(v->j->entries, &q, &c, err));
    enum rc rc = RC_OK;
    uint64_t seq = 1;
    for (; rc == RC_OK; seq++) {
        const struct sv *row = NULL;
        rc = store_next(c, &row, err);
        if (rc != RC_OK || row == NULL) break;
        if (v->report->first_bad == 0) {
            rc = check_row(v, row, seq, &r, err);
            if (rc == RC_OK && v->report->first_bad == 0 && each != NULL) rc = each(ctx, &r.e, err);
        } else if (v->gone.open == 0) {
            break; /* nothing before the finding can be found any more */
        } else if (entry_row_get(row, &r) == NULL && r.e.kind == ENTRY_ERASE) {
            (void)cross_off(v, &r.e); /* which missing bodies before the finding were erased as they should be */
        }
    }
    store_cursor_close(&c);
    return rc;
}

static enum rc run(struct verify *v, enum rc (*each)(void *ctx, const struct entry *e, struct err *err), void *ctx, struct err *err)
{
    static const char *const gone[CLASS_COUNT] = {"gone.open", "gone.personal", "gone.restricted", "gone.protected"};
    struct journal *j = v->j;
    int64_t last = 0, tiles = 0;
    TRY(store_last_key(j->entries, &last, err));
    TRY(store_count(j->tiles, &tiles, err));
    v->size = last < 0 ? 0 : (uint64_t)last;
    TRY(scan(v, each, ctx, err));
    uint64_t seq, want = 0;
    uint32_t c;
    if (gone_first(&v->gone, &seq, &c)) found(v, seq, gone[c]);
    if (v->report->first_bad != 0) return RC_OK;
    if (v->tree.size < j->tree.size) {
        found(v, v->tree.size + 1, "entry"); /* the open journal has seen it */
        return RC_OK;
    }
    struct hash root;
    tree_root(&j->tree, j->hasher, &root);
    if (j->tree.size > 0 && !hash_eq(&root, &v->shown)) found(v, j->tree.size, "root");
    for (uint32_t level = 0; level < MERKLE_LEVELS; level++) want += tree_tiles(v->size, level);
    if (v->report->first_bad == 0 && (uint64_t)tiles != want) found(v, MAX(v->size, UINT64_C(1)), "tile"); /* a row too many */
    return RC_OK;
}

enum rc journal_verify(struct journal *j, struct arena *a,
                       enum rc (*each)(void *ctx, const struct entry *e, struct err *err), void *ctx,
                       struct journal_report *report, struct err *err)
{
    journal_check(j);
    *report = (struct journal_report){0};
    struct verify *v = arena_try(a, sizeof *v);
    if (v == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    v->j = j;
    v->report = report;
    bool own = !store_in_transaction(j->store);
    if (own) TRY(store_begin_read(j->store, err));
    enum rc rc = run(v, each, ctx, err);
    if (own) store_end(j->store);
    gone_fini(&v->gone);
    return rc;
}
