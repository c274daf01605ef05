/* form_rows.c - the records that hang on one, and which of them a group or a row of a form means. */
#include "exchange/form.h"

enum rc form_children_get(struct records *rs, const struct pack_form *f, const struct pack_register *r, uint64_t id, struct arena *a, struct form_children *out, struct err *err)
{
    const struct feel_host *host;
    void *ctx;
    struct fv list = fv_null();
    *out = (struct form_children){0};
    record_host(rs, a, &host, &ctx);
    struct feel_run run = {.arena = a, .host = host, .host_ctx = ctx, .today = 0};
    for (uint32_t i = 0; i < f->over->backs_count; i++) {
        const struct pack_back *b = &f->over->backs[i];
        if (b->from == r && b->field == r->parent) TRY(host->member(&run, &f->over->feel, (int64_t)id, b->member, &list, err));
    }
    if (list.kind != FV_LIST) return RC_OK;
    out->at = arena_array(a, struct form_child, list.count + 1u);
    for (uint32_t i = 0; i < list.count; i++) {
        struct record rec;
        TRY(record_get(rs, r, (uint64_t)list.items[i].id, a, &rec, err));
        if (rec.closed_us == 0) out->at[out->n++] = (struct form_child){.id = rec.id, .values = rec.values};
    }
    return RC_OK;
}

bool form_in_set(const struct pack_form_group *g, struct records *rs, const struct sv *values)
{
    struct arena a;
    bool in = true;
    arena_init(&a, 1 << 20);
    for (uint32_t i = 0; i < g->set_count && in; i++) {
        struct sv v;
        struct err why;
        in = record_value_parse(rs, g->set[i].field, g->set[i].text, &a, &v, &why) == RC_OK && form_same(&v, &values[g->set[i].field->column]);
    }
    arena_fini(&a);
    return in;
}

struct form_child *form_single(const struct form_children *c, const struct pack_form_group *g, struct records *rs)
{
    for (size_t i = 0; i < c->n; i++) {
        if (g->has != NULL && c->at[i].values[g->has->column].kind == SV_NULL) continue;
        if (form_in_set(g, rs, c->at[i].values)) return &c->at[i];
    }
    return NULL;
}

bool form_row_is(const struct pack_form *f, const struct form_row *row, const struct sv *values)
{
    const struct pack_form_group *g = &f->groups[row->group];
    if (g->from != NULL) {
        bool within = g->within == NULL || form_same(&row->values[g->within->column], &values[g->within->column]);
        return within && form_same(&row->values[g->from->column], &values[g->from->column]) && form_same(&row->values[g->until->column], &values[g->until->column]) &&
               form_same(&row->values[g->text->column], &values[g->text->column]);
    }
    for (uint32_t i = 0; i < f->elements_count; i++) {
        const struct pack_form_element *e = &f->elements[i];
        if (e->group != row->group && (row->also == FORM_OWN || e->group != row->also)) continue;
        if (!form_same(&row->values[e->field->column], &values[e->field->column])) return false;
    }
    return true;
}

struct str match_text(struct arena *a, const struct pack_field *const *fields, const struct sv *values)
{
    struct str out = STR("");
    for (size_t i = 0; fields[i] != NULL; i++) {
        const struct sv *v = &values[fields[i]->column];
        if (v->kind == SV_NULL) return STR("");
        out = str_cat(a, out, v->kind == SV_INT ? str_i64(a, v->i) : uni_fold_search(a, v->s), STR("\n"));
    }
    return out;
}
