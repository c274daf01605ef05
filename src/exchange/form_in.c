/*
 * form_in.c - forms matched with records, planned as batches.
 * What a form leaves blank says nothing; what it says differently is written, and told.
 */
#include "exchange/form.h"

/* ---- whose form is it? ---- */

struct known { uint64_t id, other; };
struct knowing {
    struct forms_in *in;
    struct records *rs;
    struct map **by;      /* by list of match */
    struct map keys;
};

static enum rc know(void *ctx, const struct record *rec, struct err *err)
{
    struct knowing *k = ctx;
    const struct pack_form *f = k->in->o.form;
    (void)err;
    if (f->over->key != NULL && rec->values[f->over->key->column].kind == SV_TEXT)
        (void)map_put(k->in->a, &k->keys, str_dup(k->in->a, rec->values[f->over->key->column].s), k);
    for (size_t m = 0; f->match[m] != NULL; m++) {
        struct str text = match_text(k->in->a, f->match[m], rec->values);
        if (text.len == 0) continue;
        struct known *there = map_find(k->by[m], text);
        if (there != NULL) {
            there->other = rec->id;
            continue;
        }
        there = arena_new(k->in->a, struct known);
        there->id = rec->id;
        (void)map_put(k->in->a, k->by[m], text, there);
    }
    return RC_OK;
}

/* Another person, though the name and birth agree: the fields of an earlier list are there on both sides and differ. */
static bool contradicts(const struct pack_form *f, size_t lists, const struct sv *form, const struct sv *record)
{
    for (size_t m = 0; m < lists; m++)
        for (size_t i = 0; f->match[m][i] != NULL; i++) {
            uint32_t c = f->match[m][i]->column;
            if (form[c].kind != SV_NULL && record[c].kind != SV_NULL && !form_same(&form[c], &record[c])) return true;
        }
    return false;
}

static enum rc match(struct knowing *k, size_t i, struct err *err)
{
    struct forms_in *in = k->in;
    const struct pack_form *f = in->o.form;
    struct person *p = &in->people.at[i];
    struct form_noting n = noting(in, i);
    for (size_t m = 0; f->match[m] != NULL; m++) {
        struct str text = match_text(in->a, f->match[m], p->values.own);
        const struct known *there = text.len == 0 ? NULL : map_find(k->by[m], text);
        if (there == NULL) continue;
        if (there->other != 0) {
            NOTE(&n, STR(""), STR(""), SEV_ERROR, &E_form_who, f->over->d.title.zh, str_cat(in->a, STR("#"), str_u64(in->a, there->id), STR("、#"), str_u64(in->a, there->other)));
            p->file->usable = false;
            return RC_OK;
        }
        bool seen = true;
        if (in->o.sight != NULL) TRY(in->o.sight->record(in->o.sight->ctx, f->over, there->id, &seen, err));
        if (!seen) { /* nothing of that record is told */
            NOTE(&n, STR(""), STR(""), SEV_ERROR, &E_form_scope, f->over->d.title.zh);
            p->file->usable = false;
            return RC_OK;
        }
        TRY(record_get(k->rs, f->over, there->id, in->a, &p->now, err));
        if (contradicts(f, m, p->values.own, p->now.values)) {
            NOTE(&n, STR(""), STR(""), SEV_ERROR, &E_form_other, str_cat(in->a, STR("#"), str_u64(in->a, there->id)));
            p->file->usable = false;
            return RC_OK;
        }
        p->file->id = there->id;
        return RC_OK;
    }
    p->file->fresh = true;
    return RC_OK;
}

/* ---- what would change ---- */

struct list { const struct pack_field **fields; struct sv *values; uint32_t *from; uint32_t n; };

static struct list list_new(struct arena *a, uint32_t max)
{
    return (struct list){arena_array(a, const struct pack_field *, max + 2u), arena_array(a, struct sv, max + 2u), arena_array(a, uint32_t, max + 2u), 0};
}

static void list_put(struct list *l, const struct pack_field *f, struct sv v, uint32_t from)
{
    l->fields[l->n] = f;
    l->values[l->n] = v;
    l->from[l->n++] = from;
}

static void item_put(struct forms_in *in, struct person *p, enum batch_kind kind, const struct pack_register *r, uint64_t id, const struct list *l)
{
    struct batch_item it = {.kind = kind, .reg = r, .id = id, .count = l == NULL ? 0 : l->n, .fields = l == NULL ? NULL : l->fields,
                            .values = l == NULL ? NULL : l->values, .from = l == NULL ? NULL : l->from};
    vec_push(in->a, &p->items, it);
}

static struct str shown(struct records *rs, struct arena *a, const struct pack_field *f, const struct sv *v)
{
    struct str s = STR("");
    struct err none;
    if (f->type == FIELD_FILE) return v->kind == SV_NULL ? STR("") : str_sub(v->s, 0, 8);
    if (v->kind != SV_NULL && record_value_text(rs, f, v, a, &s, &none) != RC_OK) s = STR("?");
    return f->class == PACK_RESTRICTED && s.len > 4 ? str_cat(a, STR("…"), str_sub(s, s.len - 4, s.len)) : s;
}

/* A key that nobody has: the day and a number. */
static struct str fresh_key(struct knowing *k)
{
    struct forms_in *in = k->in;
    struct ymd d = ymd_of(in->o.today);
    char text[32];
    for (;;) {
        int n = snprintf(text, sizeof text, "%04d%02d%02d-%03zu", d.year, d.month, d.day, ++in->made);
        struct str key = str_of(text, (size_t)n);
        if (map_find(&k->keys, key) != NULL) continue;
        key = str_dup(in->a, key);
        (void)map_put(in->a, &k->keys, key, k);
        return key;
    }
}

static void plan_own(struct knowing *k, struct person *p, struct form_noting *n)
{
    struct forms_in *in = k->in;
    const struct pack_form *f = in->o.form;
    struct list l = list_new(in->a, f->over->stored_count + f->fresh_count);
    struct err why;
    if (p->file->fresh) {
        for (uint32_t i = 0; i < f->fresh_count; i++) {
            struct sv v;
            if (record_value_parse(k->rs, f->fresh[i].field, f->fresh[i].text, in->a, &v, &why) == RC_OK && p->values.own[f->fresh[i].field->column].kind == SV_NULL)
                list_put(&l, f->fresh[i].field, v, 0);
        }
        if (f->over->key != NULL && p->values.own[f->over->key->column].kind == SV_NULL && f->over->key->type == FIELD_TEXT)
            list_put(&l, f->over->key, sv_text(fresh_key(k)), 0);
    }
    for (uint32_t i = 0; i < f->elements_count; i++) {
        const struct pack_form_element *e = &f->elements[i];
        if (e->group != FORM_OWN) continue;
        const struct sv *v = &p->values.cells[i].value, *was = p->file->fresh ? NULL : &p->now.values[e->field->column];
        if (v->kind == SV_NULL || (was != NULL && form_same(v, was))) continue;
        list_put(&l, e->field, *v, 0);
        if (was != NULL && was->kind != SV_NULL)
            NOTE(n, e->element, p->values.cells[i].raw, SEV_NOTE, &E_form_changed, shown(k->rs, in->a, e->field, was), shown(k->rs, in->a, e->field, v));
    }
    /* The record is the first item in any case: others refer to it. */
    if (p->file->fresh) item_put(in, p, BATCH_CREATE, f->over, 0, &l);
    else if (l.n > 0) item_put(in, p, BATCH_UPDATE, f->over, p->file->id, &l);
}

static void put_parent(const struct person *p, const struct pack_register *r, struct list *l)
{
    if (p->file->fresh) list_put(l, r->parent, sv_null(), 1);
    else list_put(l, r->parent, sv_int((int64_t)p->file->id), 0);
}

static void plan_row(struct knowing *k, struct person *p, const struct form_row *row, struct form_child *there, struct sv keep)
{
    struct forms_in *in = k->in;
    const struct pack_form *f = in->o.form;
    const struct pack_register *r = f->groups[row->group].reg;
    struct list l = list_new(in->a, r->stored_count);
    bool keeps = f->keep != NULL && f->keep_group == row->group && keep.kind != SV_NULL;
    if (there == NULL) put_parent(p, r, &l);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *x = &r->fields[i];
        if (x->column == UINT32_MAX || x == r->parent) continue;
        const struct sv *v = keeps && x == f->keep ? &keep : &row->values[x->column];
        if (v->kind == SV_NULL || (there != NULL && form_same(v, &there->values[x->column]))) continue;
        list_put(&l, x, *v, 0);
    }
    if (there == NULL) item_put(in, p, BATCH_CREATE, r, 0, &l);
    else if (l.n > 0) item_put(in, p, BATCH_UPDATE, r, there->id, &l);
}

/* Which record is this row, though something in it changed?  Same begin (lines); same in all that its register demands (lists). */
static bool akin(const struct pack_form *f, const struct form_row *row, const struct sv *values)
{
    const struct pack_form_group *g = &f->groups[row->group];
    if (g->from != NULL)
        return form_same(&row->values[g->from->column], &values[g->from->column]) && (g->within == NULL || form_same(&row->values[g->within->column], &values[g->within->column]));
    bool some = false;
    for (uint32_t i = 0; i < f->elements_count; i++) {
        const struct pack_form_element *e = &f->elements[i];
        if (e->group != row->group || !e->field->required) continue;
        if (!form_same(&row->values[e->field->column], &values[e->field->column])) return false;
        some = true;
    }
    return some;
}

static struct str child_called(struct knowing *k, const struct pack_register *r, uint64_t id)
{
    struct str s;
    struct err none;
    return sight_called(k->rs, k->in->o.sight, r, id, k->in->a, &s, &none) == RC_OK ? s : STR("?");
}

/* Rows of a list or of lines against the records that are there. */
static enum rc plan_many(struct knowing *k, struct person *p, uint32_t g, struct form_noting *n, struct err *err)
{
    struct forms_in *in = k->in;
    const struct pack_form *f = in->o.form;
    const struct pack_form_group *grp = &f->groups[g];
    struct form_children there = {0};
    size_t rows = 0, count = p->values.rows.len;
    struct form_row *at = p->values.rows.at;
    bool *done = arena_array(in->a, bool, count + 1);
    if (!p->file->fresh) TRY(form_children_get(k->rs, f, grp->reg, p->file->id, in->a, &there, err));
    for (size_t c = 0; c < there.n; c++) there.at[c].used = !form_in_set(grp, k->rs, there.at[c].values); /* not of this group */
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            if (at[i].group != g || done[i] || at[i].missing) continue;
            rows += pass == 0;
            for (size_t c = 0; c < there.n && !done[i]; c++) {
                if (there.at[c].used || !(pass == 0 ? form_row_is(f, &at[i], there.at[c].values) : akin(f, &at[i], there.at[c].values))) continue;
                there.at[c].used = done[i] = true;
                if (pass == 1) plan_row(k, p, &at[i], &there.at[c], sv_null());
            }
        }
    for (size_t i = 0; i < count; i++)
        if (at[i].group == g && !done[i] && !at[i].missing) plan_row(k, p, &at[i], NULL, sv_null());
    /* A form that says nothing of the group, or was not wholly understood, takes nothing away. */
    bool whole = rows > 0 && (grp->from == NULL || p->values.group_fits[g]);
    for (size_t c = 0; c < there.n; c++) {
        if (there.at[c].used) continue;
        bool close = in->o.replace && whole;
        NOTE(n, grp->element, STR(""), close ? SEV_NOTE : SEV_WARN, close ? &E_form_closed : &E_form_left, grp->reg->d.title.zh, child_called(k, grp->reg, there.at[c].id));
        if (close) item_put(in, p, BATCH_CLOSE, grp->reg, there.at[c].id, NULL);
    }
    return RC_OK;
}

static enum rc plan_rows(struct knowing *k, struct person *p, struct form_noting *n, struct err *err)
{
    struct forms_in *in = k->in;
    const struct pack_form *f = in->o.form;
    struct sv keep = sv_null();
    bool kept = f->keep == NULL;
    if (f->keep != NULL) {
        struct batch_file file = {.bytes = form_kept(f, in->a, p->root, &p->values)};
        file.hash = area_file_hash(in->a, file.bytes);
        vec_push(in->a, &p->values.files, file);
        keep = sv_text(file.hash);
    }
    for (uint32_t g = 0; g < f->groups_count; g++) {
        const struct pack_form_group *grp = &f->groups[g];
        if (grp->list || grp->from != NULL) {
            TRY(plan_many(k, p, g, n, err));
            continue;
        }
        struct form_row blank = {.group = g, .also = FORM_OWN}, *row = NULL;
        for (size_t i = 0; i < p->values.rows.len; i++)
            if (p->values.rows.at[i].group == g) row = &p->values.rows.at[i];
        bool keeper = !kept && f->keep_group == g;
        if (row == NULL && keeper) {
            blank.values = arena_array(in->a, struct sv, grp->reg->stored_count + 1u);
            for (uint32_t i = 0; i < grp->reg->stored_count; i++) blank.values[i] = (struct sv){SV_NULL, 1, {NULL, 0}};
            row = &blank;
        }
        if (row == NULL || row->missing) continue;
        struct form_children there = {0};
        struct form_child *one = NULL;
        if (!p->file->fresh) TRY(form_children_get(k->rs, f, grp->reg, p->file->id, in->a, &there, err));
        one = form_single(&there, grp, k->rs);
        if (one == NULL && row->also != FORM_OWN) one = form_single(&there, &f->groups[row->also], k->rs);
        plan_row(k, p, row, one, keeper ? keep : sv_null());
    }
    return RC_OK;
}

static void old_picture(struct forms_in *in, size_t i)
{
    const struct pack_form *f = in->o.form;
    const struct str *picture = map_find(&in->pictures, form_stem(in->files.at[i].name));
    if (picture == NULL) return;
    for (uint32_t e = 0; e < f->elements_count; e++) {
        struct xn *root = in->people.at[i].root;
        if (f->elements[e].as != FORM_AS_PHOTO || f->elements[e].group != FORM_OWN || form_find(root, f->elements[e].element) != NULL) continue;
        struct buf b;
        buf_init(&b, FORM_FILE_MAX * 2);
        base64_put(&b, *picture);
        (void)xn_make(in->a, root, f->elements[e].element, str_dup(in->a, buf_view(&b)));
        buf_fini(&b);
    }
}

static struct str called(struct knowing *k, const struct person *p)
{
    const struct pack_form *f = k->in->o.form;
    struct str s;
    struct err none;
    if (p->file->id != 0 && sight_called(k->rs, k->in->o.sight, f->over, p->file->id, k->in->a, &s, &none) == RC_OK) return s;
    for (uint32_t i = 0; i < f->elements_count; i++) /* the first text of the form is who it is about */
        if (f->elements[i].group == FORM_OWN && p->values.cells[i].value.kind == SV_TEXT) return p->values.cells[i].value.s;
    return STR("?");
}

struct planning { struct knowing k; struct map *mine; /* by list of match: the same person twice among the files */ size_t lists; };

enum rc planning_open(struct forms_in *in, struct records *rs, struct planning **out, struct err *err)
{
    const struct pack_form *f = in->o.form;
    struct planning *pl = arena_new(in->a, struct planning);
    pl->k = (struct knowing){.in = in, .rs = rs};
    while (f->match[pl->lists] != NULL) pl->lists++;
    pl->k.by = arena_array(in->a, struct map *, pl->lists + 1);
    for (size_t m = 0; m < pl->lists; m++) pl->k.by[m] = arena_new(in->a, struct map);
    pl->mine = arena_array(in->a, struct map, pl->lists + 1);
    TRY(forms_trial_open(in, records_set(rs), err));
    *out = pl;
    return record_each(rs, f->over, RECORD_BY_ID, false, know, &pl->k, err);
}

static enum rc plan_one(struct planning *pl, size_t i, struct err *err)
{
    struct forms_in *in = pl->k.in;
    struct person *p = &in->people.at[i];
    struct form_noting n = noting(in, i);
    TRY(match(&pl->k, i, err));
    p->file->called = called(&pl->k, p);
    for (size_t m = 0; m < pl->lists && p->file->usable; m++) {
        struct str text = match_text(in->a, in->o.form->match[m], p->values.own);
        if (text.len == 0) continue;
        const struct form_file *first = map_find(&pl->mine[m], text);
        if (first == NULL) {
            (void)map_put(in->a, &pl->mine[m], text, p->file);
            continue;
        }
        NOTE(&n, STR(""), STR(""), SEV_ERROR, &E_form_same_twice, first->name);
        p->file->usable = false;
    }
    if (!p->file->usable) return RC_OK;
    plan_own(&pl->k, p, &n);
    TRY(plan_rows(&pl->k, p, &n, err));
    p->file->changes = p->items.len;
    return RC_OK;
}

enum rc planning_some(struct planning *pl, size_t from, size_t to, struct err *err)
{
    struct forms_in *in = pl->k.in;
    for (size_t i = from; i < to; i++) {
        struct person *p = &in->people.at[i];
        struct form_noting n = noting(in, i);
        p->file = &in->files.at[i];
        if (!p->file->usable) continue;
        old_picture(in, i);
        form_parse(in->o.form, pl->k.rs, in->a, p->root, &n, &p->values);
        form_unknown(&in->known, p->root, &n);
    }
    TRY(forms_trial(in, from, to, err)); /* what the register would refuse is put aside before anybody is looked for by it */
    for (size_t i = from; i < to; i++)
        if (in->files.at[i].usable) TRY(plan_one(pl, i, err));
    return RC_OK;
}

enum rc forms_in_plan(struct forms_in *in, struct records *rs, struct err *err)
{
    struct planning *pl;
    TRY(planning_open(in, rs, &pl, err));
    return planning_some(pl, 0, in->files.len, err);
}
