/*
 * twopack.c - a change of packs that waits for its second person.  The act names each pack by a hash over all its files, and the files that differ from what is in
 * force by theirs; the texts of these lie in pack_text, where the texts of installs lie, in the same transaction.  So it outlives the process that took it.
 * Texts that nothing names any more go when the next change is proposed.
 */
#include "area/inner.h"

enum { WAITING_MAX = 32 };

static int by_name(const void *x, const void *y)
{
    const struct pack_file *a = x, *b = y;
    return str_cmp(a->name, b->name);
}

/* The order of the files says nothing. */
static struct str source_hash(struct arena *a, const struct pack_source *s)
{
    struct hasher *h = hasher_make(HASH_SHA256);
    struct hash sum;
    struct pack_file *files = arena_array(a, struct pack_file, s->files_count + 1);
    MUST(h != NULL);
    for (size_t i = 0; i < s->files_count; i++) files[i] = s->files[i];
    if (s->files_count > 1) qsort(files, s->files_count, sizeof *files, by_name);
    hash_start(h);
    for (size_t i = 0; i < s->files_count; i++) {
        uint64_t lens[2] = {files[i].name.len, files[i].text.len};
        hash_more(h, lens, sizeof lens);
        hash_more(h, files[i].name.ptr, files[i].name.len);
        hash_more(h, files[i].text.ptr, files[i].text.len);
    }
    hash_end(h, &sum);
    hasher_free(&h);
    return str_hex(a, sum.b, sizeof sum.b);
}

static const struct pack_source *in_force(const struct area_packs *now, struct str name)
{
    for (size_t i = 0; i < now->sources_count; i++)
        if (str_eq(pack_source_name(&now->sources[i]), name)) return &now->sources[i];
    return NULL;
}

static bool differs(const struct pack_source *was, const struct pack_file *f)
{
    for (size_t i = 0; was != NULL && i < was->files_count; i++)
        if (str_eq(was->files[i].name, f->name)) return !str_eq(was->files[i].text, f->text);
    return true;
}

void proposed_put(struct json_out *j, const struct area_packs *now, const struct args_install *g, struct arena *a)
{
    json_key(j, STR("packs"));
    json_array(j);
    for (size_t i = 0; i < g->packs_count; i++) {
        const struct pack_source *s = &g->packs[i], *was = in_force(now, pack_source_name(s));
        json_object(j);
        json_key(j, STR("files"));
        json_array(j);
        for (size_t k = 0; k < s->files_count; k++) {
            if (!differs(was, &s->files[k])) continue;
            json_object(j);
            json_key(j, STR("file"));
            json_string(j, s->files[k].name);
            json_key(j, STR("hash"));
            json_string(j, pack_text_hash(a, s->files[k].text));
            json_end_object(j);
        }
        json_end_array(j);
        json_key(j, STR("hash"));
        json_string(j, source_hash(a, s));
        json_key(j, STR("name"));
        json_string(j, pack_source_name(s));
        json_end_object(j);
    }
    json_end_array(j);
}

static struct str text_in(const struct json *j, const char *key)
{
    const struct json *t = json_get(j, str_c(key));
    return t == NULL || t->kind != JSON_STRING ? STR("") : t->text;
}

static const struct json *first_in(const struct json *j, const char *key)
{
    const struct json *t = json_get(j, str_c(key));
    return t == NULL || t->kind != JSON_ARRAY ? NULL : t->first;
}

/* Over what is in force now: whoever confirms compares the hash of the whole, so that a change in between is found. */
enum rc proposed_back(struct store *s, const struct area_packs *now, const struct json *content, struct arena *a, struct command *out, struct err *err)
{
    const struct json *packs = json_get(content, STR("packs"));
    struct args_install *g = arena_new(a, struct args_install);
    struct pack_source *all = arena_array(a, struct pack_source, packs == NULL ? 1 : packs->count + 1);
    struct diags *d = arena_new(a, struct diags);
    diags_init(d, a, 100);
    *g = (struct args_install){.packs = all, .d = d};
    for (const struct json *p = first_in(content, "packs"); p != NULL; p = p->next) {
        const struct pack_source *was = in_force(now, text_in(p, "name"));
        struct pack_source *to = &all[g->packs_count++];
        *to = was != NULL ? *was : (struct pack_source){.where = text_in(p, "name")};
        for (const struct json *f = first_in(p, "files"); f != NULL; f = f->next) {
            struct str text;
            TRY(pack_text_get(s, a, text_in(f, "hash"), &text, err));
            pack_source_put(a, to, text_in(f, "file"), text);
        }
    }
    *out = (struct command){.verb = VERB_INSTALL, .happened = ENTRY_NO_DAY, .args = g};
    return RC_OK;
}

/* ---- what waits ---- */

struct waiting { const struct pack_register *reg; struct arena *a; day_num today; size_t count; struct map named; };

static enum rc look(void *ctx, const struct record *rec, struct err *err)
{
    struct waiting *w = ctx;
    struct sv verb = who_value(w->reg, rec, "verb"), expires = who_value(w->reg, rec, "expires"), content = who_value(w->reg, rec, "content");
    struct json *j = NULL;
    (void)err;
    if (verb.kind != SV_TEXT || !str_eq(verb.s, str_c(verb_name(VERB_INSTALL))) || expires.kind != SV_INT || expires.i < w->today || content.kind != SV_TEXT) return RC_OK;
    w->count++;
    if (json_parse(w->a, str_dup(w->a, content.s), &j, NULL) != RC_OK) return RC_OK;
    for (const struct json *p = first_in(j, "packs"); p != NULL; p = p->next)
        for (const struct json *f = first_in(p, "files"); f != NULL; f = f->next) (void)map_put(w->a, &w->named, str_dup(w->a, text_in(f, "hash")), w);
    return RC_OK;
}

enum rc proposed_room(struct area *ar, const struct pack_register *r, day_num today, struct err *err)
{
    struct waiting w = {.reg = r, .a = &ar->batch, .today = today};
    TRY(record_each(ar->records, r, RECORD_BY_ID, false, look, &w, err));
    return w.count < WAITING_MAX ? RC_OK : err_set(err, &E_area_two_many, NO_PLACE, str_u64(&ar->batch, w.count));
}

enum rc proposed_keep(struct area *ar, const struct args_install *g, const struct pack_register *r, day_num today, struct err *err)
{
    struct waiting w = {.reg = r, .a = &ar->batch, .today = today};
    TRY(record_each(ar->records, r, RECORD_BY_ID, false, look, &w, err));
    TRY(pack_texts_sweep(ar->store, &ar->batch, &w.named, err));
    for (size_t i = 0; i < g->packs_count; i++) {
        const struct pack_source *was = in_force(ar->packs, pack_source_name(&g->packs[i]));
        for (size_t k = 0; k < g->packs[i].files_count; k++)
            if (differs(was, &g->packs[i].files[k])) TRY(pack_text_put(ar->store, &ar->batch, g->packs[i].files[k].text, err));
    }
    return RC_OK;
}
