/*
 * body.c - what an entry says: values to canonical JSON, and a record folded from its entries.
 * A create says every value that is not empty; an update says what it changed, null where it emptied; a close says nothing;
 * an erase says its basis, the bodies that it dropped and the fields: {"basis":…,"bodies":[[seq,"class"],…],"fields":[…]}.
 */
#include "record/inner.h"

void body_put(const struct reg_bind *b, enum field_class c, const struct sv *values, const bool *only, struct buf *out)
{
    if (!b->class_used[c]) return;
    struct json_out j;
    bool any = false;
    for (uint32_t i = 0; i < b->reg->stored_count; i++) {
        const struct pack_field *f = b->sorted[i];
        if ((enum field_class)f->class != c) continue;
        if (only == NULL ? values[f->column].kind == SV_NULL : !only[f->column]) continue;
        if (!any) {
            json_out_init(&j, out);
            json_object(&j);
            any = true;
        }
        json_key(&j, f->name);
        record_value_json(f, &values[f->column], &j);
    }
    if (any) json_end_object(&j);
}

enum rc body_make(struct records *rs, const struct reg_bind *b, const struct sv *values, const bool *only, struct entry *e, struct err *err)
{
    for (int c = 0; c < CLASS_COUNT; c++) {
        e->body[c] = STR_NONE;
        if (!b->class_used[c]) continue;
        struct buf *out = &rs->body[c];
        buf_clear(out);
        body_put(b, (enum field_class)c, values, only, out);
        if (buf_failed(out)) return err_set0(err, &E_record_body_too_big, NO_PLACE);
        if (out->len > 0) e->body[c] = buf_view(out);
    }
    return RC_OK;
}

/* ---- folding ---- */

void fold_init(struct fold *f, const struct reg_bind *b, struct arena *a)
{
    *f = (struct fold){.b = b, .a = a};
    f->values = arena_array(a, struct sv, b->reg->stored_count);
    f->set_by = arena_array(a, uint64_t, b->reg->stored_count);
    f->touched = arena_array(a, bool, b->reg->stored_count);
}

static enum rc bad_body(const struct fold *f, const struct entry *e, struct str what, struct err *err)
{
    return err_set(err, &E_verify_body, NO_PLACE, str_u64(f->a, e->seq), what);
}

static enum rc fold_values(struct fold *f, const struct entry *e, struct str body, struct err *err)
{
    struct json *j;
    struct err why;
    if (json_parse(f->a, body, &j, &why) != RC_OK || j->kind != JSON_OBJECT) return bad_body(f, e, STR("JSON"), err);
    for (const struct json *k = j->first; k != NULL; k = k->next) {
        const struct pack_field *field = bind_field(f->b, k->key);
        if (field == NULL) return bad_body(f, e, k->key, err);
        struct sv *v = &f->values[field->column];
        enum rc rc = record_value_from_json(field, k, f->a, v, &why);
        /* What was allowed then (a code, a length) may not be now: the text still stands as it was. */
        if (rc != RC_OK && text_kind(field) && k->kind == JSON_STRING) *v = sv_text(k->text);
        else if (rc != RC_OK) return bad_body(f, e, k->key, err);
        f->set_by[field->column] = e->seq;
        f->touched[field->column] = true;
    }
    return RC_OK;
}

static bool class_named(struct str name, uint32_t *class)
{
    static const struct str names[CLASS_COUNT] = {STR_INIT("open"), STR_INIT("personal"), STR_INIT("restricted"), STR_INIT("protected")};
    for (*class = 0; *class < CLASS_COUNT; (*class)++)
        if (str_eq(names[*class], name)) return true;
    return false;
}

static enum rc fold_erase(struct fold *f, const struct entry *e, struct err *err)
{
    struct json *j;
    struct err why;
    if (e->body[CLASS_OPEN].ptr == NULL || json_parse(f->a, e->body[CLASS_OPEN], &j, &why) != RC_OK)
        return bad_body(f, e, STR("JSON"), err);
    const struct json *fields = json_get(j, STR("fields")), *bodies = json_get(j, STR("bodies"));
    if (fields == NULL || fields->kind != JSON_ARRAY || bodies == NULL || bodies->kind != JSON_ARRAY)
        return bad_body(f, e, STR("fields, bodies"), err);
    for (const struct json *k = fields->first; k != NULL; k = k->next) {
        const struct pack_field *field = bind_field(f->b, k->text);
        if (field == NULL) return bad_body(f, e, k->text, err);
        f->values[field->column] = sv_null();
        f->set_by[field->column] = e->seq;
        f->touched[field->column] = true;
        f->erased++;
    }
    for (const struct json *k = bodies->first; k != NULL; k = k->next) {
        struct dropped d = {0};
        bool ok = k->kind == JSON_ARRAY && k->count == 2 && str_to_u64(k->first->text, &d.seq) &&
                  class_named(k->first->next->text, &d.class);
        if (!ok) return bad_body(f, e, STR("bodies"), err);
        vec_push(f->a, &f->named, d);
    }
    return RC_OK;
}

enum rc fold_entry(struct fold *f, const struct entry *e, struct err *err)
{
    if (f->b->reg->stored_count > 0) memset(f->touched, 0, f->b->reg->stored_count * sizeof *f->touched);
    f->version = e->version;
    f->seq = e->seq;
    if (e->kind == ENTRY_CREATE) f->made = true;
    if (e->kind == ENTRY_CLOSE) f->closed_us = e->time_us;
    for (uint32_t c = 0; c < CLASS_COUNT; c++)
        if (e->erased[c]) vec_push(f->a, &f->seen, (struct dropped){e->seq, c});
    if (e->kind == ENTRY_ERASE) return fold_erase(f, e, err);
    for (int c = 0; c < CLASS_COUNT; c++)
        if (e->body[c].ptr != NULL) TRY(fold_values(f, e, e->body[c], err));
    return RC_OK;
}

/* A body that is gone must be named by an erasure of this record. */
bool fold_drops_explained(const struct fold *f, struct dropped *which)
{
    for (size_t i = 0; i < f->seen.len; i++) {
        bool named = false;
        for (size_t k = 0; k < f->named.len && !named; k++)
            named = f->named.at[k].seq == f->seen.at[i].seq && f->named.at[k].class == f->seen.at[i].class;
        if (!named) {
            *which = f->seen.at[i];
            return false;
        }
    }
    return true;
}
