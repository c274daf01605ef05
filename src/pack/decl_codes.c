/* decl_codes.c - code tables: rows of code, title and further columns, with the days in which each row may be chosen. */
#include "pack/inner.h"

static void columns_read(struct load *l, struct codes_made *m, const struct ynode *columns)
{
    uint32_t n = columns == NULL ? 0 : columns->count;
    struct feel_member *members = arena_array(l->a, struct feel_member, n + 1);
    m->types = arena_array(l->nodes, struct type_read, n + 1);
    struct name_scope scope = {.what_zh = STR("这张代码表"), .what_en = STR("this code table")};
    uint32_t made = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct ynode *name = columns->keys[i], *col = columns->kids[i];
        if (col == NULL) continue;
        const struct ynode *title = Y_GET(col, "title"), *type = Y_GET(col, "type");
        if (!name_ok(name->text, true)) {
            bad(l, name, &E_pack_name, name->text, STR("a-z 0-9 _"));
            continue;
        }
        if (title == NULL || type == NULL) continue;
        struct str shown = title_of(l, title, m->decl->pack);
        if (!title_check(l, title, shown) || !type_read(l, type, false, false, &m->types[made])) continue;
        if (m->types[made].type == FIELD_REF || m->types[made].type == FIELD_FILE) {
            bad(l, type, &E_pack_type, type->text, STR(""));
            continue;
        }
        if (!name_scope_add(l, &scope, name->text, name, name->at)) continue;
        if (!str_eq(name->text, shown) && !name_scope_add(l, &scope, shown, title, title->at)) continue;
        members[made] = (struct feel_member){.name = name->text, .title = shown, .slot = made};
        made++;
    }
    m->c.feel.columns = members;
    m->c.feel.columns_count = made;
}

/* Keys that are neither ours nor columns. */
static void row_keys_check(struct load *l, const struct feel_codes *f, const struct ynode *row)
{
    for (uint32_t k = 0; k < row->count; k++) {
        const struct ynode *key = row->keys[k];
        static const struct str own[] = {STR_INIT("code"), STR_INIT("title"), STR_INIT("from"), STR_INIT("to"), STR_INIT("was"), STR_INIT("note")};
        struct str names[ARRAY_LEN(own) + 128];
        size_t n = 0;
        bool known = false;
        for (size_t o = 0; o < ARRAY_LEN(own); o++) {
            names[n++] = own[o];
            known = known || str_eq(own[o], key->text);
        }
        for (uint32_t o = 0; o < f->columns_count && n + 2 <= ARRAY_LEN(names); o++) {
            const struct feel_member *col = &f->columns[o];
            names[n++] = col->name;
            names[n++] = col->title;
            known = known || str_eq(col->name, key->text) || str_eq(col->title, key->text);
        }
        if (!known) bad(l, key, &E_pack_unknown_key, STR("codes"), key->text, nearest_name(key->text, n, names));
    }
}

void codes_rows(struct load *l, struct decl *d, struct ynode *rows, struct pack_codes *c)
{
    struct codes_made *m = (struct codes_made *)(void *)c;
    for (uint32_t i = 0; i < y_count(rows); i++) {
        struct ynode *row = y_at(rows, i), *code = Y_GET(row, "code"), *title = Y_GET(row, "title");
        row_keys_check(l, &c->feel, row);
        if (code == NULL || title == NULL) continue;
        struct code_row r = {.node = row, .code = code, .titles = y_text2(l, title, d->pack)};
        struct str shown = r.title = title_of(l, title, d->pack);
        const struct ynode *which[2] = {code, title};
        struct str words[2] = {code->text, shown};
        bool fresh = true;
        for (int k = 0; k < 2; k++) {
            if (k == 1 && str_eq(words[0], words[1])) break;
            union { const struct ynode *c; void *v; } at = {.c = which[k]};
            if (map_put(l->nodes, &m->seen, words[k], at.v)) continue;
            const struct ynode *other = map_find(&m->seen, words[k]);
            bad(l, which[k], &E_pack_name_taken, STR("这张代码表"), words[k], place_text(l, y_place(other, 0, 0)), STR("this code table"));
            fresh = false;
        }
        day_num from = y_day(Y_GET(row, "from"), INT64_MIN), to = y_day(Y_GET(row, "to"), DAY_OPEN);
        if (to < from) bad(l, Y_GET(row, "to"), &E_pack_dates_order, y_text(Y_GET(row, "to")), y_text(Y_GET(row, "from")));
        if (fresh) vec_push(l->nodes, &m->rows, r);
    }
}

void codes_read(struct load *l, struct decl *d)
{
    static const struct str orders[] = {STR_INIT("none"), STR_INIT("high-first"), STR_INIT("low-first")};
    struct codes_made *m = arena_new(l->a, struct codes_made);
    m->decl = d;
    d->made = m;
    decl_common(l, d, &m->c.d);
    m->c.open = y_yes(Y_GET(d->node, "open"), false);
    m->c.feel.name = d->name;
    m->c.feel.title = title_of(l, Y_GET(d->node, "title"), d->pack);
    m->c.feel.host = &m->c;
    int order = y_word(l, Y_GET(d->node, "order"), 0, ARRAY_LEN(orders), orders);
    m->c.feel.ordered = order > 0;
    m->c.feel.high_first = order == 1;
    (void)map_put(l->nodes, &l->codes_by_name, d->name, m);
    vec_push(l->a, &l->codes, &m->c);
    columns_read(l, m, Y_GET(d->node, "columns"));
    struct ynode *rows = Y_GET(d->node, "rows");
    if (rows != NULL) codes_rows(l, d, rows, &m->c);
}

static void codes_seal_one(struct load *l, struct codes_made *m)
{
    if (m->sealed) return;
    m->sealed = true; /* a circle of tables ends here: its cells are not found, and told */
    struct feel_codes *f = &m->c.feel;
    uint32_t n = (uint32_t)m->rows.len, columns = f->columns_count;
    struct str *code = arena_array(l->a, struct str, n + 1), *title = arena_array(l->a, struct str, n + 1);
    struct row_span *spans = arena_array(l->a, struct row_span, n + 1);
    struct text2 *titles = arena_array(l->a, struct text2, n + 1);
    struct fv *cells = arena_array(l->a, struct fv, (size_t)n * columns + 1);
    struct feel_member *members = arena_array(l->a, struct feel_member, columns + 1);
    for (uint32_t k = 0; k < columns; k++) {
        members[k] = f->columns[k];
        members[k].type = type_feel(l, &m->types[k]);
        if (m->types[k].type == FIELD_CHOICE) { /* its cells are looked up in the other table */
            union { const struct pack_codes *c; struct codes_made *m; } other = {.c = m->types[k].codes};
            codes_seal_one(l, other.m);
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct code_row *r = &m->rows.at[i];
        code[i] = r->code->text;
        title[i] = r->title;
        titles[i] = r->titles;
        spans[i].from = y_day(Y_GET(r->node, "from"), INT64_MIN);
        spans[i].to = y_day(Y_GET(r->node, "to"), DAY_OPEN);
        for (uint32_t k = 0; k < columns; k++) {
            const struct ynode *cell = y_get(r->node, members[k].name);
            if (cell == NULL) cell = y_get(r->node, members[k].title);
            struct fv *v = &cells[(size_t)i * columns + k];
            *v = fv_null();
            if (cell == NULL || cell->kind != Y_SCALAR || cell->empty)
                members[k].may_be_null = true;
            else if (!value_read(l, &m->types[k], cell->text, v))
                bad(l, cell, &E_pack_code_cell, cell->text, type_zh(m->types[k].type), type_en(m->types[k].type));
        }
    }
    f->rows_count = n;
    f->code = code;
    f->row_title = title;
    f->cells = cells;
    f->columns = members;
    m->c.spans = spans;
    m->c.titles = titles;
    feel_codes_seal(l->a, f);
}

void codes_seal(struct load *l)
{
    for (size_t i = 0; i < l->codes.len; i++) codes_seal_one(l, (struct codes_made *)(void *)l->codes.at[i]);
}

struct pack_codes *codes_inline(struct load *l, const struct ynode *options, struct str name, struct str title)
{
    struct codes_made *m = arena_new(l->a, struct codes_made);
    m->c.d = (struct pack_decl){.kind = STR("codes"), .name = name, .title = {title, STR("")}, .label = {title, STR("")}, .retired = DAY_OPEN,
                                .place = y_place(options, 0, SIZE_MAX)};
    m->c.feel.name = name;
    m->c.feel.title = title;
    m->c.feel.host = &m->c;
    m->types = arena_array(l->nodes, struct type_read, 1);
    for (uint32_t i = 0; i < y_count(options); i++) {
        struct ynode *o = y_at(options, i);
        if (!map_put(l->nodes, &m->seen, o->text, o)) {
            const struct ynode *other = map_find(&m->seen, o->text);
            bad(l, o, &E_pack_name_taken, STR("options"), o->text, place_text(l, other->at), STR("options"));
            continue;
        }
        struct ynode *row = y_map(l->nodes, o->at, 0);
        struct code_row r = {.node = row, .code = o, .title = o->text, .titles = {o->text, STR("")}};
        vec_push(l->nodes, &m->rows, r);
    }
    codes_seal_one(l, m);
    return &m->c;
}

const struct pack_codes *codes_named(struct load *l, const struct ynode *n, size_t off, struct str name)
{
    struct codes_made *m = map_find(&l->codes_by_name, name);
    if (m != NULL) return &m->c;
    size_t some = nearest_worth(l) ? l->codes.len : 0;
    struct str *names = arena_array(l->nodes, struct str, some + 1);
    for (size_t i = 0; i < some; i++) names[i] = l->codes.at[i]->feel.name;
    unknown(l, n, off, name.len, STR("代码表"), STR("code table"), some, names);
    return NULL;
}
