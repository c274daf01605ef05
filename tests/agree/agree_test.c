/*
 * agree_test.c - both evaluators agree: random typed expressions over random columns, row by row, in blocks of 1, 3 and 2048 rows.
 * agree_test [--seed N] [--count N] [--show]: count defaults to GUIJU_AGREE, else to some thousands.  The same seed makes the same expressions.
 * Expressions that the checker refuses are drawn again; those that columns cannot take are counted, and must stay few.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 3000, SHOWN = 20 };

struct tally {
    size_t made, refused, rows, wild, wrong;
    struct { char why[80]; size_t n; } whys[100];
    size_t whys_count;
};

static void count_why(struct tally *t, struct str why)
{
    if (why.len >= sizeof t->whys[0].why) why.len = sizeof t->whys[0].why - 1;
    for (size_t i = 0; i < t->whys_count; i++)
        if (str_eq(str_c(t->whys[i].why), why)) {
            t->whys[i].n++;
            return;
        }
    if (t->whys_count == ARRAY_LEN(t->whys)) return;
    memcpy(t->whys[t->whys_count].why, why.ptr, why.len);
    t->whys[t->whys_count++].n = 1;
}

static int64_t cell(const struct feel_vector_out *o, uint32_t i)
{
    switch ((int)o->cell) {
    case FEEL_CELL_U8: return ((const uint8_t *)o->cells)[i];
    case FEEL_CELL_U16: return ((const uint16_t *)o->cells)[i];
    case FEEL_CELL_U32: return ((const uint32_t *)o->cells)[i];
    case FEEL_CELL_I32: return ((const int32_t *)o->cells)[i];
    default: return ((const int64_t *)o->cells)[i];
    }
}

static bool bit(const uint64_t *b, uint32_t i) { return (b[i >> 6] >> (i & 63) & 1) != 0; }

static bool same(const struct feel_vector_out *o, uint32_t i, const struct fv *v)
{
    if (!bit(o->valid, i)) return v->kind == FV_NULL;
    int64_t second = 0;
    int32_t nano = 0;
    switch (o->kind) {
    case FEEL_COLUMN_BOOL: return v->kind == FV_BOOL && v->b == bit(o->yes, i);
    case FEEL_COLUMN_NUMBER: return v->kind == FV_NUMBER && dec_cmp(v->num, dec_scaled(cell(o, i), o->scale)) == 0;
    case FEEL_COLUMN_DAY: return v->kind == FV_DATE && v->day == cell(o, i);
    case FEEL_COLUMN_DATETIME: return v->kind == FV_DATETIME && datetime_to_utc(*v->datetime, &second, &nano) && second * 1000000 + nano / 1000 == cell(o, i);
    case FEEL_COLUMN_MONTHS: return v->kind == FV_MONTHS && v->months == cell(o, i);
    case FEEL_COLUMN_SPAN: return v->kind == FV_SPAN && v->span.second * 1000000 + v->span.nano / 1000 == cell(o, i);
    case FEEL_COLUMN_CODE: return v->kind == FV_CODE && v->code == (uint32_t)cell(o, i);
    case FEEL_COLUMN_ROW: return v->kind == FV_RECORD && v->id == cell(o, i) + 1;
    case FEEL_COLUMN_ID:
    case FEEL_COLUMN_TEXT: return v->kind == FV_STRING || v->kind == FV_RECORD;
    }
    return false;
}

static void tell(const struct world *w, struct str text, enum feel_mode mode, uint32_t row, uint32_t size, const struct feel_vector_out *o, uint32_t i, const struct fv *v)
{
    struct buf b;
    buf_init(&b, 4096);
    fv_print(v, &b);
    fprintf(stderr, "%s: %.*s\n  row %u in blocks of %u: one by one %.*s, by columns ", mode == FEEL_PACK ? "pack" : "dmn", (int)text.len, text.ptr, row, size,
            (int)buf_view(&b).len, buf_view(&b).ptr);
    buf_fini(&b);
    if (!bit(o->valid, i)) fprintf(stderr, "null\n");
    else if (o->kind == FEEL_COLUMN_BOOL) fprintf(stderr, "%s\n", bit(o->yes, i) ? "true" : "false");
    else fprintf(stderr, "%lld (kind %d, scale %d)\n", (long long)cell(o, i), (int)o->kind, o->scale);
    buf_init(&b, 1 << 16);
    world_row(w, row, &b);
    fprintf(stderr, "  %.*s\n", (int)buf_view(&b).len, buf_view(&b).ptr);
    buf_fini(&b);
}

/* One expression over all rows. */
static bool compare(struct world *w, const struct feel_program *p, struct tally *t, bool show)
{
    struct str why = STR_NONE;
    struct feel_vector_options o = world_vector(w);
    struct feel_vector *v = feel_vector_make(&w->scratch, p, &o, &why);
    if (v == NULL) {
        t->refused++;
        count_why(t, why);
        if (show) fprintf(stderr, "refused (%.*s): %.*s\n", (int)why.len, why.ptr, (int)p->text.len, p->text.ptr);
        return true;
    }
    t->made++;
    uint32_t rows = w->table[0].rows;
    struct fv *want = arena_array(&w->scratch, struct fv, rows + 1);
    struct err err;
    for (uint32_t i = 0; i < rows; i++) {
        struct fv self = world_record(w, 0, i);
        struct feel_run run = world_run(w, &self);
        err_clear(&err);
        struct arena_mark mark = arena_mark(&w->scratch);
        if (feel_run(p, &run, &want[i], &err) != RC_OK) return true; /* limits: columns have none */
        arena_reset(&w->scratch, mark); /* what an expression comes to here does not lie in the arena */
    }
    struct feel_vector_room *room = feel_vector_room_make(v);
    bool ok = room != NULL;
    static const uint32_t sizes[] = {2048, 3, 1};
    for (size_t s = 0; s < 3 && ok; s++)
        for (uint32_t from = 0, n; from < rows && ok; from += n) {
            struct feel_vector_out out;
            n = MIN(sizes[s], FEEL_VECTOR - from % FEEL_VECTOR);
            n = MIN(n, rows - from);
            if (feel_vector_run(v, room, from, n, NULL, &out, &err) != RC_OK) ok = false;
            for (uint32_t i = 0; i < n && ok; i++) {
                t->rows++;
                if (bit(out.wild, i)) {
                    t->wild++;
                    continue;
                }
                ok = same(&out, i, &want[from + i]);
                if (!ok) tell(w, p->text, p->mode, from + i, sizes[s], &out, i, &want[from + i]);
            }
        }
    feel_vector_room_free(&room);
    if (!ok) t->wrong++;
    return ok;
}

static size_t number_of(const char *s)
{
    size_t n = 0;
    for (; *s >= '0' && *s <= '9'; s++) n = n * 10 + (size_t)(*s - '0');
    return n;
}

int main(int argc, char **argv)
{
    const char *wanted = getenv("GUIJU_AGREE");
    uint64_t seed = 1;
    size_t count = wanted != NULL ? number_of(wanted) : COUNT, tried = 0;
    bool show = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--show") == 0) show = true;
        else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) seed = number_of(argv[++i]);
        else if (i + 1 < argc && strcmp(argv[i], "--count") == 0) count = number_of(argv[++i]);
    }
    struct tally t = {0};
    struct world *w = NULL;
    for (; tried < count && t.wrong < SHOWN; tried++) {
        if (tried % 50 == 0) { /* other columns now and then */
            world_free(&w);
            w = world_make(seed * 1000003 + tried / 50, tried % 3000 == 950);
        }
        enum feel_mode mode;
        const struct feel_program *p = world_draw(w, &mode);
        (void)compare(w, p, &t, show);
        world_drop(w);
        if (show && tried % 10000 == 9999) fprintf(stderr, "%zu: %zu wrong\n", tried + 1, t.wrong);
    }
    world_free(&w);
    printf("%zu expressions: %zu by columns over %zu rows (%zu left to the other evaluator), %zu refused, %zu wrong\n", tried, t.made, t.rows, t.wild, t.refused, t.wrong);
    if (show)
        for (size_t i = 0; i < t.whys_count; i++) printf("  %6zu %s\n", t.whys[i].n, t.whys[i].why);
    if (t.wrong > 0) return 1;
    return t.refused * 4 > tried ? 1 : 0;
}
