/* docx_hint.c - what the rules say of the records in a document, each with its basis: judged once for a register, as of the document's day. */
#include "exchange/docx.h"

#include "rule/rule.h"

struct hinting { struct doc *d; struct map *by_id; };

/* Every stored field that the verdict came from ("cadre/12@3.since tenure/40@1.from"): are all of them in sight? */
static enum rc in_sight(struct doc *d, struct str reads, bool *yes, struct err *err)
{
    const struct exchange_sight *sight = d->o->sight;
    *yes = true;
    for (size_t at = 0; sight != NULL && at < reads.len && *yes;) {
        size_t end = at;
        uint64_t id = 0;
        while (end < reads.len && reads.ptr[end] != ' ') end++;
        struct str one = str_sub(reads, at, end);
        size_t slash = str_find_char(one, '/'), version = str_find_char(one, '@'), dot = str_find_char(one, '.');
        at = end + 1;
        if (slash == SIZE_MAX || version == SIZE_MAX || dot == SIZE_MAX || dot < version || version < slash || !str_to_u64(str_sub(one, slash + 1, version), &id)) continue;
        const struct pack_register *r = pack_register_find(d->v->set, str_sub(one, 0, slash));
        const struct pack_field *f = r == NULL ? NULL : pack_field_find(r, str_sub(one, dot + 1, one.len));
        if (r == NULL) continue;
        TRY(sight->record(sight->ctx, r, id, yes, err));
        if (*yes && f != NULL) *yes = sight->field(sight->ctx, r, id, f);
    }
    return RC_OK;
}

/* The message, over what is in sight. */
static enum rc say(struct doc *d, const struct judged *j, struct buf *b, struct err *err)
{
    bool yes;
    TRY(in_sight(d, j->reads, &yes, err));
    if (!yes) {
        buf_str(b, text2_in(&j->rule->d.title, d->o->lang));
        return RC_OK;
    }
    if (d->o->sight == NULL || j->verdict != VERDICT_HOLDS) {
        judged_note(j, d->o->lang, b);
        return RC_OK;
    }
    struct fv self[2] = {{.kind = FV_RECORD, .reg = &j->rule->over->feel, .id = (int64_t)j->id}, fv_null()};
    if (j->rule->each != NULL) self[1] = (struct fv){.kind = FV_RECORD, .reg = &j->rule->each->feel, .id = (int64_t)j->with};
    struct feel_run run = {.arena = d->a, .host = d->host, .host_ctx = d->ctx, .today = d->o->as_of, .vars = self, .vars_count = 2};
    return feel_message_show(d->o->lang == LANG_EN && j->rule->say_en != NULL ? j->rule->say_en : j->rule->say, &run, d->o->lang, b, err);
}

static enum rc hint(void *ctx, const struct judged *j, struct err *err)
{
    struct hinting *h = ctx;
    struct arena *a = h->d->a;
    struct buf b;
    if (j->verdict != VERDICT_HOLDS && j->verdict != VERDICT_UNDETERMINED) return RC_OK;
    struct str key = str_of((const char *)&j->id, sizeof j->id);
    struct str *said = map_find(h->by_id, key);
    if (said == NULL) {
        said = arena_new(a, struct str);
        (void)map_put(a, h->by_id, str_dup(a, key), said);
    }
    buf_init(&b, DOCX_TEXT_MAX);
    buf_str(&b, *said);
    if (b.len > 0) buf_char(&b, '\n');
    bool zh = h->d->o->lang == LANG_ZH;
    if (j->verdict == VERDICT_UNDETERMINED) {
        buf_str(&b, text2_in(&j->rule->d.title, h->d->o->lang));
        buf_str(&b, zh ? STR("，不能判断：") : STR(", cannot be told: "));
    }
    enum rc rc = say(h->d, j, &b, err);
    if (j->rule->d.basis_count > 0) {
        buf_str(&b, zh ? STR("（依据：") : STR(" (basis: "));
        pack_basis_print(j->rule->d.basis, j->rule->d.basis_count, &b);
        buf_str(&b, zh ? STR("）") : STR(")"));
    }
    if (rc == RC_OK) *said = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return rc;
}

static enum rc judge_all(struct doc *d, const struct pack_register *reg, struct map *by_id, struct err *err)
{
    const struct pack_set *set = d->v->set;
    struct roster_wants w = {0};
    struct roster *roster = NULL;
    struct hinting h = {d, by_id};
    size_t rules = 0;
    for (uint32_t i = 0; i < set->rules_count; i++) {
        struct roster_want *want;
        size_t n;
        if (set->rules[i]->over != reg) continue;
        TRY(judge_want(set, set->rules[i], d->a, &want, &n, err));
        for (size_t k = 0; k < n; k++) roster_want_put(d->a, &w, want[k]);
        rules++;
    }
    if (rules == 0) return RC_OK;
    TRY(roster_load(d->v->records, w.at, w.len, &roster, err));
    enum rc rc = RC_OK;
    for (uint32_t i = 0; i < set->rules_count && rc == RC_OK; i++) {
        struct judge_options o = {.today = d->o->as_of, .only = set->rules[i], .undetermined = true, .lang = d->o->lang};
        if (set->rules[i]->over == reg) rc = judge(roster, set, &o, hint, &h, err);
    }
    roster_free(&roster);
    return rc;
}

enum rc docx_hints(struct doc *d, struct at at, struct str *out, struct err *err)
{
    struct map *by_id = map_find(&d->hinted, at.reg->d.name);
    if (by_id == NULL) {
        by_id = arena_new(d->a, struct map);
        (void)map_put(d->a, &d->hinted, at.reg->d.name, by_id);
        TRY(judge_all(d, at.reg, by_id, err));
    }
    uint64_t id = (uint64_t)at.id;
    const struct str *said = map_find(by_id, str_of((const char *)&id, sizeof id));
    *out = said == NULL ? STR("") : *said;
    return RC_OK;
}
