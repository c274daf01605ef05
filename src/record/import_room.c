/*
 * import_room.c - where the rows of a plan live: in the caller's arena, or, of a large file, in a file without a name beside the area, which comes into memory as it is looked
 * at; and which keys were met.
 */
#include "record/inner.h"

static size_t count_char(struct str text, const struct spill *from, char c)
{
    size_t n = 1;
    for (size_t at = 0, to; at < text.len; at = to) {
        to = import_piece(text, at);
        for (const char *p = text.ptr + at, *end = text.ptr + to; p < end && (p = memchr(p, c, (size_t)(end - p))) != NULL; p++) n++;
        spill_cool(from);
    }
    return n;
}

static void keep_close(void *arg)
{
    struct import_keep *k = arg;
    arena_fini(&k->rows);
    spill_close(&k->plan);
}

/* The plan lives in an arena of fixed size: is there room for so many rows?  Much goes into a file beside the area, whose room is taken now; where no file can be made
 * there, it stays in memory. */
enum rc import_make_room(struct import_room *g, struct records *rs, const struct pack_register *r, struct str text, bool json, bool own_refs, struct import_plan *plan,
                         size_t *lines, struct err *err)
{
    enum { SPILL_FROM = 32 << 20 };
    /* A JSON array may stand on one line; lines may end as on old machines. */
    size_t n = json ? count_char(text, g->from, '{') : MAX(count_char(text, g->from, '\n'), count_char(text, g->from, '\r'));
    size_t row = (size_t)r->stored_count * sizeof(struct sv) + sizeof(struct import_row) + 64;
    size_t map = own_refs ? 320 : r->key != NULL ? 4 * sizeof(uint64_t) : 0, rows, maps;
    *lines = n;
    if (n > IMPORT_ROWS_MAX) return err_set(err, &E_import_rows, NO_PLACE, STR("20000000"));
    if (mul_overflows(n, row, &rows) || mul_overflows(n, map, &maps) || add_overflows(rows, text.len * 2 + 8 * 1024 * 1024, &rows) || maps > g->a->max - g->a->used)
        return err_set0(err, &E_import_size, NO_PLACE);
    struct spill *s = NULL;
    struct err none;
    if (rows > SPILL_FROM && import_folder(rs).len > 0 && spill_open(import_folder(rs), &s, &none) == RC_OK) {
        struct import_keep *k = arena_new(g->a, struct import_keep);
        *k = (struct import_keep){.plan = s, .text = g->from};
        arena_defer(g->a, keep_close, k);
        TRY(spill_room(s, rows, err));
        TRY(spill_map(s, err));
        spill_lend(s, &k->rows);
        g->big = &k->rows;
        plan->keep = k;
    } else if (rows > g->a->max - g->a->used - maps) {
        return err_set0(err, &E_import_size, NO_PLACE);
    }
    if (own_refs || r->key == NULL) return RC_OK;
    for (g->places = 64; g->places < n + n / 2;) g->places *= 2;
    g->row = arena_array(g->a, uint32_t, g->places);
    g->tag = arena_array(g->a, uint32_t, g->places);
    return RC_OK;
}

struct str import_text(struct import_room *g, struct str s)
{
    char *p = arena_try(g->big, s.len + 1);
    if (p == NULL) return str_dup(g->a, s);
    if (s.len > 0) memcpy(p, s.ptr, s.len);
    return str_of(p, s.len);
}

uint32_t import_met(struct import_room *g, const struct import_row *rows, size_t next, const struct sv *v, uint32_t column, struct str text)
{
    uint64_t h = str_hash(text);
    uint32_t tag = (uint32_t)(h >> 32);
    size_t i = (size_t)h & (g->places - 1);
    for (; g->row[i] != 0; i = (i + 1) & (g->places - 1))
        if (g->tag[i] == tag && sv_eq(&rows[g->row[i] - 1].values[column], v)) return rows[g->row[i] - 1].line;
    MUST(next < g->places - 1);
    g->row[i] = (uint32_t)next + 1;
    g->tag[i] = tag;
    return 0;
}

void import_cool(const struct import_plan *plan)
{
    if (plan->keep == NULL) return;
    spill_cool(plan->keep->plan);
    spill_cool(plan->keep->text);
}

struct str import_folder(const struct records *rs)
{
    struct str path = store_path(rs->store);
    return path.len == 0 ? STR("") : spill_folder(path);
}
