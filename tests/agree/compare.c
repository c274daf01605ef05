/* compare.c - one expression over all rows of a world, by both evaluators. */
#include "world.h"

#include <stdio.h>

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

bool world_agree(struct world *w, const struct feel_program *p, struct agreed *t, void (*refused)(void *ctx, const struct feel_program *p, struct feel_why why), void *ctx)
{
    struct feel_why why;
    struct feel_vector_options o = world_vector(w);
    struct feel_vector *v = feel_vector_make(&w->scratch, p, &o, &why);
    if (v == NULL) {
        t->refused++;
        if (refused != NULL) refused(ctx, p, why);
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
        if (want[i].kind != FV_DATETIME && want[i].kind != FV_STRING) arena_reset(&w->scratch, mark); /* the value is whole without it */
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

size_t world_wild(struct world *w, const struct feel_program *p, uint64_t steps)
{
    struct feel_why why;
    struct feel_vector_options o = world_vector(w);
    struct feel_vector *v = feel_vector_make(&w->scratch, p, &o, &why);
    struct feel_vector_room *room = v == NULL ? NULL : feel_vector_room_make(v);
    size_t wild = 0;
    struct err err;
    MUST(room != NULL);
    feel_vector_room_steps(room, steps);
    for (uint32_t from = 0, n; from < w->table[0].rows; from += n) {
        struct feel_vector_out out;
        n = MIN((uint32_t)FEEL_VECTOR, w->table[0].rows - from);
        MUST(feel_vector_run(v, room, from, n, NULL, &out, &err) == RC_OK);
        for (uint32_t i = 0; i < n; i++) wild += bit(out.wild, i);
    }
    feel_vector_room_free(&room);
    return wild;
}
