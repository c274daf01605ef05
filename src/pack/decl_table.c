/* decl_table.c - decision tables: functions whose body is rows of unary tests and what each row answers. */
#include "pack/inner.h"

static const struct str hits[] = {STR_INIT("unique"), STR_INIT("any"), STR_INIT("first"), STR_INIT("priority"), STR_INIT("collect"),
                                  STR_INIT("sum"), STR_INIT("min"), STR_INIT("max"), STR_INIT("count")};

static bool ordered(enum field_type t)
{
    return t == FIELD_NUMBER || t == FIELD_DATE || t == FIELD_MONTH || t == FIELD_DATETIME || t == FIELD_DURATION;
}

/* Some ways to hit ask for outputs of a kind. */
static void hit_check(struct load *l, const struct table_made *m, const struct ynode *hit)
{
    const struct type_read *out = &m->types[m->t.ins_count];
    enum feel_hit h = m->t.hit;
    bool one = m->t.outs_count == 1;
    if (hit == NULL || m->t.outs_count == 0) return;
    if (h == FEEL_HIT_SUM && (!one || (out->type != FIELD_NUMBER && out->type != FIELD_DURATION)))
        bad(l, hit, &E_pack_table_hit, hit->text, STR("只有一个输出，是数或时长"), STR("one output, a number or a duration"));
    if ((h == FEEL_HIT_MIN || h == FEEL_HIT_MAX) && (!one || !ordered(out->type)))
        bad(l, hit, &E_pack_table_hit, hit->text, STR("只有一个输出，是数、日期或时长"), STR("one output: a number, a date or a duration"));
    if (h == FEEL_HIT_PRIORITY && out->type != FIELD_CHOICE)
        bad(l, hit, &E_pack_table_hit, hit->text, STR("第一个输出是 choice(代码表)，位次高的优先"), STR("a choice(codes) as its first output: the higher rank goes first"));
}

void tables_read(struct load *l, struct decl *d)
{
    struct function_made *f = arena_new(l->a, struct function_made);
    struct table_made *m = arena_new(l->a, struct table_made);
    struct pack_decl *common = arena_new(l->a, struct pack_decl);
    const struct ynode *title = Y_GET(d->node, "title"), *in = Y_GET(d->node, "in"), *out = Y_GET(d->node, "out"), *hit = Y_GET(d->node, "hit");
    f->decl = m->decl = d;
    f->table = m;
    d->made = f;
    decl_common(l, d, common);
    f->f.name = d->name;
    f->f.title = title == NULL ? d->name : title_of(l, title, d->pack);
    f->f.host = f;
    if (title != NULL) (void)title_check(l, title, f->f.title);
    uint32_t ins = in == NULL ? 0 : in->count, outs = out == NULL ? 0 : out->count;
    struct feel_member *members = arena_array(l->a, struct feel_member, (size_t)ins + outs + 1);
    m->types = arena_array(l->nodes, struct type_read, (size_t)ins + outs + 1);
    struct name_scope scope = {.what_zh = STR("决策表的输入和输出"), .what_en = STR("the inputs and outputs of the table")};
    ins = members_read(l, in, d->pack, &scope, members, m->types);
    outs = members_read(l, out, d->pack, &scope, members + ins, m->types + ins);
    if (ins == 0 && in != NULL) bad(l, y_key(d->node, STR("in")), &E_pack_yaml_empty, STR("in"));
    if (outs == 0 && out != NULL) bad(l, y_key(d->node, STR("out")), &E_pack_yaml_empty, STR("out"));
    function_params(l, f, members, ins);
    int h = y_word(l, hit, FEEL_HIT_UNIQUE, ARRAY_LEN(hits), hits);
    m->t = (struct feel_table){.title = f->f.title, .hit = h < 0 ? FEEL_HIT_UNIQUE : (enum feel_hit)h, .mode = FEEL_PACK, .ins = members,
                               .ins_count = ins, .input_slot = ins, .outs = members + ins, .outs_count = outs};
    hit_check(l, m, hit);
    f->f.result = outs == 0 ? &feel_any : feel_table_type(l->a, &m->t);
    vec_push(l->a, &l->functions, f);
}

/* ---- rows ---- */

static bool is_note(struct str head)
{
    return str_eq(head, STR("依据")) || str_eq(head, STR("说明")) || str_eq(head, STR("basis")) || str_eq(head, STR("note"));
}

/* Which column: inputs, then outputs; UINT32_MAX: a note; -2: none. */
static uint32_t column_of(const struct feel_table *t, struct str head)
{
    for (uint32_t i = 0; i < t->ins_count + t->outs_count; i++)
        if (str_eq(t->ins[i].title, head) || str_eq(t->ins[i].name, head)) return i;
    return is_note(head) ? UINT32_MAX : UINT32_MAX - 1;
}

static bool heading_ok(struct load *l, const struct table_made *m, const struct ynode *key)
{
    if (column_of(&m->t, key->text) != UINT32_MAX - 1) return true;
    uint32_t n = m->t.ins_count + m->t.outs_count;
    struct str *names = arena_array(l->nodes, struct str, n + 1);
    for (uint32_t i = 0; i < n; i++) names[i] = m->t.ins[i].title;
    bad(l, key, &E_pack_unknown_key, STR("table"), key->text, nearest_name(key->text, n, names));
    return false;
}

/* Headings of a Markdown table are blamed once, not in each row. */
static bool head_ok(struct load *l, const struct table_made *m, const struct ynode *rows)
{
    bool good = true;
    for (uint32_t i = 0; i < rows->head_count; i++) good = heading_ok(l, m, rows->head[i]) && good;
    for (uint32_t c = 0; c < m->t.ins_count + m->t.outs_count && good; c++) {
        bool there = false;
        for (uint32_t i = 0; i < rows->head_count; i++) there = there || column_of(&m->t, rows->head[i]->text) == c;
        if (there) continue;
        bad(l, rows->head[0], &E_pack_missing_key, STR("table"), m->t.ins[c].title);
        good = false;
    }
    return good;
}

static bool row_cells(struct load *l, const struct table_made *m, const struct ynode *row, uint32_t number, bool headed, const struct ynode **cells)
{
    uint32_t n = m->t.ins_count + m->t.outs_count;
    bool good = true;
    for (uint32_t i = 0; i < row->count; i++) {
        const struct ynode *cell = row->kids[i];
        if (!headed && !heading_ok(l, m, row->keys[i])) good = false;
        uint32_t c = column_of(&m->t, row->keys[i]->text);
        if (c >= n || cell == NULL) continue;
        if (cell->kind != Y_SCALAR) {
            bad(l, cell, &E_pack_shape, row->keys[i]->text, STR("一段文字"), y_kind_zh(cell), STR("a text"), y_kind_en(cell));
            good = false;
        } else if (!cell->empty) {
            cells[c] = cell;
        }
    }
    for (uint32_t c = 0; c < n && good; c++) {
        if (cells[c] != NULL) continue;
        tell_n(l, SEV_ERROR, &E_pack_table_cell, row->at, row->via, TELL_ARGS(str_u64(l->a, number), m->t.ins[c].title));
        good = false;
    }
    return good;
}

static struct str row_text(struct load *l, const struct table_made *m, const struct ynode *const *cells)
{
    struct str out = STR("|");
    for (uint32_t c = 0; c < m->t.ins_count + m->t.outs_count; c++) out = str_cat(l->a, out, STR(" "), cells[c]->text, STR(" |"));
    return out;
}

static bool row_compile(struct load *l, const struct function_made *f, const struct ynode *const *cells, struct feel_table_row *out)
{
    const struct table_made *m = f->table;
    const struct feel_table *t = &m->t;
    bool good = true;
    out->tests = arena_array(l->a, const struct feel_program *, t->ins_count + 1);
    out->outs = arena_array(l->a, const struct feel_program *, t->outs_count + 1);
    out->text = row_text(l, m, cells);
    for (uint32_t i = 0; i < t->ins_count; i++) {
        if (str_eq(cells[i]->text, STR("-"))) continue;
        const struct feel_program *p = tests_at(l, f->scope, cells[i], t->ins[i].type);
        out->tests[i] = p;
        good = good && p != NULL;
        if (p != NULL) literals_check(l, p, cells[i], m->decl->pack, true);
    }
    for (uint32_t i = 0; i < t->outs_count; i++) {
        const struct feel_type *type = t->outs[i].type;
        const struct feel_program *p = feel_at(l, f->scope, cells[t->ins_count + i], type->kind == FT_ANY ? NULL : type);
        out->outs[i] = p;
        good = good && p != NULL;
        if (p != NULL) literals_check(l, p, cells[t->ins_count + i], m->decl->pack, false);
    }
    return good;
}

void pack_table_compile(struct load *l, struct function_made *f)
{
    struct table_made *m = f->table;
    const struct ynode *rows = Y_GET(m->decl->node, "rows");
    uint32_t n = rows == NULL ? 0 : rows->count, width = m->t.ins_count + m->t.outs_count;
    bool good = rows != NULL && m->t.ins_count > 0 && m->t.outs_count > 0, headed = good && rows->head != NULL;
    if (headed) good = head_ok(l, m, rows);
    if (!good) return;
    m->cells = arena_array(l->nodes, const struct ynode *, (size_t)n * width + 1);
    m->rows = arena_array(l->a, struct feel_table_row, (size_t)n + 1);
    for (uint32_t r = 0; r < n; r++) {
        const struct ynode **cells = m->cells + (size_t)r * width;
        if (!row_cells(l, m, y_at(rows, r), r + 1, headed, cells) || !row_compile(l, f, cells, &m->rows[r])) good = false;
    }
    m->t.rows = m->rows;
    m->t.rows_count = n;
    if (!good) return;
    f->body = feel_table_program(l->a, &m->t, y_place(m->decl->name_node, 0, SIZE_MAX));
    f->f.body = f->body;
}
