/* sample.c - reads a recipe, runs its expressions row by row, writes CSV. */
#include "sample/sample.h"

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) const struct err_kind E_##id = {rc, code, zh, en, hint_zh, hint_en};
#include "sample/errors.def"
#undef ERR

enum { RANDOMS = 24, COLUMNS_MAX = 64, DEPTH_MAX = 3, PIECE_MAX = 512 << 20 };

struct column {
    struct str name;
    bool shown;                       /* names that begin with '_' are only remembered */
    struct feel_program *program;
};

/* One register of the recipe, or a child that comes with each row of its parent. */
struct plan {
    struct str reg;
    struct column columns[COLUMNS_MAX];
    size_t columns_count;
    struct feel_program *rows;
    struct plan *parent, *children, *next;
    struct buf csv;                   /* the piece that is being written */
    struct fv *vars;                  /* n, k, people, seed, parent, r1…, lists, then the columns so far */
    uint32_t vars_count;
    uint64_t salt;                    /* of the seed and the registers on the way here */
};

enum { VAR_N, VAR_K, VAR_PEOPLE, VAR_SEED, VAR_PARENT, VAR_RANDOM, VAR_LISTS = VAR_RANDOM + RANDOMS };

struct maker {
    struct arena arena;   /* the recipe, compiled */
    struct arena row;     /* reset after each row of the top */
    struct diags *d;
    const struct sample_options *o;
    const struct json *lists;
    struct fv *list_values;
    const struct feel_type **list_types;
    size_t lists_count;
    int64_t people;
    enum rc (*fn)(void *ctx, struct str reg, struct str csv, struct err *err);
    void *ctx;
};

/* splitmix64: enough for invented people, and the same on every machine. */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static void name_put(struct feel_name *n, struct str name, const struct feel_type *type, uint32_t slot)
{
    *n = (struct feel_name){.kind = FN_VARIABLE, .name = name, .title = name, .type = type, .slot = slot, .may_be_null = false};
}

/* A column with its type, so that mistakes are told at once and `list[column]` is known to be a position. */
static void column_put(struct feel_name *n, const struct column *c, uint32_t slot)
{
    name_put(n, c->name, c->program->type, slot);
    n->may_be_null = c->program->may_be_null;
}

/* The row that a child hangs on, as `parent`. */
static const struct feel_type *row_type(struct maker *m, const struct plan *p)
{
    if (p == NULL) return &feel_any;
    struct feel_member *members = arena_array(&m->arena, struct feel_member, p->columns_count + 1);
    for (uint32_t i = 0; i < p->columns_count; i++) {
        const struct column *c = &p->columns[i];
        members[i] = (struct feel_member){.name = c->name, .title = c->name, .type = c->program->type, .slot = i, .may_be_null = c->program->may_be_null};
    }
    struct feel_type *t = arena_new(&m->arena, struct feel_type);
    *t = (struct feel_type){.kind = FT_CONTEXT, .members = members, .members_count = (uint32_t)p->columns_count};
    return t;
}

/* The names that column number `upto` may use: what every row has, and the columns before it. */
static const struct feel_scope *scope_upto(struct maker *m, const struct plan *p, size_t upto)
{
    size_t n = VAR_LISTS + m->lists_count + upto;
    struct feel_name *names = arena_array(&m->arena, struct feel_name, n);
    name_put(&names[VAR_N], STR("n"), &feel_number, VAR_N);
    name_put(&names[VAR_K], STR("k"), &feel_number, VAR_K);
    name_put(&names[VAR_PEOPLE], STR("people"), &feel_number, VAR_PEOPLE);
    name_put(&names[VAR_SEED], STR("seed"), &feel_number, VAR_SEED);
    name_put(&names[VAR_PARENT], STR("parent"), row_type(m, p->parent), VAR_PARENT);
    for (uint32_t i = 0; i < RANDOMS; i++)
        name_put(&names[VAR_RANDOM + i], str_cat(&m->arena, STR("r"), str_u64(&m->arena, i + 1)), &feel_number, VAR_RANDOM + i);
    uint32_t at = VAR_LISTS;
    for (const struct json *l = m->lists == NULL ? NULL : m->lists->first; l != NULL; l = l->next, at++)
        name_put(&names[at], l->key, m->list_types[at - VAR_LISTS], at);
    for (size_t i = 0; i < upto; i++, at++) column_put(&names[at], &p->columns[i], at);
    struct feel_scope *s = arena_new(&m->arena, struct feel_scope);
    *s = (struct feel_scope){.names = names, .names_count = (uint32_t)n};
    feel_scope_seal(&m->arena, s);
    return s;
}

/* FEEL answers null for an entry that a context lacks; a parent's columns are all known, so here it is a mistake. */
static bool knows_parent(void *ctx, const struct feel_node *n)
{
    struct str *missing = ctx;
    if (n->op != FEEL_MEMBER || n->kids_count == 0 || n->kids[0]->op != FEEL_VARIABLE || n->kids[0]->slot != VAR_PARENT) return true;
    const struct feel_type *t = n->kids[0]->type;
    for (uint32_t i = 0; i < t->members_count; i++)
        if (str_eq(t->members[i].name, n->name)) return true;
    *missing = n->name;
    return true;
}

static enum rc compile(struct maker *m, const struct plan *p, size_t upto, struct str what, struct str text, struct feel_program **out, struct err *err)
{
    struct feel_source src = {.text = text, .mode = FEEL_DMN};
    /* The mistakes outlive this call: what they point at must, too. */
    struct arena *keep = m->d->arena;
    src.at = (struct place){.file = diags_file(m->d, str_cat(keep, p->reg, STR("."), what), str_dup(keep, text)), .line = 1, .col = 1};
    struct str why = STR_NONE, missing = STR_NONE;
    struct diag **from = m->d->last; /* where new ones are hung */
    bool compiled = feel_compile(&m->arena, scope_upto(m, p, upto), &src, out, m->d) == RC_OK;
    /* A name that is not known only warns in the mode of the specification: a recipe's author has mistyped it. */
    for (const struct diag *g = *from; g != NULL; g = g->next)
        if (g->severity == SEV_ERROR || strcmp(err_code(&g->err), "feel.unknown_name") == 0) why = str_c(g->err.zh);
    if (compiled && why.len == 0) {
        feel_each_node((*out)->root, knows_parent, &missing);
        if (missing.len == 0) return RC_OK;
        return err_set(err, &E_sample_parent, NO_PLACE, p->reg, what, missing);
    }
    return err_set(err, &E_sample_feel, NO_PLACE, p->reg, what, why);
}

static enum rc read_columns(struct maker *m, const struct json *fields, struct plan *p, struct err *err)
{
    for (const struct json *f = fields->first; f != NULL; f = f->next) {
        if (f->kind != JSON_STRING || p->columns_count == COLUMNS_MAX) return err_set(err, &E_sample_shape, NO_PLACE, f->key, STR(""));
        struct column *col = &p->columns[p->columns_count];
        *col = (struct column){.name = f->key, .shown = !str_starts(f->key, STR("_"))};
        TRY(compile(m, p, p->columns_count, f->key, f->text, &col->program, err));
        p->columns_count++;
    }
    return RC_OK;
}

static enum rc read_plan(struct maker *m, const struct json *j, struct plan *parent, unsigned depth, struct plan **out, struct err *err)
{
    const struct json *reg = json_get(j, STR("register")), *rows = json_get(j, STR("rows")), *fields = json_get(j, STR("fields")),
                      *children = json_get(j, STR("children"));
    if (reg == NULL || reg->kind != JSON_STRING || rows == NULL || rows->kind != JSON_STRING || fields == NULL || fields->kind != JSON_OBJECT ||
        depth > DEPTH_MAX)
        return err_set(err, &E_sample_shape, NO_PLACE, STR("register, rows, fields"), STR(""));
    struct plan *p = arena_new(&m->arena, struct plan);
    *p = (struct plan){.reg = reg->text, .parent = parent, .salt = parent == NULL ? (uint64_t)m->o->seed : parent->salt};
    for (size_t i = 0; i < reg->text.len; i++) p->salt = mix(p->salt ^ (uint8_t)reg->text.ptr[i]);
    TRY(compile(m, p, 0, STR("rows"), rows->text, &p->rows, err));
    TRY(read_columns(m, fields, p, err));
    p->vars_count = (uint32_t)(VAR_LISTS + m->lists_count + p->columns_count);
    p->vars = arena_array(&m->arena, struct fv, p->vars_count);
    for (size_t i = 0; i < m->lists_count; i++) p->vars[VAR_LISTS + i] = m->list_values[i];
    buf_init(&p->csv, PIECE_MAX);
    arena_defer(&m->arena, (void (*)(void *))buf_fini, &p->csv);
    struct plan **last = &p->children;
    for (const struct json *c = children == NULL ? NULL : children->first; c != NULL; c = c->next) {
        TRY(read_plan(m, c, p, depth + 1, last, err));
        last = &(*last)->next;
    }
    *out = p;
    return RC_OK;
}

/* ---- writing ---- */

static void put_cell(struct buf *b, struct str s)
{
    bool quote = false;
    for (size_t i = 0; i < s.len; i++) quote = quote || s.ptr[i] == ',' || s.ptr[i] == '"' || s.ptr[i] == '\n' || s.ptr[i] == '\r';
    if (!quote) {
        buf_str(b, s);
        return;
    }
    buf_char(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') buf_char(b, '"');
        buf_char(b, s.ptr[i]);
    }
    buf_char(b, '"');
}

static void put_value(struct maker *m, struct buf *b, const struct fv *v)
{
    if (v->kind == FV_STRING) {
        put_cell(b, v->str);
    } else if (v->kind == FV_DATE) {
        day_put(b, v->day);
    } else if (v->kind == FV_NUMBER) {
        dec_put(b, v->num);
    } else if (v->kind == FV_BOOL) {
        buf_str(b, v->b ? STR("是") : STR("否"));
    } else if (v->kind != FV_NULL) {
        struct buf text;
        buf_init(&text, 1 << 20);
        fv_print(v, &text);
        put_cell(b, str_dup(&m->row, buf_view(&text)));
        buf_fini(&text);
    }
}

static void put_heading(struct plan *p)
{
    bool first = true;
    for (size_t i = 0; i < p->columns_count; i++) {
        if (!p->columns[i].shown) continue;
        if (!first) buf_char(&p->csv, ',');
        put_cell(&p->csv, p->columns[i].name);
        first = false;
    }
    buf_char(&p->csv, '\n');
}

/* Hand over what was written: the parent's rows before those that refer to them. */
static enum rc flush(struct maker *m, struct plan *p, struct err *err)
{
    if (p->csv.len > 0) {
        if (buf_failed(&p->csv)) return err_set(err, &E_limit, NO_PLACE, STR("piece"), STR("512 MiB"));
        TRY(m->fn(m->ctx, p->reg, buf_view(&p->csv), err));
        buf_clear(&p->csv);
    }
    for (struct plan *c = p->children; c != NULL; c = c->next) TRY(flush(m, c, err));
    return RC_OK;
}

static enum rc value_of(struct maker *m, struct plan *p, const struct feel_program *program, struct fv *out, struct err *err)
{
    struct feel_run run = {.arena = &m->row, .vars = p->vars, .vars_count = p->vars_count, .today = day_of((struct ymd){2026, 1, 1})};
    return feel_run(program, &run, out, err);
}

static enum rc count_of(struct maker *m, struct plan *p, int64_t *out, struct err *err)
{
    struct fv v;
    TRY(value_of(m, p, p->rows, &v, err));
    struct dec whole;
    if (v.kind != FV_NUMBER || !dec_rescale(v.num, 0, DEC_FLOOR, &whole) || !dec_to_i64(whole, out))
        return err_set(err, &E_sample_count, NO_PLACE, p->reg);
    return RC_OK;
}

/* Each random number belongs to (seed, register, parent's row, row, its place): asking for more rows changes none.
 * key: the row's, made of its number and those of the rows that it hangs on. */
static void draw(struct plan *p, uint64_t key)
{
    uint64_t s = mix(p->salt ^ key);
    for (uint32_t i = 0; i < RANDOMS; i++) {
        s = mix(s);
        p->vars[VAR_RANDOM + i] = fv_num(dec_scaled((int64_t)(s % 1000000000), 9));
    }
}

static struct fv row_context(struct maker *m, const struct plan *p)
{
    struct fv_entry *e = arena_array(&m->row, struct fv_entry, p->columns_count + 1);
    for (size_t i = 0; i < p->columns_count; i++) e[i] = (struct fv_entry){p->columns[i].name, p->vars[VAR_LISTS + m->lists_count + i]};
    struct fv v = {.kind = FV_CONTEXT, .count = (uint32_t)p->columns_count};
    v.entries = e;
    return v;
}

static enum rc write_row(struct maker *m, struct plan *p, int64_t n, int64_t k, uint64_t above, struct fv above_row, struct err *err)
{
    uint64_t key = mix(above + (uint64_t)(k == 0 ? n : k));
    p->vars[VAR_N] = fv_i64(n);
    p->vars[VAR_K] = fv_i64(k);
    p->vars[VAR_PEOPLE] = fv_i64(m->people);
    p->vars[VAR_SEED] = fv_i64(m->o->seed);
    p->vars[VAR_PARENT] = above_row;
    draw(p, key);
    if (p->csv.len == 0) put_heading(p);
    bool first = true;
    for (size_t i = 0; i < p->columns_count; i++) {
        struct fv *v = &p->vars[VAR_LISTS + m->lists_count + i];
        TRY(value_of(m, p, p->columns[i].program, v, err));
        if (!p->columns[i].shown) continue;
        if (!first) buf_char(&p->csv, ',');
        put_value(m, &p->csv, v);
        first = false;
    }
    buf_char(&p->csv, '\n');
    if (p->children == NULL) return RC_OK;
    struct fv here = row_context(m, p);
    for (struct plan *c = p->children; c != NULL; c = c->next) {
        int64_t rows = 0;
        c->vars[VAR_N] = fv_i64(n);
        c->vars[VAR_K] = fv_i64(0);
        c->vars[VAR_PEOPLE] = fv_i64(m->people);
        c->vars[VAR_SEED] = fv_i64(m->o->seed);
        c->vars[VAR_PARENT] = here;
        draw(c, key);
        TRY(count_of(m, c, &rows, err));
        for (int64_t i = 1; i <= rows; i++) TRY(write_row(m, c, n, i, key, here, err));
    }
    return RC_OK;
}

static enum rc write_plan(struct maker *m, struct plan *p, struct err *err)
{
    int64_t rows = 0;
    p->vars[VAR_PEOPLE] = fv_i64(m->people);
    p->vars[VAR_SEED] = fv_i64(m->o->seed);
    TRY(count_of(m, p, &rows, err));
    size_t piece = m->o->piece_rows == 0 ? 20000 : m->o->piece_rows;
    for (int64_t n = 1; n <= rows; n++) {
        struct arena_mark mark = arena_mark(&m->row);
        TRY(write_row(m, p, n, 0, 0, fv_null(), err));
        arena_reset(&m->row, mark);
        if ((size_t)n % piece == 0) TRY(flush(m, p, err));
    }
    return flush(m, p, err);
}

/* Lists of one kind are known as such; what else there is, is anything. */
static const struct feel_type *item_type(const struct fv *list)
{
    uint8_t kind = list->count > 0 ? list->items[0].kind : FV_NULL;
    for (uint32_t i = 1; i < list->count; i++)
        if (list->items[i].kind != kind) return &feel_any;
    return kind == FV_STRING ? &feel_string : kind == FV_NUMBER ? &feel_number : &feel_any;
}

static enum rc read_lists(struct maker *m, struct err *err)
{
    m->lists_count = m->lists == NULL ? 0 : m->lists->count;
    m->list_values = arena_array(&m->arena, struct fv, m->lists_count + 1);
    m->list_types = arena_array(&m->arena, const struct feel_type *, m->lists_count + 1);
    size_t i = 0;
    for (const struct json *l = m->lists == NULL ? NULL : m->lists->first; l != NULL; l = l->next, i++) {
        if (l->kind != JSON_ARRAY) return err_set(err, &E_sample_shape, NO_PLACE, l->key, STR(""));
        TRY(fv_from_json(&m->arena, l, &m->list_values[i], err));
        m->list_types[i] = feel_list_of(&m->arena, item_type(&m->list_values[i]));
    }
    return RC_OK;
}

static enum rc run(struct maker *m, struct str recipe, struct err *err)
{
    struct json *root = NULL;
    TRY(json_parse(&m->arena, recipe, &root, err));
    const struct json *people = json_get(root, STR("people")), *registers = json_get(root, STR("registers"));
    m->lists = json_get(root, STR("lists"));
    if (people == NULL || !str_to_i64(people->text, &m->people) || registers == NULL || registers->kind != JSON_ARRAY)
        return err_set(err, &E_sample_shape, NO_PLACE, STR("people, registers"), STR(""));
    if (m->o->people > 0) m->people = m->o->people;
    TRY(read_lists(m, err));
    for (const struct json *r = registers->first; r != NULL; r = r->next) {
        struct plan *p = NULL;
        TRY(read_plan(m, r, NULL, 0, &p, err));
        TRY(write_plan(m, p, err));
    }
    return RC_OK;
}

enum rc sample_each(struct str recipe, const struct sample_options *o, struct diags *d,
                    enum rc (*fn)(void *ctx, struct str reg, struct str csv, struct err *err), void *ctx, struct err *err)
{
    struct maker m = {.o = o, .d = d, .fn = fn, .ctx = ctx};
    arena_init(&m.arena, 64 << 20);
    arena_init(&m.row, 64 << 20);
    enum rc rc = run(&m, recipe, err);
    arena_fini(&m.row);
    arena_fini(&m.arena);
    return rc;
}
