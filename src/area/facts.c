/* facts.c - what an area says of itself outside the journal, held against the entries that said it first: name, keys, packs, tables, receipts. */
#include "area/inner.h"

enum { ENTRY_ROOM = 16 << 20 };

struct facts {
    struct str name, verifiers, packs; /* as the journal has them; packs: canonical JSON */
    uint64_t install_seq;
};

static enum rc differs(struct arena *a, struct str zh, struct str en, uint64_t seq, struct err *err)
{
    return err_set(err, &E_area_facts, NO_PLACE, zh, en, str_u64(a, seq));
}

static struct str text_of(struct arena *a, const struct json *obj, struct str key)
{
    const struct json *j = json_get(obj, key);
    return j == NULL || j->kind != JSON_STRING ? STR("") : str_dup(a, j->text);
}

static bool has_line(struct str lines, struct str line)
{
    size_t from = 0;
    for (size_t i = 0; i <= lines.len; i++) {
        if (i < lines.len && lines.ptr[i] != '\n') continue;
        if (str_eq(str_sub(lines, from, i), line)) return true;
        from = i + 1;
    }
    return false;
}

static enum rc take_entry(struct arena *a, const struct entry *e, struct facts *f, struct err *err)
{
    if (e->kind != ENTRY_INSTALL && e->kind != ENTRY_EPOCH) return RC_OK;
    struct json *body = NULL;
    TRY(json_parse(a, e->body[CLASS_OPEN], &body, err));
    struct str verifier = text_of(a, body, STR("verifier"));
    if (e->seq == 1) f->name = text_of(a, body, STR("name"));
    if (e->seq == 1) f->verifiers = verifier;
    if (e->kind == ENTRY_EPOCH && verifier.len > 0 && !has_line(f->verifiers, verifier)) f->verifiers = str_cat(a, f->verifiers, STR("\n"), verifier);
    if (e->kind != ENTRY_INSTALL) return RC_OK;
    f->install_seq = e->seq;
    f->packs = str_dup(a, e->body[CLASS_OPEN]);
    return RC_OK;
}

static enum rc read_entries(struct area_view *v, struct arena *a, struct facts *f, struct err *err)
{
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    TRY(journal_walk_record(v->journal, 0, 0, &w, err));
    enum rc rc;
    while ((rc = journal_next(w, &e, NULL, err)) == RC_OK && e != NULL && (rc = take_entry(a, e, f, err)) == RC_OK) {}
    journal_walk_close(&w);
    return rc;
}

static enum rc compare(struct area_view *v, struct arena *a, const struct facts *f, struct err *err)
{
    if (!str_eq(f->name, v->area->name)) return differs(a, STR("名称"), STR("its name"), 1, err);
    if (!str_eq(f->verifiers, v->area->verifiers)) return differs(a, STR("签名公钥"), STR("the public keys"), 1, err);
    if (f->install_seq != v->packs->install_seq) return differs(a, STR("现行规矩集"), STR("the packs in force"), f->install_seq, err);
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json_out j;
    json_out_init(&j, &b);
    buf_lit(&b, "\"packs\":");
    area_packs_describe(v->packs, &j);
    bool same = str_find(f->packs, buf_view(&b)) != SIZE_MAX;
    buf_fini(&b);
    return same ? RC_OK : differs(a, STR("规矩集的正文"), STR("the text of the packs"), f->install_seq, err);
}

enum rc area_facts_check(struct area_view *v, struct err *err)
{
    struct arena a;
    struct facts f = {0};
    struct err inner;
    arena_init(&a, ENTRY_ROOM);
    err_clear(&inner);
    enum rc rc = read_entries(v, &a, &f, &inner);
    /* An entry that does not fit is named by the journal's own check, which sees all of them and comes next. */
    if (rc == RC_BROKEN || rc == RC_INPUT) rc = RC_OK;
    else if (rc == RC_OK) rc = compare(v, &a, &f, err);
    else if (err != NULL) *err = inner;
    arena_fini(&a);
    return rc;
}

/* Tables and indexes are as the packs declare them: an index that is gone would let doubles in. */
enum rc area_shape_check(struct area_view *v, struct err *err)
{
    static const char *const zh[] = {"缺表 ", "缺列 ", "缺索引 ", "多出索引 "};
    static const char *const en[] = {"no table ", "no column ", "no index ", "a strange index "};
    struct arena a;
    struct store_step *steps = NULL;
    arena_init(&a, 64 << 20);
    enum rc rc = records_shape(v->store, v->set, true, &a, &steps, err);
    if (rc == RC_OK && steps != NULL) {
        struct str what = str_cat(&a, steps->table, STR("."), steps->name);
        rc = err_set(err, &E_area_structure, NO_PLACE, str_cat(&a, str_c(zh[steps->what]), what), str_cat(&a, str_c(en[steps->what]), what));
    }
    arena_fini(&a);
    return rc;
}
