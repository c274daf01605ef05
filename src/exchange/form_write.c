/*
 * form_write.c - the form of a record as a file.  Where the file as it came is kept, it is the ground: what the register still says as the file
 * did keeps its own text (dates and dated lines become strict), what changed since is written anew, what nobody knows stays.
 */
#include "exchange/form.h"

struct writing {
    const struct area_view *v;
    const struct grant *grant;
    struct records *rs;
    const struct pack_form *f;
    struct arena *a;
    uint64_t id;
    struct record rec;
    struct xn *root;         /* as it came, or NULL */
    struct form_values was;  /* what that said */
    struct xn *out;
    struct map written;      /* names of elements */
};

static bool absent(const struct sv *v) { return v->kind == SV_NULL; }

/* of: the record that the element is of. */
static enum rc photo_text(struct writing *w, const struct pack_form_element *e, const struct sv *v, uint64_t of, struct str *out, struct err *err)
{
    const struct pack_register *r = e->group == FORM_OWN ? w->f->over : w->f->groups[e->group].reg;
    struct str bytes;
    *out = STR("");
    if (absent(v)) return RC_OK;
    enum rc rc = area_file_of(w->v, w->grant, r, e->field, of, w->a, &bytes, err);
    if (rc == RC_ABSENT) return RC_OK; /* only its number was entered */
    TRY(rc);
    struct buf b;
    buf_init(&b, (size_t)AREA_FILE_MAX * 2);
    base64_put(&b, bytes);
    *out = str_dup(w->a, buf_view(&b));
    buf_fini(&b);
    return RC_OK;
}

/* What is written for a value, given the text that came (node may be NULL) and what that was understood as. */
static enum rc cell_text(struct writing *w, const struct pack_form_element *e, const struct sv *now, uint64_t of, const struct form_cell *c, struct str *out, struct err *err)
{
    if (e->as == FORM_AS_PHOTO) {
        /* A photograph that could not be read stands in the kept file as it came. */
        if (absent(now) && c != NULL && c->raw.len > 0) {
            *out = c->raw;
            return RC_OK;
        }
        return photo_text(w, e, now, of, out, err);
    }
    bool same = c != NULL && c->node != NULL && form_same(now, &c->value);
    if (same && (e->as == FORM_AS_TEXT || !c->fits)) {
        *out = c->raw;
        return RC_OK;
    }
    return form_text(w->rs, e, now, w->a, out, err);
}

static enum rc put_cell(struct writing *w, struct xn *up, uint32_t i, const struct sv *now, uint64_t of, const struct form_cell *c, struct err *err)
{
    const struct pack_form_element *e = &w->f->elements[i];
    struct str text;
    TRY(cell_text(w, e, now, of, c, &text, err));
    (void)map_put(w->a, &w->written, e->element, w);
    bool came = c != NULL && c->node != NULL;
    if (!came && text.len == 0 && (w->root != NULL || e->optional)) return RC_OK; /* a file without it stays without it */
    struct xn *n = came ? c->node : xn_make(w->a, NULL, e->element, STR(""));
    xn_set_text(w->a, n, text);
    xn_hang(up, n);
    return RC_OK;
}

/* ---- groups ---- */

static enum rc put_list(struct writing *w, uint32_t g, struct err *err)
{
    const struct pack_form_group *k = &w->f->groups[g];
    struct form_children now;
    struct xn *box = w->root == NULL ? NULL : form_find(w->root, k->element);
    TRY(form_children_get(w->rs, w->f, k->reg, w->id, w->a, &now, err));
    struct form_row *at = w->was.rows.at;
    size_t count = w->was.rows.len, *order, n = 0;
    struct form_row **as;
    for (size_t c = 0; c < now.n; c++) now.at[c].used = !form_in_set(k, w->rs, now.at[c].values);
    /* Rows that stand as they came keep their order and what else their items hold, and those that could not be taken stand where they
     * were: nothing in the register says otherwise.  The others follow. */
    as = arena_array(w->a, struct form_row *, now.n + count + 1);
    order = arena_array(w->a, size_t, now.n + count + 1);
    for (size_t i = 0; i < count; i++) {
        if (at[i].group != g) continue;
        if (at[i].missing) {
            as[n] = &at[i];
            order[n++] = SIZE_MAX;
        }
        for (size_t c = 0; !at[i].missing && c < now.n; c++)
            if (!now.at[c].used && form_row_is(w->f, &at[i], now.at[c].values)) {
                now.at[c].used = true;
                as[n] = &at[i];
                order[n++] = c;
                break;
            }
    }
    for (size_t c = 0; c < now.n; c++)
        if (!now.at[c].used) order[n++] = c;
    struct xn *fresh = box != NULL ? box : xn_make(w->a, NULL, k->element, STR(""));
    fresh->first = fresh->last = NULL;
    for (size_t i = 0; i < n; i++) {
        struct xn *item = as[i] != NULL ? as[i]->item : xn_make(w->a, NULL, k->item, STR(""));
        if (order[i] == SIZE_MAX) {
            xn_hang(fresh, item);
            continue;
        }
        struct xn *old = item->first;
        item->first = item->last = NULL;
        for (uint32_t e = 0; e < w->f->elements_count; e++) {
            const struct pack_form_element *el = &w->f->elements[e];
            struct str text;
            if (el->group != g) continue;
            struct xn *was = NULL;
            for (struct xn *c = old; c != NULL && was == NULL; c = c->next)
                if (str_eq(c->name, el->element)) was = c;
            const struct sv *v = &now.at[order[i]].values[el->field->column];
            struct form_cell c = {.node = was, .raw = was == NULL ? STR("") : xn_text(w->a, was), .value = as[i] == NULL ? sv_null() : as[i]->values[el->field->column]};
            day_num day;
            bool month = false;
            c.fits = el->as == FORM_AS_TEXT || (day_parse_loose(str_trim(c.raw), &day, &month) && month);
            TRY(cell_text(w, el, v, now.at[order[i]].id, as[i] == NULL ? NULL : &c, &text, err));
            struct xn *node = was != NULL ? was : xn_make(w->a, NULL, el->element, STR(""));
            xn_set_text(w->a, node, text);
            struct xn *copy = arena_new(w->a, struct xn);
            *copy = *node;
            xn_hang(item, copy);
        }
        for (struct xn *c = old; c != NULL;) {
            struct xn *next = c->next;
            bool known = c->name.len == 0;
            for (uint32_t e = 0; e < w->f->elements_count && !known; e++) known = w->f->elements[e].group == g && str_eq(w->f->elements[e].element, c->name);
            if (!known) {
                struct xn *copy = arena_new(w->a, struct xn);
                *copy = *c;
                xn_hang(item, copy);
            }
            c = next;
        }
        xn_hang(fresh, item);
    }
    (void)map_put(w->a, &w->written, k->element, w);
    xn_hang(w->out, fresh);
    return RC_OK;
}

static enum rc put_lines(struct writing *w, uint32_t g, struct err *err)
{
    const struct pack_form_group *k = &w->f->groups[g];
    struct form_children now;
    struct xn *node = w->root == NULL ? NULL : form_find(w->root, k->element);
    TRY(form_children_get(w->rs, w->f, k->reg, w->id, w->a, &now, err));
    struct form_line *lines = arena_array(w->a, struct form_line, now.n + 1);
    size_t n = 0, same = 0, came = 0;
    for (size_t c = 0; c < now.n; c++) now.at[c].used = !form_in_set(k, w->rs, now.at[c].values);
    struct form_line *ordered = arena_array(w->a, struct form_line, now.n + 1);
    for (size_t i = 0; i < w->was.rows.len; i++) {
        const struct form_row *row = &w->was.rows.at[i];
        if (row->group != g) continue;
        came++;
        for (size_t c = 0; c < now.n; c++) {
            if (now.at[c].used || !form_row_is(w->f, row, now.at[c].values)) continue;
            now.at[c].used = true;
            ordered[same++] = form_line_of(k, now.at[c].values);
            break;
        }
    }
    size_t all = same;
    for (size_t c = 0; c < now.n; c++) {
        if (!now.at[c].used) ordered[all++] = form_line_of(k, now.at[c].values);
    }
    bool unchanged = node != NULL && same == came && all == same;
    memcpy(lines, ordered, all * sizeof *lines);
    n = all;
    if (!unchanged) form_lines_sort(lines, n);
    (void)map_put(w->a, &w->written, k->element, w);
    struct xn *to = node != NULL ? node : xn_make(w->a, NULL, k->element, STR(""));
    if (unchanged && !w->was.group_fits[g]) { /* something in it was not understood: the text stands as it came */
        xn_hang(w->out, to);
        return RC_OK;
    }
    struct buf b;
    buf_init(&b, 1 << 20);
    form_lines_put(&b, lines, n, STR("\r\n"));
    xn_set_text(w->a, to, str_dup(w->a, buf_view(&b)));
    buf_fini(&b);
    xn_hang(w->out, to);
    return RC_OK;
}

/* The row of the file that serves a single group. */
static const struct form_row *row_of(const struct writing *w, uint32_t g)
{
    for (size_t i = 0; i < w->was.rows.len; i++)
        if (w->was.rows.at[i].group == g || w->was.rows.at[i].also == g) return &w->was.rows.at[i];
    return NULL;
}

static enum rc put_single(struct writing *w, uint32_t i, struct err *err)
{
    const struct pack_form_element *e = &w->f->elements[i];
    const struct pack_form_group *k = &w->f->groups[e->group];
    struct form_children now;
    static const struct sv none = {SV_NULL, 0, {NULL, 0}};
    TRY(form_children_get(w->rs, w->f, k->reg, w->id, w->a, &now, err));
    const struct form_child *one = form_single(&now, k, w->rs);
    const struct form_row *row = w->root == NULL ? NULL : row_of(w, e->group);
    const struct sv *v = one == NULL ? &none : &one->values[e->field->column];
    uint64_t of = one == NULL ? 0 : one->id;
    if (w->root == NULL) return put_cell(w, w->out, i, v, of, NULL, err);
    struct form_cell c = w->was.cells[i];
    /* A row that could not be taken leaves nothing in the register: its texts stand.  A blank that another group filled stays blank. */
    if (row != NULL && one == NULL && (row->missing || (k->has != NULL && absent(&row->values[k->has->column])))) c.value = none;
    else if (row != NULL && absent(&c.value) && !absent(v) && form_same(v, &row->values[e->field->column])) c.value = *v;
    return put_cell(w, w->out, i, v, of, &c, err);
}

/* ---- the whole ---- */

static enum rc ground(struct writing *w, struct err *err)
{
    struct form_children now;
    struct str bytes;
    if (w->f->keep == NULL) return RC_OK;
    const struct pack_form_group *k = &w->f->groups[w->f->keep_group];
    TRY(form_children_get(w->rs, w->f, k->reg, w->id, w->a, &now, err));
    const struct form_child *one = form_single(&now, k, w->rs);
    if (one == NULL || absent(&one->values[w->f->keep->column])) return RC_OK;
    enum rc rc = area_file_of(w->v, w->grant, k->reg, w->f->keep, one->id, w->a, &bytes, err);
    if (rc == RC_ABSENT) return RC_OK; /* erased by law, or not for this reader */
    TRY(rc);
    return form_tree(w->f, w->a, w->f->d.title.zh, bytes, NULL, &w->root, err);
}

/* Line ends as the editors write them: bare, not as references. */
static void put_raw(struct buf *b, struct str s)
{
    for (size_t from = 0; from <= s.len;) {
        size_t to = from;
        while (to < s.len && s.ptr[to] != '\r') to++;
        xml_put_text(b, str_sub(s, from, to), false);
        if (to < s.len) buf_char(b, '\r');
        from = to + 1;
    }
}

static void put_node(struct buf *b, const struct xn *n, int depth)
{
    bool elements = false;
    for (const struct xn *c = n->first; c != NULL; c = c->next) elements = elements || c->name.len > 0;
    struct xn head = *n;
    head.first = head.last = NULL;
    buf_fill(b, ' ', (size_t)depth * 2);
    xn_put(b, &head);
    if (n->first != NULL) {
        b->len -= MIN(b->len, (size_t)2);
        buf_char(b, '>');
        if (elements) buf_lit(b, "\r\n");
        for (const struct xn *c = n->first; c != NULL; c = c->next) {
            if (c->name.len > 0) put_node(b, c, depth + 1);
            else if (!elements) put_raw(b, c->text);
        }
        if (elements) buf_fill(b, ' ', (size_t)depth * 2);
        buf_lit(b, "</");
        if (n->prefix.len > 0) {
            buf_str(b, n->prefix);
            buf_char(b, ':');
        }
        buf_str(b, n->name);
        buf_char(b, '>');
    }
    buf_lit(b, "\r\n");
}

static enum rc build(struct writing *w, struct err *err)
{
    const struct pack_form *f = w->f;
    bool *done = arena_array(w->a, bool, f->groups_count + 1u);
    struct xn *rest = w->root == NULL ? NULL : w->root->first;
    w->out = xn_make(w->a, NULL, f->root, STR(""));
    if (w->root != NULL) {
        w->out->prefix = w->root->prefix;
        w->out->attrs = w->root->attrs;
        w->out->attrs_count = w->root->attrs_count;
        w->out->spaces = w->root->spaces;
        w->out->spaces_count = w->root->spaces_count;
    }
    /* Hanging a node elsewhere cuts its old list: what comes behind is remembered first. */
    VEC(struct xn *) came = {0};
    for (struct xn *c = rest; c != NULL; c = c->next)
        if (c->name.len > 0) vec_push(w->a, &came, c);
    VEC(struct xn *) unknown = {0};
    struct map known = {0};
    for (uint32_t i = 0; i < f->elements_count; i++)
        if (f->elements[i].group == FORM_OWN || !f->groups[f->elements[i].group].list) (void)map_put(w->a, &known, f->elements[i].element, w);
    for (uint32_t g = 0; g < f->groups_count; g++)
        if (f->groups[g].element.len > 0) (void)map_put(w->a, &known, f->groups[g].element, w);
    for (size_t i = 0; i < came.len; i++)
        if (map_find(&known, came.at[i]->name) == NULL) vec_push(w->a, &unknown, came.at[i]);
    /* Lists and lines look for their nodes in the tree as it came: before anything is hung elsewhere. */
    struct xn *lists = w->out;
    struct xn **made = arena_array(w->a, struct xn *, f->groups_count + 1u);
    for (uint32_t g = 0; g < f->groups_count; g++) {
        if (!f->groups[g].list && f->groups[g].from == NULL) continue;
        struct xn holder = {0};
        w->out = &holder;
        TRY(f->groups[g].list ? put_list(w, g, err) : put_lines(w, g, err));
        made[g] = holder.first;
        if (w->root != NULL) { /* the holder took it out of the list: the rest is reached by what was remembered */
            w->root->first = w->root->last = NULL;
            for (size_t i = 0; i < came.len; i++) {
                struct xn *n = came.at[i];
                n->next = NULL;
                xn_hang(w->root, n);
            }
        }
    }
    w->out = lists;
    for (uint32_t i = 0; i < f->elements_count; i++) {
        const struct pack_form_element *e = &f->elements[i];
        if (e->group == FORM_OWN) {
            TRY(put_cell(w, w->out, i, &w->rec.values[e->field->column], w->id, w->root == NULL ? NULL : &w->was.cells[i], err));
        } else if (f->groups[e->group].list || f->groups[e->group].from != NULL) {
            if (!done[e->group] && made[e->group] != NULL) xn_hang(w->out, made[e->group]);
            done[e->group] = true;
        } else {
            TRY(put_single(w, i, err));
        }
    }
    for (uint32_t g = 0; g < f->groups_count; g++)
        if (!done[g] && made[g] != NULL) xn_hang(w->out, made[g]);
    for (size_t i = 0; i < unknown.len; i++) xn_hang(w->out, unknown.at[i]);
    return RC_OK;
}

enum rc exchange_form_write(const struct area_view *v, const struct grant *grant, const struct pack_form *f, uint64_t id, struct arena *a, struct str *out, struct err *err)
{
    struct writing w = {.v = v, .grant = grant, .rs = v->records, .f = f, .a = a, .id = id};
    struct form_noting nobody = {.a = a};
    TRY(record_get(w.rs, f->over, id, a, &w.rec, err));
    TRY(ground(&w, err));
    if (w.root != NULL) form_parse(f, w.rs, a, w.root, &nobody, &w.was);
    TRY(build(&w, err));
    struct buf b;
    buf_init(&b, FORM_FILE_MAX * 2);
    buf_lit(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n");
    put_node(&b, w.out, 0);
    enum rc rc = buf_failed(&b) ? err_set(err, &E_form_large, NO_PLACE, STR("24 MiB")) : RC_OK;
    if (rc == RC_OK) *out = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return rc;
}
