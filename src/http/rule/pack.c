/* pack.c - packs in force: their chapters as files, a changed chapter checked and tried before anybody installs it. */
#include "exchange/exchange.h"
#include "http/inner.h"

enum { TRY_MEMORY = 512 << 20, OPENS_SHOWN = 200 };

enum rc route_packs(struct req *q, struct err *err)
{
    const struct pack_set *set = q->view->set;
    (void)err;
    items_open(q, false);
    for (uint32_t i = 0; i < set->packs_count; i++) {
        const struct pack *p = &set->packs[i];
        json_object(&q->j);
        put_text(&q->j, "name", p->name);
        put_text(&q->j, "version", p->version);
        put_text2(q, "title", &p->title);
        put_text(&q->j, "lang", p->lang);
        put_text(&q->j, "hash", str_hex(&q->arena, p->hash.b, HASH_LEN));
        put_key(&q->j, "over");
        json_array(&q->j);
        for (uint32_t k = 0; k < p->over_count; k++) json_string(&q->j, set->packs[p->over[k]].name);
        json_end_array(&q->j);
        put_key(&q->j, "files");
        json_array(&q->j);
        for (uint32_t k = 0; k < set->chapters_count; k++)
            if (set->chapters[k].pack == i) json_string(&q->j, set->chapters[k].file);
        json_end_array(&q->j);
        json_end_object(&q->j);
    }
    items_close(q);
    return RC_OK;
}

enum rc route_pack_file(struct req *q, struct err *err)
{
    const struct pack_set *set = q->view->set;
    for (uint32_t i = 0; i < set->chapters_count; i++) {
        const struct pack_chapter *c = &set->chapters[i];
        if (!str_eq(c->file, q->args[1]) || c->pack >= set->packs_count || !str_eq(set->packs[c->pack].name, q->args[0])) continue;
        q->type = "text/markdown; charset=utf-8";
        buf_str(&q->out, c->text);
        answer_header(q, "Content-Disposition", STR("attachment"));
        return RC_OK;
    }
    return err_set(err, &E_http_absent, NO_PLACE, q->args[1]);
}

/* ---- a changed chapter ---- */

struct draft { struct str pack, file, text, reason; };

static enum rc draft_take(struct req *q, struct draft *d, struct err *err)
{
    const struct json *body;
    TRY(req_json(q, "pack file text reason", &body, err));
    TRY(json_text(body, "reason", false, &d->reason, err));
    TRY(json_text(body, "pack", true, &d->pack, err));
    TRY(json_text(body, "file", true, &d->file, err));
    TRY(json_text(body, "text", true, &d->text, err));
    bool chapter = d->file.len > 5 && d->file.len <= 200 && str_ends(d->file, STR(".md")) && d->file.ptr[0] >= '0' && d->file.ptr[0] <= '9' && d->file.ptr[1] >= '0' &&
                   d->file.ptr[1] <= '9' && str_find_char(d->file, '/') == SIZE_MAX && str_find_char(d->file, '\\') == SIZE_MAX;
    return chapter ? RC_OK : err_set(err, &E_http_body, NO_PLACE, STR("file"), STR("以两位数字开头的 .md 文件名"), STR("a name of two digits and .md"));
}

/* The packs in force with this chapter in its place, or as a new one; *which: the pack's own source. */
static enum rc draft_sources(struct req *q, const struct draft *d, struct arena *a, struct pack_source **out, size_t *n, size_t *which, struct err *err)
{
    *n = sources_of(q->view->set, a, out);
    *which = SIZE_MAX;
    for (size_t i = 0; i < *n; i++) {
        struct pack_source *s = &(*out)[i];
        if (!str_eq(q->view->set->packs[i].name, d->pack)) continue;
        *which = i;
        pack_source_put(a, s, d->file, d->text);
        return RC_OK;
    }
    return err_set(err, &E_http_absent, NO_PLACE, d->pack);
}

/* The chapter's name alone: where packs lie on the server's disk is nobody's business. */
static struct str base_name(struct str path)
{
    size_t from = 0;
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] == '/') from = i + 1;
    return str_sub(path, from, path.len);
}

static void problems_put(struct req *q, const struct diags *d)
{
    static const char *const words[] = {"error", "warn", "note"};
    put_key(&q->j, "problems");
    json_array(&q->j);
    for (const struct diag *g = d->first; g != NULL; g = g->next) {
        if (g->severity == SEV_NOTE) continue;
        json_object(&q->j);
        put_text(&q->j, "severity", str_c(words[g->severity]));
        put_text_or_null(&q->j, "file", g->err.place.file == 0 ? STR_NONE : base_name(diags_file_name(d, g->err.place.file)));
        put_u64(&q->j, "line", g->err.place.line);
        put_u64(&q->j, "column", g->err.place.col);
        put_u64(&q->j, "offset", g->err.place.off);
        put_u64(&q->j, "length", g->err.place.len);
        problem_members(&q->j, &g->err, q->lang);
        put_null(&q->j, "near");
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
}

enum rc route_pack_check(struct req *q, struct err *err)
{
    struct draft d;
    struct arena a;
    struct diags diags;
    struct pack_source *sources = NULL;
    struct pack_set *set = NULL;
    size_t n = 0, which = 0;
    struct pack_options o = {.today = q->run.today, .scenarios = true};
    TRY(draft_take(q, &d, err));
    arena_init(&a, TRY_MEMORY);
    diags_init(&diags, &a, 200);
    enum rc rc = draft_sources(q, &d, &a, &sources, &n, &which, err);
    if (rc == RC_OK) {
        if (pack_load(&a, sources, n, &o, &set, &diags) == RC_OK && exchange_forms_check(set, &diags) == RC_OK) diags.errors += pack_compare(q->view->set, set, &diags) != RC_OK && diags.errors == 0;
        diags_sort(&diags);
        answer_json(q);
        json_object(&q->j);
        put_flag(&q->j, "loads", set != NULL && diags.errors == 0);
        problems_put(q, &diags);
        json_end_object(&q->j);
    }
    arena_fini(&a);
    return rc;
}

/* ---- tried on the area: who would be found, who no longer ---- */

struct verdicts { struct arena *a; VEC(struct str) keys; struct map seen; VEC(struct str) says; VEC(struct str) severities; VEC(struct str) titles; };

static enum rc gather(void *ctx, const struct judged *j, struct err *err)
{
    struct verdicts *v = ctx;
    (void)err;
    if (j->verdict != VERDICT_HOLDS) return RC_OK;
    struct str key = str_cat(v->a, j->rule->d.name, STR(" "), j->rule->over->d.name, STR("/"), str_u64(v->a, j->id));
    if (!map_put(v->a, &v->seen, key, (void *)(uintptr_t)(v->keys.len + 1))) return RC_OK;
    static const char *const names[] = {"info", "warn", "serious"};
    vec_push(v->a, &v->keys, key);
    vec_push(v->a, &v->says, str_dup(v->a, j->say));
    vec_push(v->a, &v->severities, str_c(names[j->rule->severity]));
    vec_push(v->a, &v->titles, str_dup(v->a, j->rule->d.title.zh));
    return RC_OK;
}

static enum rc judge_under(struct req *q, struct records *rs, const struct pack_set *set, struct verdicts *v, struct err *err)
{
    struct roster_want *want = NULL;
    struct roster *roster = NULL;
    size_t n = 0;
    struct judge_options o = {.today = q->run.today, .lang = q->lang, .threads = crew_cores(JUDGE_THREADS)};
    TRY(judge_want(set, NULL, v->a, &want, &n, err));
    TRY(roster_load(rs, want, n, &roster, err));
    enum rc rc = judge(roster, set, &o, gather, v, err);
    roster_free(&roster);
    return rc;
}

/* Only what this person may see of either. */
static enum rc differ_put(struct req *q, const char *key, const struct verdicts *in, const struct verdicts *not_in, struct err *err)
{
    size_t shown = 0;
    put_key(&q->j, key);
    json_array(&q->j);
    for (size_t i = 0; i < in->keys.len && shown < OPENS_SHOWN; i++) {
        if (map_find(&not_in->seen, in->keys.at[i]) != NULL) continue;
        size_t blank = str_find_char(in->keys.at[i], ' '), slash = str_find_char(in->keys.at[i], '/');
        struct str rule = str_sub(in->keys.at[i], 0, blank), reg = str_sub(in->keys.at[i], blank + 1, slash);
        uint64_t id = 0;
        struct record rec;
        struct sight s;
        struct err ignored;
        const struct pack_register *r = pack_register_find(q->view->set, reg);
        if (r == NULL || !str_to_u64(str_sub(in->keys.at[i], slash + 1, in->keys.at[i].len), &id) || !grant_may(q->grant, PACK_READ, r) ||
            record_seen(q, PACK_READ, r, id, &rec, &s, &ignored) != RC_OK || (s.classes >> PACK_PERSONAL & 1) == 0)
            continue;
        json_object(&q->j);
        put_u64(&q->j, "id", 0);
        put_key(&q->j, "rule");
        json_object(&q->j);
        put_text(&q->j, "name", rule);
        put_text(&q->j, "title", in->titles.at[i]);
        json_end_object(&q->j);
        put_text(&q->j, "severity", in->severities.at[i]);
        put_key(&q->j, "record");
        TRY(ref_put(q, r, id, err));
        put_text(&q->j, "say", in->says.at[i]);
        json_end_object(&q->j);
        shown++;
    }
    json_end_array(&q->j);
    return RC_OK;
}

enum rc route_pack_try(struct req *q, struct err *err)
{
    struct draft d;
    struct arena a;
    struct diags diags;
    struct pack_source *sources = NULL;
    struct store_step *steps = NULL;
    struct pack_set *set = NULL;
    struct records *rs = NULL;
    size_t n = 0, which = 0;
    struct pack_options o = {.today = q->run.today};
    TRY(draft_take(q, &d, err));
    arena_init(&a, TRY_MEMORY);
    diags_init(&diags, &a, 200);
    struct verdicts before = {.a = &a}, after = {.a = &a};
    enum rc rc = draft_sources(q, &d, &a, &sources, &n, &which, err);
    bool loads = rc == RC_OK && pack_load(&a, sources, n, &o, &set, &diags) == RC_OK && pack_compare(q->view->set, set, &diags) == RC_OK;
    if (rc == RC_OK && loads) rc = records_shape(q->view->store, set, true, &a, &steps, err);
    /* New columns are not there to be judged: then only the tables are told. */
    if (rc == RC_OK && loads && steps == NULL) {
        rc = records_open(q->view->store, q->view->journal, set, &rs, err);
        if (rc == RC_OK) rc = judge_under(q, rs, set, &after, err);
        if (rc == RC_OK) rc = judge_under(q, q->view->records, q->view->set, &before, err);
        records_close(&rs);
    }
    if (rc == RC_OK) {
        static const char *const what[] = {"create table", "add column", "create index", "drop index"};
        diags_sort(&diags);
        answer_json(q);
        json_object(&q->j);
        problems_put(q, &diags);
        put_key(&q->j, "steps");
        json_array(&q->j);
        for (const struct store_step *s = steps; s != NULL; s = s->next) {
            json_object(&q->j);
            put_text(&q->j, "title", str_cat(&q->arena, str_c(what[s->what]), STR(" "), s->table, s->name.len > 0 ? STR(".") : STR(""), s->name));
            put_text(&q->j, "detail", str_i64(&q->arena, s->rows));
            json_end_object(&q->j);
        }
        json_end_array(&q->j);
        put_flag(&q->j, "judged", loads && steps == NULL);
        rc = differ_put(q, "opens", &after, &before, err);
        if (rc == RC_OK) rc = differ_put(q, "closes", &before, &after, err);
        json_end_object(&q->j);
    }
    arena_fini(&a);
    return rc;
}

/* ---- proposed ---- */

/* What would not load is refused here, where its author is, and not when a second person says yes. */
enum rc route_pack_install(struct req *q, struct err *err)
{
    struct draft d;
    struct arena a;
    struct diags diags;
    struct pack_source *sources = NULL;
    struct pack_set *set = NULL;
    size_t n = 0, which = 0;
    uint64_t id = 0;
    struct pack_options o = {.today = q->run.today, .scenarios = true};
    TRY(draft_take(q, &d, err));
    arena_init(&a, TRY_MEMORY);
    diags_init(&diags, &a, 200);
    enum rc rc = draft_sources(q, &d, &q->arena, &sources, &n, &which, err);
    if (rc == RC_OK && (pack_load(&a, sources, n, &o, &set, &diags) != RC_OK || exchange_forms_check(set, &diags) != RC_OK || pack_compare(q->view->set, set, &diags) != RC_OK)) {
        diags_sort(&diags);
        const struct diag *g = diags.first;
        while (g != NULL && g->severity != SEV_ERROR) g = g->next;
        if (g != NULL) *err = g->err;
        rc = g != NULL ? RC_INPUT : err_set(err, &E_http_problems, NO_PLACE, STR("1"));
    }
    if (rc == RC_OK) rc = pack_profile_fits(set, q->http->profile, err); /* nor what may not run here */
    arena_fini(&a);
    TRY(rc);
    struct args_install args = {.packs = &sources[which], .packs_count = 1, .d = NULL};
    struct command act = {.verb = VERB_INSTALL, .happened = ENTRY_NO_DAY, .args = &args};
    struct str reason = str_trim(d.reason.ptr == NULL ? STR("") : d.reason);
    if (reason.len == 0) reason = str_cat(&q->arena, q->lang == LANG_ZH ? STR("更换 ") : STR("change "), d.pack, STR("/"), d.file);
    return req_propose(q, &act, reason, &id, err);
}
