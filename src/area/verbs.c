/* verbs.c - the table of verbs, and those that only hand their arguments to record/. */
#include "area/inner.h"

static enum rc verb_install(struct door *d, struct err *err);
static enum rc verb_create(struct door *d, struct err *err);
static enum rc verb_update(struct door *d, struct err *err);
static enum rc verb_close(struct door *d, struct err *err);
static enum rc verb_erase(struct door *d, struct err *err);
static enum rc verb_import(struct door *d, struct err *err);
static enum rc verb_epoch(struct door *d, struct err *err);

/* These write one record or two, and nothing before all is checked; the others run alone. */
#define IS_SMALL(v) ((v) == VERB_CREATE || (v) == VERB_UPDATE || (v) == VERB_CLOSE || (v) == VERB_PASSWORD || (v) == VERB_SESSION || (v) == VERB_READS || (v) == VERB_PROPOSE || (v) == VERB_EXPORT)

/* Acts on cases check as they go, and undo what they wrote when they refuse. */
#define IS_CASE(v) ((v) >= VERB_CASE_PAPER && (v) < VERB_BALLOT_OPEN)
#define IS_ACT(v) (IS_CASE(v) || (v) == VERB_BALLOT_CAST)

static const struct verb_kind kinds[] = {
#define VERB(number, id, name, run, zh, en) {number, name, run, zh, en, IS_CASE(VERB_##id), !IS_SMALL(VERB_##id) && !IS_ACT(VERB_##id), VERB_##id == VERB_CLOSE || VERB_##id == VERB_ERASE},
#include "area/verbs.def"
#undef VERB
};

const struct verb_kind *verb_find(uint16_t number)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i].number == number) return &kinds[i];
    return NULL;
}

const char *verb_name(uint16_t verb)
{
    const struct verb_kind *v = verb_find(verb);
    return v == NULL ? "?" : v->name;
}

const char *verb_title(uint16_t verb, enum lang lang)
{
    const struct verb_kind *v = verb_find(verb);
    return v == NULL ? "?" : lang == LANG_ZH ? v->zh : v->en;
}

static enum rc find_register(struct door *d, struct str name, const struct pack_register **out, struct err *err)
{
    const struct pack_set *set = records_set(d->area->records);
    *out = pack_register_find(set, name);
    if (*out != NULL) return RC_OK;
    struct str *names = arena_array(&d->area->batch, struct str, set->registers_count);
    for (uint32_t i = 0; i < set->registers_count; i++) names[i] = set->registers[i]->d.name;
    return err_set(err, &E_area_no_register, NO_PLACE, name, nearest_name(name, set->registers_count, names));
}

static enum rc find_field(struct door *d, const struct pack_register *r, struct str name, const struct pack_field **out, struct err *err)
{
    *out = pack_field_find(r, name);
    if (*out == NULL) {
        struct str *names = arena_array(&d->area->batch, struct str, 2 * (size_t)r->fields_count);
        for (uint32_t i = 0; i < r->fields_count; i++) {
            names[2 * i] = r->fields[i].name;
            names[2 * i + 1] = r->fields[i].title.zh;
        }
        return err_set(err, &E_area_no_field, NO_PLACE, r->d.title.zh, name, nearest_name(name, 2 * (size_t)r->fields_count, names));
    }
    if ((*out)->derive != NULL) return err_set(err, &E_area_derived, NO_PLACE, (*out)->title.zh);
    return RC_OK;
}

static void put_changed(struct door *d, const struct changed *c)
{
    d->receipt->id = c->id;
    d->receipt->version = c->version;
    d->receipt->leaf = c->leaf;
}

static enum rc verb_create(struct door *d, struct err *err)
{
    const struct args_create *g = d->command->args;
    const struct pack_register *r;
    TRY(find_register(d, g->reg, &r, err));
    TRY(case_owned_check(r, err));
    struct sv *values = arena_array(&d->area->batch, struct sv, r->stored_count + 1);
    for (uint32_t i = 0; i < g->count; i++) {
        const struct pack_field *f;
        TRY(find_field(d, r, g->fields[i], &f, err));
        values[f->column] = g->values[i];
    }
    struct changed c;
    TRY(record_create(d->area->records, r, &d->change, values, &c, err));
    put_changed(d, &c);
    return RC_OK;
}

static enum rc find_fields(struct door *d, const struct pack_register *r, uint32_t n, const struct str *names,
                           const struct pack_field ***out, struct err *err)
{
    *out = arena_array(&d->area->batch, const struct pack_field *, n + 1);
    for (uint32_t i = 0; i < n; i++) TRY(find_field(d, r, names[i], &(*out)[i], err));
    return RC_OK;
}

/* Another card, none, or both asked for from now on: whoever came in before comes in again. */
static enum rc sessions_follow(struct door *d, const struct pack_register *r, uint64_t id, const struct pack_field *const *fields, uint32_t n, struct err *err)
{
    bool card = false;
    struct who_regs regs;
    who_regs(records_set(d->area->records), &regs);
    for (uint32_t i = 0; i < n && r == regs.account; i++) card = card || str_eq(fields[i]->name, STR("certificate")) || str_eq(fields[i]->name, STR("both"));
    return card ? access_session_drop_all(d->area->rows, id, NULL, d->change.time_us, err) : RC_OK;
}

static enum rc verb_update(struct door *d, struct err *err)
{
    const struct args_update *g = d->command->args;
    const struct pack_register *r;
    const struct pack_field **fields;
    TRY(find_register(d, g->reg, &r, err));
    TRY(case_owned_check(r, err));
    TRY(find_fields(d, r, g->count, g->fields, &fields, err));
    struct changed c;
    TRY(record_update(d->area->records, r, g->id, g->if_version, &d->change, g->count, fields, g->values, &c, err));
    put_changed(d, &c);
    return sessions_follow(d, r, g->id, fields, g->count, err);
}

static enum rc verb_close(struct door *d, struct err *err)
{
    const struct args_close *g = d->command->args;
    const struct pack_register *r;
    TRY(find_register(d, g->reg, &r, err));
    TRY(case_owned_check(r, err));
    struct changed c;
    TRY(record_close(d->area->records, r, g->id, g->if_version, &d->change, &c, err));
    put_changed(d, &c);
    return RC_OK;
}

static enum rc verb_erase(struct door *d, struct err *err)
{
    const struct args_erase *g = d->command->args;
    const struct pack_register *r;
    const struct pack_field **fields;
    TRY(find_register(d, g->reg, &r, err));
    TRY(find_fields(d, r, g->count, g->fields, &fields, err));
    struct changed c;
    struct str *files = NULL;
    size_t files_count = 0;
    TRY(files_of_record(d->area, r, g->id, &files, &files_count, err));
    TRY(record_erase(d->area->records, r, g->id, &d->change, g->count, fields, g->basis, &c, err));
    put_changed(d, &c);
    return files_drop_unnamed(d->area, files, files_count, err);
}

static enum rc verb_import(struct door *d, struct err *err)
{
    const struct args_import *g = d->command->args;
    /* The plan was read under a set of packs; under another one its columns may stand elsewhere. */
    const struct pack_set *set = records_set(d->area->records);
    const struct pack_register *reg = g->plan->reg;
    if (reg->idx >= set->registers_count || set->registers[reg->idx] != reg) return err_set(err, &E_area_packs_moved, NO_PLACE, STR(""));
    TRY(case_owned_check(reg, err));
    return import_apply(d->area->records, g->plan, &d->change, g->skip_bad, g->arena, g->result, err);
}

static enum rc append_note(struct door *d, enum entry_kind kind, struct str body, struct err *err)
{
    struct entry e = {.command = d->change.command,
                      .time_us = MAX(d->change.time_us, journal_last_time(d->area->journal) + 1),
                      .happened = d->change.happened,
                      .actor = d->change.actor,
                      .verb = d->change.verb,
                      .kind = (uint8_t)kind};
    e.body[CLASS_OPEN] = body;
    return journal_append(d->area->journal, &e, &d->receipt->leaf, err);
}

/* The entry comes first: the texts are kept under its number. */
static enum rc verb_install(struct door *d, struct err *err)
{
    const struct args_install *g = d->command->args;
    struct area *ar = d->area;
    struct area_packs *p = NULL;
    TRY(area_packs_merge(ar, ar->packs, g->packs, g->packs_count, g->d, &p, err));
    struct store_step *steps = NULL;
    enum rc rc = ar->o.profiled ? pack_profile_fits(p->set, ar->o.profile, err) : RC_OK;
    if (rc == RC_OK) rc = case_survives(ar->records, p->set, &ar->batch, err);
    if (rc == RC_OK) rc = records_shape(ar->store, p->set, false, &ar->batch, &steps, err);
    if (rc == RC_OK && steps == NULL && area_packs_same(ar->packs, p)) {
        area_packs_release(p); /* these very packs are in force */
        return RC_OK;
    }
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json_out j;
    json_out_init(&j, &b);
    json_object(&j);
    json_key(&j, STR("packs"));
    area_packs_describe(p, &j);
    json_key(&j, STR("schema"));
    json_array(&j);
    static const char *const what[] = {"create table", "add column", "create index", "drop index"};
    for (const struct store_step *s = steps; s != NULL; s = s->next)
        json_string(&j, str_cat(&ar->batch, str_c(what[s->what]), STR(" "), s->table, STR("."), s->name));
    json_end_array(&j);
    json_end_object(&j);
    if (rc == RC_OK) rc = append_note(d, ENTRY_INSTALL, buf_view(&b), err);
    buf_fini(&b);
    if (rc == RC_OK) rc = area_packs_write(ar->store, p, journal_size(ar->journal), err);
    if (rc != RC_OK) {
        area_packs_release(p);
        return rc;
    }
    d->new_packs = p;
    return RC_OK;
}

static enum rc verb_epoch(struct door *d, struct err *err)
{
    const struct args_epoch *g = d->command->args;
    struct area *ar = d->area;
    struct hash root;
    journal_root(ar->journal, &root);
    struct str verifier = g->verifier.len > 0 ? g->verifier : area_verifier(ar), all = ar->verifiers;
    if (!str_eq(verifier, area_verifier(ar))) all = str_cat(&ar->arena, ar->verifiers, STR("\n"), verifier);
    struct buf b;
    buf_init(&b, 1 << 16);
    struct json_out j;
    json_out_init(&j, &b);
    json_object(&j);
    json_key(&j, STR("root"));
    json_string(&j, str_hex(&ar->batch, root.b, HASH_LEN));
    json_key(&j, STR("size"));
    json_i64(&j, (int64_t)journal_size(ar->journal));
    json_key(&j, STR("verifier"));
    json_string(&j, verifier);
    json_key(&j, STR("why"));
    json_string(&j, g->why);
    json_end_object(&j);
    enum rc rc = append_note(d, ENTRY_EPOCH, buf_view(&b), err);
    buf_fini(&b);
    if (rc == RC_OK) rc = store_meta_put(ar->store, META_VERIFIERS, all, err);
    /* Who was signed in when the backup was made is not any more. */
    if (rc == RC_OK) rc = access_session_drop_all(ar->rows, 0, NULL, INT64_MAX, err);
    /* Should the commit fail, this handle knows a key too many, which harms nobody: the file decides. */
    if (rc == RC_OK) ar->verifiers = all;
    return rc;
}
