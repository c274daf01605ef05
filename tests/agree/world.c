/*
 * world.c - three registers with every kind of field: 0 the one that is judged, 1 one it refers to, 2 its children.  Values are drawn with
 * many blanks and many extremes; cells are as narrow as they can be, or not.
 */
#include "world.h"

#include <stdlib.h>

uint32_t draw(struct world *w, uint32_t below)
{
    w->seed ^= w->seed << 13;
    w->seed ^= w->seed >> 7;
    w->seed ^= w->seed << 17;
    return below == 0 ? 0 : (uint32_t)(w->seed >> 11) % below;
}

struct fv world_record(const struct world *w, int table, uint32_t row)
{
    return (struct fv){.kind = FV_RECORD, .reg = &w->table[table].reg, .id = (int64_t)row + 1};
}

/* ---- the frame ---- */

#define FIELD(n, k, s, c, t) {.name = (n), .kind = (k), .scale = (s), .codes = (c), .to = (t), .back_of = -1}
static const struct world_field main_fields[] = {
    FIELD("n0", FEEL_COLUMN_NUMBER, 0, 0, 0), FIELD("n2", FEEL_COLUMN_NUMBER, 2, 0, 0), FIELD("nb", FEEL_COLUMN_NUMBER, 4, 0, 0),
    FIELD("d1", FEEL_COLUMN_DAY, 0, 0, 0), FIELD("d2", FEEL_COLUMN_DAY, 0, 0, 0), FIELD("m1", FEEL_COLUMN_MONTHS, 0, 0, 0), FIELD("b1", FEEL_COLUMN_BOOL, 0, 0, 0),
    FIELD("b2", FEEL_COLUMN_BOOL, 0, 0, 0), FIELD("c1", FEEL_COLUMN_CODE, 0, 0, 0), FIELD("c2", FEEL_COLUMN_CODE, 0, 0, 0),
    FIELD("c3", FEEL_COLUMN_CODE, 0, 1, 0), FIELD("t1", FEEL_COLUMN_TEXT, 0, 0, 0), FIELD("t2", FEEL_COLUMN_TEXT, 0, 0, 0),
    FIELD("z1", FEEL_COLUMN_DATETIME, 0, 0, 0), FIELD("z2", FEEL_COLUMN_DATETIME, 0, 0, 0), FIELD("r", FEEL_COLUMN_ROW, 0, 0, 1), FIELD("p", FEEL_COLUMN_ROW, 0, 0, 0),
    {.name = "kids", .back_of = 2, .back_by = 0}, {.name = "sub", .back_of = 0, .back_by = 16}};
static const struct world_field other_fields[] = {
    FIELD("o_n0", FEEL_COLUMN_NUMBER, 0, 0, 0), FIELD("o_n2", FEEL_COLUMN_NUMBER, 3, 0, 0), FIELD("o_d1", FEEL_COLUMN_DAY, 0, 0, 0), FIELD("o_b1", FEEL_COLUMN_BOOL, 0, 0, 0),
    FIELD("o_c1", FEEL_COLUMN_CODE, 0, 0, 0), FIELD("o_c3", FEEL_COLUMN_CODE, 0, 1, 0), FIELD("o_t1", FEEL_COLUMN_TEXT, 0, 0, 0), FIELD("o_m1", FEEL_COLUMN_MONTHS, 0, 0, 0),
    {.name = "o_kids", .back_of = 2, .back_by = 1}};
static const struct world_field child_fields[] = {
    FIELD("k_of", FEEL_COLUMN_ROW, 0, 0, 0), FIELD("k_r", FEEL_COLUMN_ROW, 0, 0, 1), FIELD("k_n0", FEEL_COLUMN_NUMBER, 0, 0, 0), FIELD("k_n2", FEEL_COLUMN_NUMBER, 2, 0, 0),
    FIELD("k_d1", FEEL_COLUMN_DAY, 0, 0, 0), FIELD("k_d2", FEEL_COLUMN_DAY, 0, 0, 0), FIELD("k_b1", FEEL_COLUMN_BOOL, 0, 0, 0), FIELD("k_c1", FEEL_COLUMN_CODE, 0, 0, 0),
    FIELD("k_c3", FEEL_COLUMN_CODE, 0, 1, 0), FIELD("k_t1", FEEL_COLUMN_TEXT, 0, 0, 0), FIELD("k_m1", FEEL_COLUMN_MONTHS, 0, 0, 0)};

static const char *const words[] = {"", "a", "b", "ab", "甲", "乙", "甲乙", "zzzz"};
static const char *const tiers[] = {"low", "mid", "high"};

static void make_codes(struct world *w)
{
    static const struct feel_member columns[] = {
        {.name = STR_INIT("tier"), .title = STR_INIT("tier"), .type = &feel_string, .slot = 0, .may_be_null = true},
        {.name = STR_INIT("pay"), .title = STR_INIT("pay"), .type = &feel_number, .slot = 1, .may_be_null = true},
        {.name = STR_INIT("top"), .title = STR_INIT("top"), .type = &feel_bool, .slot = 2, .may_be_null = true}};
    for (int t = 0; t < 2; t++) {
        uint32_t n = t == 0 ? 5 : 300;
        struct str *code = arena_array(&w->a, struct str, n);
        struct fv *cells = arena_array(&w->a, struct fv, n * 3);
        for (uint32_t i = 0; i < n; i++) {
            char text[16];
            int len = snprintf(text, sizeof text, "%c%u", t == 0 ? 'x' : 'y', i);
            code[i] = str_dup(&w->a, str_of(text, (size_t)len));
            cells[3 * i] = draw(w, 4) == 0 ? fv_null() : fv_str(str_c(tiers[draw(w, 3)]));
            cells[3 * i + 1] = draw(w, 4) == 0 ? fv_null() : fv_num(dec_scaled((int64_t)draw(w, 1000), (int)draw(w, 3)));
            cells[3 * i + 2] = draw(w, 4) == 0 ? fv_null() : fv_bool(draw(w, 2) == 0);
        }
        w->codes[t] = (struct feel_codes){.name = t == 0 ? STR("xs") : STR("ys"), .title = t == 0 ? STR("xs") : STR("ys"), .rows_count = n, .code = code, .row_title = code,
                                          .columns_count = 3, .columns = columns, .cells = cells, .ordered = t == 0, .high_first = false};
        feel_codes_seal(&w->a, &w->codes[t]);
        w->code_type[t] = (struct feel_type){.kind = FT_CODE, .codes = &w->codes[t]};
    }
}

static const struct feel_type *type_of(struct world *w, const struct world_field *f)
{
    if (f->back_of >= 0) return feel_list_of(&w->a, &w->table[f->back_of].type);
    switch (f->kind) {
    case FEEL_COLUMN_BOOL: return &feel_bool;
    case FEEL_COLUMN_NUMBER: return &feel_number;
    case FEEL_COLUMN_DAY: return &feel_date;
    case FEEL_COLUMN_DATETIME: return &feel_datetime;
    case FEEL_COLUMN_MONTHS: return &feel_months;
    case FEEL_COLUMN_SPAN: return &feel_span;
    case FEEL_COLUMN_CODE: return &w->code_type[f->codes];
    case FEEL_COLUMN_ROW:
    case FEEL_COLUMN_ID: return &w->table[f->to].type;
    case FEEL_COLUMN_TEXT: return &feel_string;
    }
    return &feel_any;
}

static void make_frame(struct world *w)
{
    static const struct { const char *name; const struct world_field *fields; uint32_t n; } tables[TABLES] = {
        {"main", main_fields, ARRAY_LEN(main_fields)}, {"other", other_fields, ARRAY_LEN(other_fields)}, {"child", child_fields, ARRAY_LEN(child_fields)}};
    for (int i = 0; i < TABLES; i++) {
        struct world_table *t = &w->table[i];
        t->fields = tables[i].n;
        memcpy(t->field, tables[i].fields, t->fields * sizeof t->field[0]);
        t->reg = (struct feel_register){.name = str_c(tables[i].name), .title = str_c(tables[i].name), .number = (uint32_t)i, .host = t};
        t->type = (struct feel_type){.kind = FT_RECORD, .reg = &t->reg};
    }
    for (int i = 0; i < TABLES; i++) {
        struct world_table *t = &w->table[i];
        struct feel_member *m = arena_array(&w->a, struct feel_member, t->fields);
        for (uint32_t f = 0; f < t->fields; f++)
            m[f] = (struct feel_member){.name = str_c(t->field[f].name), .title = str_c(t->field[f].name), .type = type_of(w, &t->field[f]), .slot = f,
                                        .may_be_null = t->field[f].back_of < 0};
        t->reg.members = m;
        t->reg.members_count = t->fields;
        feel_register_seal(&w->a, &t->reg);
    }
}

/* ---- values ---- */

static int64_t number(struct world *w, uint8_t scale)
{
    static const int64_t odd[] = {0, 1, -1, 5, 10, 100, 12, -12, 2147483647, -2147483648, INT64_C(4294967296), INT64_MAX, INT64_MIN, INT64_C(3037000500), -99, 250};
    uint32_t k = draw(w, 10);
    if (scale == 4 && k < 4) return odd[draw(w, ARRAY_LEN(odd))];
    if (k == 0) return odd[draw(w, 8)];
    return (int64_t)draw(w, scale == 0 ? 30 : 3000) - 10;
}

static day_num day(struct world *w)
{
    static const day_num odd[] = {0, 11016, 16860, 20512, -719528, 11015, 18321, 18322, 2932896, INT32_MAX, INT64_C(-2147483648), 249999990, DAY_MAX, DAY_MIN};
    uint32_t k = draw(w, 12);
    if (k == 0) return odd[draw(w, ARRAY_LEN(odd))];
    if (k < 4) { /* month ends */
        struct ymd d = {.year = (int32_t)(1996 + draw(w, 12)), .month = (int8_t)(1 + draw(w, 12)), .day = 1};
        d.day = (int8_t)(days_in_month(d.year, d.month) - (int)draw(w, 3));
        return day_of(d);
    }
    return (day_num)draw(w, 20000) + 3000;
}

static void text_put(struct world *w, int64_t *cell, struct fv *v, const size_t *at)
{
    uint32_t k = draw(w, ARRAY_LEN(words));
    *cell = (int64_t)at[k];
    *v = fv_str(str_c(words[k]));
    (void)w;
}

static void draw_value(struct world *w, struct world_field *f, uint32_t i, const size_t *text_at)
{
    int64_t c = 0;
    struct fv v = fv_null();
    switch (f->kind) {
    case FEEL_COLUMN_BOOL: c = draw(w, 2); v = fv_bool(c != 0); break;
    case FEEL_COLUMN_NUMBER: c = number(w, f->scale); v = fv_num(dec_scaled(c, f->scale)); break;
    case FEEL_COLUMN_DAY: c = day(w); v = fv_day(c); break;
    case FEEL_COLUMN_DATETIME: {
        c = (int64_t)draw(w, 4) * 400000 + (int64_t)draw(w, 3) * INT64_C(86400000000) - 600000;
        struct datetime *dt = arena_new(&w->a, struct datetime);
        *dt = datetime_from_us(c);
        v = (struct fv){.kind = FV_DATETIME, .datetime = dt};
        break;
    }
    case FEEL_COLUMN_MONTHS: c = draw(w, 20) == 0 ? INT64_MAX - draw(w, 2) : (int64_t)draw(w, 200) - 40; v = fv_months(c); break;
    case FEEL_COLUMN_CODE:
        c = draw(w, w->codes[f->codes].rows_count);
        v = (struct fv){.kind = FV_CODE, .codes = &w->codes[f->codes], .code = (uint32_t)c};
        break;
    case FEEL_COLUMN_ROW: {
        uint32_t rows = w->table[f->to].rows;
        if (rows == 0) break;
        c = draw(w, draw(w, 3) == 0 ? rows : MIN(rows, w->favourites)); /* some have many children, some none */
        v = world_record(w, f->to, (uint32_t)c);
        break;
    }
    case FEEL_COLUMN_TEXT: text_put(w, &c, &v, text_at); break;
    case FEEL_COLUMN_SPAN:
    case FEEL_COLUMN_ID: break;
    }
    f->values[i] = v;
    f->cells[i] = c;
}

/* ---- columns of them ---- */

static bool fits(enum feel_cell c, int64_t v)
{
    switch (c) {
    case FEEL_CELL_U8: return v >= 0 && v <= UINT8_MAX;
    case FEEL_CELL_U16: return v >= 0 && v <= UINT16_MAX;
    case FEEL_CELL_U32: return v >= 0 && v <= UINT32_MAX;
    case FEEL_CELL_I32: return v >= INT32_MIN && v <= INT32_MAX;
    case FEEL_CELL_I64: return true;
    case FEEL_CELL_NONE:
    case FEEL_CELL_BIT: break;
    }
    return false;
}

static void block_make(struct world *w, const struct world_field *f, uint32_t from, uint32_t rows, struct feel_block *b)
{
    uint64_t *valid = arena_array(&w->a, uint64_t, FEEL_VECTOR_WORDS), *wild = arena_array(&w->a, uint64_t, FEEL_VECTOR_WORDS);
    bool all = true, none = true;
    enum feel_cell cell = f->kind == FEEL_COLUMN_BOOL ? FEEL_CELL_BIT : draw(w, 6) == 0 ? FEEL_CELL_I64 : FEEL_CELL_U8;
    bool strays = draw(w, 12) == 0;
    for (uint32_t i = 0; i < rows && cell != FEEL_CELL_BIT; i++)
        while (f->values[from + i].kind != FV_NULL && !fits(cell, f->cells[from + i])) {
            cell++;
            i = 0; /* what fitted so far must fit still */
        }
    for (uint32_t i = 0; i < rows; i++) {
        bool there = f->values[from + i].kind != FV_NULL;
        valid[i >> 6] |= (uint64_t)there << (i & 63);
        all = all && there;
        none = none && !there;
        if (strays && draw(w, 10) == 0) wild[i >> 6] |= UINT64_C(1) << (i & 63);
    }
    *b = (struct feel_block){.valid = all && draw(w, 2) == 0 && rows == FEEL_VECTOR ? NULL : valid, .wild = strays ? wild : NULL, .cell = (uint8_t)cell};
    if (none && draw(w, 2) == 0) b->cell = FEEL_CELL_NONE;
    unsigned char *cells = arena_alloc(&w->a, FEEL_VECTOR * sizeof(int64_t) + 64);
    cells += 64 - ((uintptr_t)cells & 63);
    for (uint32_t i = 0; i < rows; i++) {
        int64_t v = f->cells[from + i];
        if (strays && (wild[i >> 6] >> (i & 63) & 1) != 0 && f->kind != FEEL_COLUMN_ROW && f->kind != FEEL_COLUMN_CODE && f->kind != FEEL_COLUMN_TEXT) v = 7;
        switch ((int)cell) {
        case FEEL_CELL_BIT: ((uint64_t *)(void *)cells)[i >> 6] |= (uint64_t)(v != 0) << (i & 63); break;
        case FEEL_CELL_U8: cells[i] = (uint8_t)v; break;
        case FEEL_CELL_U16: ((uint16_t *)(void *)cells)[i] = (uint16_t)v; break;
        case FEEL_CELL_U32: ((uint32_t *)(void *)cells)[i] = (uint32_t)v; break;
        case FEEL_CELL_I32: ((int32_t *)(void *)cells)[i] = (int32_t)v; break;
        default: ((int64_t *)(void *)cells)[i] = v; break;
        }
    }
    b->cells = cells;
}

static void column_make(struct world *w, struct world_field *f, uint32_t rows)
{
    uint32_t n = (rows + FEEL_VECTOR - 1) / FEEL_VECTOR;
    struct feel_block *b = arena_array(&w->a, struct feel_block, n + 1);
    for (uint32_t i = 0; i < n; i++) block_make(w, f, i * FEEL_VECTOR, MIN((uint32_t)FEEL_VECTOR, rows - i * FEEL_VECTOR), &b[i]);
    f->column = (struct feel_column){.kind = f->kind, .scale = f->scale, .codes = &w->codes[f->codes], .reg = &w->table[f->to].reg, .blocks = b, .rows = rows};
    f->column.texts = (struct feel_texts){.pieces = (char *const *const *)&w->pieces, .bits = 20};
}

static void back_make(struct world *w, struct world_field *f, uint32_t rows)
{
    const struct world_table *from = &w->table[f->back_of];
    const struct world_field *ref = &from->field[f->back_by];
    uint32_t *start = arena_array(&w->a, uint32_t, rows + 2), *list = arena_array(&w->a, uint32_t, from->rows + 1), at = 0;
    for (uint32_t r = 0; r < rows; r++) {
        start[r] = at;
        for (uint32_t i = 0; i < from->rows; i++)
            if (ref->values[i].kind != FV_NULL && ref->cells[i] == (int64_t)r) list[at++] = i;
    }
    start[rows] = at;
    f->back = (struct feel_back){.from = &from->reg, .start = start, .rows = list};
}

static void fill(struct world *w, enum world_size size)
{
    static const uint32_t few[] = {1, 2, 3, 5, 8, 13, 21, 63, 64, 65, 70}; /* words of bits end at 64 */
    size_t text_at[ARRAY_LEN(words)], at = 0;
    w->texts = arena_alloc(&w->a, 4096);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t len = strlen(words[i]);
        text_at[i] = at;
        w->texts[at++] = (char)len;
        memcpy(w->texts + at, words[i], len);
        at += len;
    }
    w->pieces = arena_array(&w->a, char *, 1);
    w->pieces[0] = w->texts;
    w->table[0].rows = size == WORLD_LONG ? 2100 : few[draw(w, size == WORLD_SMALL ? ARRAY_LEN(few) : 6)];
    w->table[1].rows = draw(w, 8) == 0 ? 0 : 1 + draw(w, size == WORLD_LONG ? 600 : 20); /* lists within lists stay short where rows are many */
    w->favourites = size == WORLD_LONG ? 300 : 5;
    w->table[2].rows = size == WORLD_LONG ? (draw(w, 4) == 0 ? 3000 : draw(w, 150)) : size == WORLD_MANY_CHILDREN ? 2500 : draw(w, 8) == 0 ? 0 : draw(w, 16) == 0 ? draw(w, 150) : draw(w, 24);
    for (int t = 0; t < TABLES; t++)
        for (uint32_t f = 0; f < w->table[t].fields; f++) {
            struct world_field *x = &w->table[t].field[f];
            uint32_t rows = w->table[t].rows, blanks = draw(w, 3) == 0 ? 0 : 1 + draw(w, 60);
            if (x->back_of >= 0) continue;
            x->values = arena_array(&w->a, struct fv, rows + 1);
            x->cells = arena_array(&w->a, int64_t, rows + 1);
            for (uint32_t i = 0; i < rows; i++) {
                draw_value(w, x, i, text_at);
                if (draw(w, 100) < blanks) {
                    x->values[i] = fv_null();
                    x->cells[i] = 0;
                }
            }
            column_make(w, x, rows);
        }
    for (int t = 0; t < TABLES; t++)
        for (uint32_t f = 0; f < w->table[t].fields; f++)
            if (w->table[t].field[f].back_of >= 0) back_make(w, &w->table[t].field[f], w->table[t].rows);
}

/* ---- the hosts ---- */

static enum rc member(struct feel_run *run, const struct feel_register *reg, int64_t id, const struct feel_member *m, struct fv *out, struct err *err)
{
    const struct world *w = run->host_ctx;
    const struct world_table *t = reg->host;
    const struct world_field *f = &t->field[m->slot];
    if (f->back_of < 0) {
        *out = f->values[id - 1];
        return RC_OK;
    }
    uint32_t low = f->back.start[id - 1], n = f->back.start[id] - low;
    struct fv *items = arena_try(run->arena, (n + 1) * sizeof *items);
    if (items == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    for (uint32_t i = 0; i < n; i++) items[i] = world_record(w, f->back_of, f->back.rows[low + i]);
    *out = fv_list(items, n);
    return RC_OK;
}

static enum rc all(struct feel_run *run, const struct feel_register *reg, struct fv *out, struct err *err)
{
    const struct world *w = run->host_ctx;
    const struct world_table *t = reg->host;
    struct fv *items = arena_try(run->arena, (t->rows + 1) * sizeof *items);
    if (items == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    for (uint32_t i = 0; i < t->rows; i++) items[i] = world_record(w, (int)reg->number, i);
    *out = fv_list(items, t->rows);
    return RC_OK;
}

static enum rc param(struct feel_run *run, uint32_t slot, day_num on, struct fv *out, struct err *err)
{
    const struct world *w = run->host_ctx;
    (void)on, (void)err;
    *out = w->params[slot];
    return RC_OK;
}

static bool column(void *ctx, const struct feel_register *reg, const struct feel_member *m, struct feel_column *out, struct feel_why *why)
{
    const struct world_table *t = reg->host;
    (void)ctx, (void)why;
    if (t->field[m->slot].back_of >= 0) return false;
    *out = t->field[m->slot].column;
    return true;
}

static bool back(void *ctx, const struct feel_register *reg, const struct feel_member *m, struct feel_back *out)
{
    const struct world_table *t = reg->host;
    (void)ctx;
    *out = t->field[m->slot].back;
    return t->field[m->slot].back_of >= 0;
}

static bool rows_of(void *ctx, const struct feel_register *reg, uint32_t *rows, const uint64_t **gone)
{
    const struct world_table *t = reg->host;
    (void)ctx;
    *gone = NULL;
    *rows = t->rows;
    return true;
}

struct feel_run world_run(struct world *w, const struct fv *self)
{
    return (struct feel_run){.arena = &w->scratch, .host = &w->host, .host_ctx = w, .today = w->today, .vars = self, .vars_count = 1, .steps_left = w->steps};
}

struct feel_vector_options world_vector(struct world *w)
{
    return (struct feel_vector_options){.columns = &w->columns, .columns_ctx = w, .self = &w->table[0].reg, .host = &w->host, .host_ctx = w, .today = w->today};
}

void world_row(const struct world *w, uint32_t row, struct buf *out)
{
    for (uint32_t f = 0; f < w->table[0].fields; f++) {
        const struct world_field *x = &w->table[0].field[f];
        if (x->back_of >= 0) continue;
        buf_str(out, str_c(x->name));
        buf_char(out, '=');
        fv_print(&x->values[row], out);
        buf_char(out, ' ');
    }
}

/* ---- names ---- */

static void function_make(struct world *w, struct feel_function *fn, const char *name, const struct feel_member *params, uint32_t n, const struct feel_type *result, const char *body)
{
    struct feel_name *names = arena_array(&w->a, struct feel_name, n);
    struct feel_scope *s = arena_new(&w->a, struct feel_scope);
    for (uint32_t i = 0; i < n; i++)
        names[i] = (struct feel_name){.kind = FN_VARIABLE, .name = params[i].name, .title = params[i].title, .type = params[i].type, .slot = i, .may_be_null = true};
    *s = (struct feel_scope){.outer = &w->names, .names = names, .names_count = n};
    feel_scope_seal(&w->a, s);
    struct diags d;
    struct feel_program *p = NULL;
    diags_init(&d, &w->a, 10);
    struct feel_source src = {.text = str_c(body), .mode = FEEL_PACK};
    MUST(feel_compile(&w->a, s, &src, &p, &d) == RC_OK);
    *fn = (struct feel_function){.name = str_c(name), .title = str_c(name), .params = params, .params_count = n, .result = result, .body = p};
}

static void make_names(struct world *w)
{
    static const struct feel_member due[] = {{.name = STR_INIT("from"), .title = STR_INIT("from"), .type = &feel_date, .may_be_null = true},
                                             {.name = STR_INIT("years"), .title = STR_INIT("years"), .type = &feel_number, .may_be_null = true}};
    w->params[0] = fv_num(dec_scaled((int64_t)draw(w, 200), (int)draw(w, 3)));
    w->params[1] = fv_months((int64_t)draw(w, 130));
    w->params[2] = draw(w, 2) == 0 ? fv_null() : fv_i64(draw(w, 20));
    struct feel_name *n = arena_array(&w->a, struct feel_name, 6);
    n[0] = (struct feel_name){.kind = FN_PARAMETER, .name = STR("P0"), .title = STR("P0"), .type = &feel_number, .slot = 0, .may_be_null = true};
    n[1] = (struct feel_name){.kind = FN_PARAMETER, .name = STR("P1"), .title = STR("P1"), .type = &feel_months, .slot = 1, .may_be_null = true};
    n[2] = (struct feel_name){.kind = FN_PARAMETER, .name = STR("P2"), .title = STR("P2"), .type = &feel_number, .slot = 2, .may_be_null = true};
    struct feel_member *m = arena_array(&w->a, struct feel_member, TABLES);
    for (uint32_t i = 0; i < TABLES; i++)
        m[i] = (struct feel_member){.name = w->table[i].reg.name, .title = w->table[i].reg.title, .type = feel_list_of(&w->a, &w->table[i].type), .slot = i};
    w->all_type = (struct feel_type){.kind = FT_CONTEXT, .members = m, .members_count = TABLES};
    n[3] = (struct feel_name){.kind = FN_ALL, .name = STR("all"), .title = STR("all"), .type = &w->all_type};
    w->names = (struct feel_scope){.names = n, .names_count = 4};
    feel_scope_seal(&w->a, &w->names);
    struct feel_function *fn = arena_array(&w->a, struct feel_function, 2);
    function_make(w, &fn[0], "due", due, 2, &feel_date, "if from = null then null else if years >= 3 then from + years * duration(\"P1Y\") - duration(\"P1D\") else from + P1");
    function_make(w, &fn[1], "ages", due, 2, &feel_number, "max(full years(from, today()), ceiling((full months(from, today()) + 1) / 4)) - years");
    for (int i = 0; i < 2; i++) n[4 + i] = (struct feel_name){.kind = FN_FUNCTION, .name = fn[i].name, .title = fn[i].name, .type = fn[i].result, .fn = &fn[i], .may_be_null = true};
    w->names = (struct feel_scope){.names = n, .names_count = 6};
    feel_scope_seal(&w->a, &w->names);
    struct feel_name *self = arena_new(&w->a, struct feel_name);
    *self = (struct feel_name){.kind = FN_THIS, .name = STR("this"), .title = STR("本记录"), .type = &w->table[0].type, .slot = 0};
    w->site = (struct feel_scope){.outer = &w->names, .names = self, .names_count = 1};
    feel_scope_seal(&w->a, &w->site);
}

struct world *world_make(uint64_t seed, enum world_size size)
{
    struct world *w = calloc(1, sizeof *w);
    MUST(w != NULL);
    arena_init(&w->a, (size_t)256 << 20);
    arena_init(&w->scratch, (size_t)1 << 30);
    w->seed = seed * UINT64_C(0x9E3779B97F4A7C15) + 88172645463325252u;
    for (int i = 0; i < 8; i++) (void)draw(w, 1);
    (void)day_parse(STR("2026-03-31"), &w->today);
    make_codes(w);
    make_frame(w);
    fill(w, size);
    make_names(w);
    w->host = (struct feel_host){.member = member, .all = all, .param = param};
    w->columns = (struct feel_columns){.column = column, .back = back, .rows = rows_of};
    w->mark = arena_mark(&w->scratch);
    return w;
}

void world_free(struct world **wp)
{
    if (*wp == NULL) return;
    arena_fini(&(*wp)->scratch);
    arena_fini(&(*wp)->a);
    free(*wp);
    *wp = NULL;
}

void world_drop(struct world *w) { arena_reset(&w->scratch, w->mark); }
