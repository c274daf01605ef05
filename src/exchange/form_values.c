/* form_values.c - what a form's tree says, in terms of registers; and values as a form writes them. */
#include "exchange/form.h"

enum { NOTE_TEXT = 60 };

static struct sv absent(void) { return (struct sv){SV_NULL, 1, {NULL, 0}}; }
static bool is_absent(const struct sv *v) { return v->kind == SV_NULL; }

bool form_same(const struct sv *a, const struct sv *b)
{
    if (a->kind != b->kind) return false;
    if (a->kind != SV_TEXT || str_eq(a->s, b->s)) return a->kind != SV_INT || a->i == b->i;
    struct str file = record_file_hash(a->s); /* the same bytes are the same picture, whatever it was called */
    return file.len > 0 && str_eq(file, record_file_hash(b->s));
}

void form_note(struct form_noting *n, struct str element, struct str text, enum severity severity, const struct err *err)
{
    if (n->notes == NULL || n->notes->list.len >= FORM_NOTES_MAX) return;
    struct form_note note = {.file = n->file, .element = element, .text = str_dup(n->a, str_sub(text, 0, utf8_offset(text, NOTE_TEXT))), .severity = severity, .err = *err};
    vec_push(n->a, &n->notes->list, note);
}

void form_note_kind(struct form_noting *n, struct str element, struct str text, enum severity severity, const struct err_kind *kind, size_t count, const struct str *args)
{
    if (n->notes == NULL || n->notes->list.len >= FORM_NOTES_MAX) return;
    struct err *e = arena_new(n->a, struct err);
    (void)err_set_n(e, kind, NO_PLACE, count, args);
    form_note(n, element, text, severity, e);
}
/* What the register refused is marked in the kept file, so that going out it is told apart from what was emptied since. */
#define ASIDE "guiju-aside"

void form_aside(struct arena *a, struct xn *n)
{
    if (n == NULL || xn_attr(n, ASIDE).ptr != NULL) return;
    struct xml_attr *attrs = arena_array(a, struct xml_attr, n->attrs_count + 1u);
    if (n->attrs_count > 0) memcpy(attrs, n->attrs, n->attrs_count * sizeof *attrs);
    attrs[n->attrs_count] = (struct xml_attr){.name = STR(ASIDE), .value = STR("1"), .ns = STR("")};
    n->attrs = attrs;
    n->attrs_count++;
}

static bool was_aside(struct xn *n)
{
    for (uint32_t i = 0; n != NULL && i < n->attrs_count; i++) {
        if (!str_eq(n->attrs[i].name, STR(ASIDE))) continue;
        n->attrs_count--;
        for (uint32_t k = i; k < n->attrs_count; k++) n->attrs[k] = n->attrs[k + 1];
        return true;
    }
    return false;
}

struct xn *form_find(struct xn *root, struct str element)
{
    for (struct xn *c = root->first; c != NULL; c = c->next)
        if (str_eq(c->name, element)) return c;
    return NULL;
}

/* ---- one text ---- */

/* Where the date ends and something else begins: 199001；民盟 */
static size_t date_end(struct str s)
{
    static const char *const marks[] = {"；", ";", "，", ",", "、", "（", "(", " ", "　", "\n"};
    for (size_t i = 0; i < s.len; i++)
        for (size_t m = 0; m < ARRAY_LEN(marks); m++) {
            size_t len = strlen(marks[m]);
            if (i + len <= s.len && memcmp(s.ptr + i, marks[m], len) == 0) return i;
        }
    return s.len;
}

static void value_refused(struct form_noting *n, struct str element, struct str raw, const struct err *e)
{
    NOTE(n, element, raw, SEV_WARN, &E_form_value, str_c(e->zh), str_c(e->en));
}

static void parse_date(const struct pack_form_element *e, struct records *rs, struct arena *a, struct str raw, struct form_noting *n, struct form_cell *c)
{
    size_t end = date_end(raw);
    struct str head = str_sub(raw, 0, end), rest = str_trim(str_sub(raw, end, raw.len));
    struct err why;
    day_num day;
    bool missing = false;
    if (head.len > 0 && e->field->type == FIELD_MONTH && day_parse_loose(head, &day, &missing)) {
        struct ymd v = ymd_of(day);
        c->value = sv_int(day_of((struct ymd){v.year, v.month, 1}));
        c->fits = missing && rest.len == 0; /* a day is more than the field holds: the text is kept */
    } else if (head.len > 0 && record_value_parse(rs, e->field, head, a, &c->value, &why) == RC_OK) {
        c->fits = rest.len == 0;
    } else {
        c->value = absent();
        c->fits = false;
        err_clear(&why);
        if (record_value_parse(rs, e->field, raw, a, &c->value, &why) != RC_OK) value_refused(n, e->element, raw, &why);
        c->value = absent();
        return;
    }
    if (rest.len > 0) NOTE(n, e->element, raw, SEV_NOTE, &E_form_rest, head, rest);
}

static void parse_photo(struct arena *a, struct str raw, struct str bytes, struct str hash, struct form_noting *n, const struct pack_form_element *e, struct form_cell *c, struct form_values *out)
{
    uint32_t w, h;
    enum { RATIO_LOW = 72, RATIO_HIGH = 88 };
    c->fits = false;
    if (bytes.len == 0 && !base64_read(a, raw, &bytes)) {
        NOTE(n, e->element, STR(""), SEV_WARN, &E_form_photo, STR("不是完好的 base64"), STR("not sound base64"));
        return;
    }
    if (bytes.len == 0) return;
    if (bytes.len > PHOTO_MAX) {
        NOTE(n, e->element, STR(""), SEV_WARN, &E_form_photo, STR("超过 5 MiB"), STR("over 5 MiB"));
        return;
    }
    if (!photo_size(bytes, &w, &h)) {
        NOTE(n, e->element, STR(""), SEV_WARN, &E_form_photo, STR("不是 JPEG 或 PNG 图片"), STR("neither JPEG nor PNG"));
        return;
    }
    if (h > 0 && ((uint64_t)w * 100 / h < RATIO_LOW || (uint64_t)w * 100 / h > RATIO_HIGH))
        NOTE(n, e->element, STR(""), SEV_NOTE, &E_form_photo_shape, str_u64(a, w), str_u64(a, h));
    struct batch_file file = {.bytes = bytes, .hash = hash.len > 0 ? hash : area_file_hash(a, bytes)};
    vec_push(a, &out->files, file);
    c->value = sv_text(file.hash);
    c->fits = true;
}

/* Line breaks within what is one line for the register are no part of it. */
static struct str one_line(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '\n' && s.ptr[i] != '\r' && s.ptr[i] != '\t') p[n++] = s.ptr[i];
    return str_trim(str_of(p, n));
}

static void parse_text(const struct pack_form_element *e, struct records *rs, struct arena *a, struct str raw, struct form_noting *n, struct form_cell *c)
{
    struct err why;
    bool lines = str_find_char(raw, '\n') != SIZE_MAX || str_find_char(raw, '\r') != SIZE_MAX || str_find_char(raw, '\t') != SIZE_MAX;
    struct str text = lines && (e->field->type != FIELD_TEXT || e->field->len <= 200) ? one_line(a, raw) : str_trim(raw);
    err_clear(&why);
    c->fits = false;
    c->value = absent();
    if (text.len == 0) {
        c->fits = raw.len == 0;
        return;
    }
    if (record_value_parse(rs, e->field, text, a, &c->value, &why) != RC_OK) {
        c->value = absent();
        value_refused(n, e->element, raw, &why);
        return;
    }
    if (is_absent(&c->value)) return;
    if (c->value.kind == SV_TEXT) c->value.s = str_dup(a, c->value.s);
    struct str back;
    c->fits = form_text(rs, e, &c->value, a, &back, &why) == RC_OK && str_eq(back, raw);
}

static void parse_cell(const struct pack_form_element *e, struct records *rs, struct arena *a, struct xn *node, struct form_noting *n, struct form_cell *c, struct form_values *out)
{
    *c = (struct form_cell){.node = node, .value = absent(), .fits = true};
    if (node == NULL) return;
    c->raw = xn_text(a, node);
    struct str trimmed = str_trim(c->raw);
    if (was_aside(node)) {
        c->fits = false;
        return;
    }
    switch (e->as) {
    case FORM_AS_TEXT: parse_text(e, rs, a, c->raw, n, c); break;
    case FORM_AS_MONTH:
    case FORM_AS_DAY:
        if (trimmed.len > 0) parse_date(e, rs, a, trimmed, n, c);
        break;
    case FORM_AS_PHOTO:
        if (trimmed.len > 0 || node->taken.len > 0) parse_photo(a, trimmed, node->taken, node->mark, n, e, c, out);
        break;
    }
}

enum rc form_text(struct records *rs, const struct pack_form_element *e, const struct sv *v, struct arena *a, struct str *out, struct err *err)
{
    *out = STR("");
    if (v->kind == SV_NULL || e->as == FORM_AS_PHOTO) return RC_OK;
    if (e->as == FORM_AS_TEXT) return record_value_text(rs, e->field, v, a, out, err);
    struct ymd d = ymd_of(v->i);
    char text[24];
    bool day = e->as == FORM_AS_DAY && e->field->type == FIELD_DATE;
    int n = day ? snprintf(text, sizeof text, "%04d%02d%02d", d.year, d.month, d.day) : snprintf(text, sizeof text, "%04d%02d", d.year, d.month);
    *out = str_dup(a, str_of(text, (size_t)n));
    return RC_OK;
}

/* ---- rows ---- */

static struct sv *values_new(struct arena *a, const struct pack_register *r)
{
    struct sv *v = arena_array(a, struct sv, r->stored_count + 1u);
    for (uint32_t i = 0; i < r->stored_count; i++) v[i] = absent();
    return v;
}

static void set_values(const struct pack_form_group *g, struct records *rs, struct arena *a, struct sv *values)
{
    struct err why;
    for (uint32_t i = 0; i < g->set_count; i++)
        if (record_value_parse(rs, g->set[i].field, g->set[i].text, a, &values[g->set[i].field->column], &why) != RC_OK) values[g->set[i].field->column] = absent();
}

static bool set_alike(const struct pack_form_group *x, const struct pack_form_group *y)
{
    if (x->reg != y->reg || x->set_count != y->set_count || x->list || y->list) return false;
    for (uint32_t i = 0; i < x->set_count; i++)
        if (x->set[i].field != y->set[i].field || !str_eq(x->set[i].text, y->set[i].text)) return false;
    return x->set_count > 0;
}

/* Does the row lack what its register demands?  The parent and what has a default are given when it is written. */
static void required_check(const struct pack_form *f, struct form_row *row, struct form_noting *n)
{
    const struct pack_form_group *g = &f->groups[row->group];
    for (uint32_t i = 0; i < g->reg->fields_count; i++) {
        const struct pack_field *x = &g->reg->fields[i];
        if (!x->required || x->column == UINT32_MAX || x == g->reg->parent || x->init != NULL || !is_absent(&row->values[x->column])) continue;
        row->missing = true;
        NOTE(n, g->element.len > 0 ? g->element : g->name, STR(""), SEV_WARN, &E_form_required, x->title.zh);
    }
}

static void single_rows(const struct pack_form *f, struct records *rs, struct arena *a, struct form_values *out, struct form_noting *n)
{
    size_t first = out->rows.len;
    for (uint32_t g = 0; g < f->groups_count; g++) {
        const struct pack_form_group *k = &f->groups[g];
        if (k->list || k->from != NULL) continue;
        bool some = false;
        struct form_row row = {.group = g, .also = FORM_OWN, .values = values_new(a, k->reg)};
        for (uint32_t i = 0; i < f->elements_count; i++) {
            const struct form_cell *c = &out->cells[i];
            if (f->elements[i].group != g || is_absent(&c->value)) continue;
            row.values[f->elements[i].field->column] = c->value;
            some = true;
        }
        if (!some) continue;
        set_values(k, rs, a, row.values);
        /* A degree from the same school is one row with the schooling; a blank school is that of the other. */
        bool merged = false;
        for (size_t i = first; i < out->rows.len && !merged; i++) {
            struct form_row *other = &out->rows.at[i];
            bool fits = other->also == FORM_OWN && set_alike(&f->groups[other->group], k), shared = false, named = false;
            for (uint32_t col = 0; fits && col < k->reg->stored_count; col++) {
                bool x = !is_absent(&other->values[col]), y = !is_absent(&row.values[col]);
                if (x && y && !form_same(&other->values[col], &row.values[col])) fits = false;
            }
            for (uint32_t e = 0; fits && e < f->elements_count; e++) {
                if (f->elements[e].group != g) continue;
                uint32_t col = f->elements[e].field->column;
                if (f->elements[e].field == k->has) continue;
                named = named || !is_absent(&row.values[col]) || !is_absent(&other->values[col]);
                shared = shared || !is_absent(&other->values[col]) || is_absent(&row.values[col]);
            }
            if (!fits || !shared || !named) continue;
            for (uint32_t col = 0; col < k->reg->stored_count; col++)
                if (is_absent(&other->values[col])) other->values[col] = row.values[col];
            other->also = g;
            merged = true;
        }
        if (!merged) vec_push(a, &out->rows, row);
    }
    for (size_t i = first; i < out->rows.len; i++) {
        struct form_row *row = &out->rows.at[i];
        const struct pack_field *has = f->groups[row->group].has;
        required_check(f, row, n);
        if (row->missing || has == NULL || !is_absent(&row->values[has->column])) continue;
        row->missing = true; /* nobody could find it again */
        NOTE(n, f->groups[row->group].name, STR(""), SEV_WARN, &E_form_required, has->title.zh);
    }
}

static void list_rows(const struct pack_form *f, uint32_t g, struct records *rs, struct arena *a, struct xn *root, struct form_noting *n, struct form_values *out)
{
    const struct pack_form_group *k = &f->groups[g];
    struct xn *box = form_find(root, k->element);
    uint64_t blank = 0;
    for (struct xn *item = box == NULL ? NULL : box->first; item != NULL; item = item->next) {
        if (!str_eq(item->name, k->item)) continue;
        struct form_row row = {.group = g, .also = FORM_OWN, .values = values_new(a, k->reg), .item = item};
        bool some = false;
        row.missing = was_aside(item);
        for (uint32_t i = 0; i < f->elements_count; i++) {
            const struct pack_form_element *e = &f->elements[i];
            struct form_cell c;
            if (e->group != g) continue;
            parse_cell(e, rs, a, form_find(item, e->element), n, &c, out);
            some = some || str_trim(c.raw).len > 0;
            row.values[e->field->column] = c.value;
        }
        if (!some) {
            blank++;
            continue;
        }
        set_values(k, rs, a, row.values);
        required_check(f, &row, n);
        vec_push(a, &out->rows, row);
    }
    if (blank > 0) NOTE(n, k->element, STR(""), SEV_NOTE, &E_form_blank, str_u64(a, blank), k->item);
}

static void line_rows(const struct pack_form *f, uint32_t g, struct records *rs, struct arena *a, struct xn *root, struct form_noting *n, struct form_values *out)
{
    const struct pack_form_group *k = &f->groups[g];
    struct xn *node = form_find(root, k->element);
    struct form_lines lines;
    out->group_fits[g] = true;
    if (node == NULL) return;
    form_lines_read(a, xn_text(a, node), &lines);
    out->group_fits[g] = lines.fits;
    if (lines.odd.len > 0) NOTE(n, k->element, lines.odd, SEV_WARN, &E_form_line, str_sub(lines.odd, 0, utf8_offset(lines.odd, 40)));
    for (size_t i = 0; i < lines.lines.len; i++) {
        const struct form_line *l = &lines.lines.at[i];
        struct form_row row = {.group = g, .also = FORM_OWN, .values = values_new(a, k->reg)};
        struct err why;
        if (!l->open && l->until < l->from) {
            NOTE(n, k->element, l->text, SEV_WARN, &E_form_line_order, str_sub(l->text, 0, utf8_offset(l->text, 40)));
            out->group_fits[g] = false;
            continue;
        }
        row.values[k->from->column] = sv_int(l->from);
        if (!l->open) row.values[k->until->column] = sv_int(l->until);
        if (k->within != NULL) row.values[k->within->column] = sv_int(l->within);
        err_clear(&why);
        if (record_value_parse(rs, k->text, l->text, a, &row.values[k->text->column], &why) != RC_OK) {
            value_refused(n, k->element, l->text, &why);
            out->group_fits[g] = false;
            continue;
        }
        set_values(k, rs, a, row.values);
        vec_push(a, &out->rows, row);
    }
}

void form_known(const struct pack_form *f, struct arena *a, struct map *known)
{
    for (uint32_t i = 0; i < f->elements_count; i++)
        if (f->elements[i].group == FORM_OWN || !f->groups[f->elements[i].group].list) (void)map_put(a, known, f->elements[i].element, known);
    for (uint32_t g = 0; g < f->groups_count; g++)
        if (f->groups[g].element.len > 0) (void)map_put(a, known, f->groups[g].element, known);
}

void form_unknown(const struct map *known, struct xn *root, struct form_noting *n)
{
    for (struct xn *c = root->first; c != NULL; c = c->next)
        if (c->name.len > 0 && map_find(known, c->name) == NULL) form_note_kind(n, c->name, xn_text(n->a, c), SEV_NOTE, &E_form_unknown, 0, NULL);
}

void form_parse(const struct pack_form *f, struct records *rs, struct arena *a, struct xn *root, struct form_noting *n, struct form_values *out)
{
    *out = (struct form_values){.cells = arena_array(a, struct form_cell, f->elements_count + 1u), .own = values_new(a, f->over),
                                .group_fits = arena_array(a, bool, f->groups_count + 1u)};
    for (uint32_t i = 0; i < f->elements_count; i++) {
        const struct pack_form_element *e = &f->elements[i];
        if (e->group != FORM_OWN && (f->groups[e->group].list || f->groups[e->group].from != NULL)) continue;
        parse_cell(e, rs, a, form_find(root, e->element), n, &out->cells[i], out);
        if (e->group == FORM_OWN) out->own[e->field->column] = out->cells[i].value;
    }
    single_rows(f, rs, a, out, n);
    for (uint32_t g = 0; g < f->groups_count; g++) {
        if (f->groups[g].list) list_rows(f, g, rs, a, root, n, out);
        else if (f->groups[g].from != NULL) line_rows(f, g, rs, a, root, n, out);
    }
}
