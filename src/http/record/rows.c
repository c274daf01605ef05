/*
 * rows.c - the rows of a table that a clerk works at: many records of one register written together, all or none; and what the rules say of them now, judged
 * from the records as they are, not from what judging last entered.
 */
#include "http/paper/leave.h"
#include "rule/rule.h"

enum { ROWS_MOST = 500, HINT_TEXT_MAX = 1 << 14 };

/* ---- written together ---- */

static enum rc row_kind(const struct json *m, uint64_t id, enum batch_kind *kind, struct err *err)
{
    const struct json *close = json_get(m, STR("close"));
    *kind = id == 0 ? BATCH_CREATE : BATCH_UPDATE;
    if (close == NULL) return RC_OK;
    if (close->kind != JSON_TRUE || id == 0 || json_get(m, STR("values")) != NULL)
        return err_set(err, &E_http_body, NO_PLACE, STR("close"), STR("true，连同 id，不连同 values"), STR("true, with an id and without values"));
    *kind = BATCH_CLOSE;
    return RC_OK;
}

/* Of a record that an earlier row of the same body changes, the version is not asked again: nobody came between. */
static bool named_before(const struct batch_item *items, size_t n, uint64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (items[i].id == id && id != 0) return true;
    return false;
}

static enum rc row_take(struct req *q, const struct json *m, struct batch_item *items, size_t n, struct err *err)
{
    struct batch_item *it = &items[n];
    struct given g = {0};
    struct record rec;
    struct sight s;
    uint64_t id = 0, version = 0;
    enum batch_kind kind = BATCH_CREATE;
    if (m->kind != JSON_OBJECT) return err_set(err, &E_http_body, NO_PLACE, STR("rows"), STR("行"), STR("rows"));
    for (const struct json *k = m->first; k != NULL; k = k->next)
        if (!str_eq(k->key, STR("id")) && !str_eq(k->key, STR("version")) && !str_eq(k->key, STR("values")) && !str_eq(k->key, STR("close")))
            return err_set(err, &E_http_body, NO_PLACE, k->key, STR("id、version、values、close"), STR("id, version, values, close"));
    TRY(json_u64(m, "id", false, &id, err));
    TRY(row_kind(m, id, &kind, err));
    if (id != 0) {
        bool again = named_before(items, n, id);
        TRY(record_seen(q, PACK_WRITE, q->reg, id, &rec, &s, err));
        TRY(json_u64(m, "version", !again, &version, err));
        if (version > UINT32_MAX || (version == 0 && !again)) return err_set(err, &E_http_body, NO_PLACE, STR("version"), STR("记录的版本"), STR("the record's version"));
    }
    if (kind != BATCH_CLOSE) TRY(values_take(q, json_get(m, STR("values")), &g, err));
    for (uint32_t i = 0; i < g.n && id != 0; i++)
        if (!sight_field(&s, q->reg, g.fields[i])) return err_set(err, &E_access_field, NO_PLACE, text2_in(&g.fields[i]->title, q->lang));
    *it = (struct batch_item){.kind = kind, .reg = q->reg, .id = id, .if_version = (uint32_t)version, .count = g.n, .fields = g.fields, .values = g.values};
    return RC_OK;
}

/* Which row it was is told as the line of the place. */
static enum rc of_row(enum rc rc, size_t row, struct err *err)
{
    if (rc != RC_OK && err != NULL && row > 0) err->place = (struct place){.line = (uint32_t)row, .col = 1};
    return rc;
}

/* {"rows":[{"id"?,"version"?,"values"?,"close"?}]}, in this order. */
enum rc route_rows(struct req *q, struct err *err)
{
    const struct json *body;
    struct receipt receipt;
    struct batch_result result = {0};
    if (!register_writable(q, q->reg)) return err_set(err, &E_http_read_only, NO_PLACE, text2_in(&q->reg->d.title, q->lang));
    TRY(req_json(q, "rows", &body, err));
    const struct json *rows = json_get(body, STR("rows"));
    if (rows == NULL || rows->kind != JSON_ARRAY || rows->count == 0 || rows->count > ROWS_MOST)
        return err_set(err, &E_http_body, NO_PLACE, STR("rows"), STR("1 到 500 行"), STR("1 to 500 rows"));
    struct batch_item *items = arena_array(&q->arena, struct batch_item, rows->count + 1);
    uint64_t *made = arena_array(&q->arena, uint64_t, rows->count + 1);
    size_t n = 0;
    for (const struct json *m = rows->first; m != NULL; m = m->next, n++) TRY(of_row(row_take(q, m, items, n, err), n + 1, err));
    struct args_batch args = {.items = items, .count = n, .ids = made, .result = &result};
    struct command c = {.verb = VERB_BATCH, .happened = ENTRY_NO_DAY, .args = &args};
    enum rc rc = req_submit(q, &c, &receipt, err);
    TRY(of_row(rc, result.failed, err));
    answer_json(q);
    json_object(&q->j);
    receipt_members(q, &receipt);
    put_u64(&q->j, "created", result.created);
    put_u64(&q->j, "updated", result.updated);
    put_u64(&q->j, "closed", result.closed);
    put_u64(&q->j, "unchanged", result.unchanged);
    put_key(&q->j, "ids");
    json_array(&q->j);
    for (size_t i = 0; i < n && !receipt.repeated; i++) json_i64(&q->j, (int64_t)made[i]);
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- what the rules say now ---- */

struct hint { const struct pack_rule *rule; uint64_t id, with; enum verdict verdict; struct str missing; };
struct hinting { struct req *q; const uint64_t *ids; size_t n; VEC(struct hint) found; };

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static enum rc hint_take(void *ctx, const struct judged *j, struct err *err)
{
    struct hinting *h = ctx;
    struct buf b;
    (void)err;
    if (j->verdict != VERDICT_HOLDS && j->verdict != VERDICT_UNDETERMINED) return RC_OK;
    if (bsearch(&j->id, h->ids, h->n, sizeof *h->ids, by_id) == NULL) return RC_OK;
    buf_init(&b, HINT_TEXT_MAX);
    if (j->verdict == VERDICT_UNDETERMINED) judged_note(j, h->q->lang, &b);
    vec_push(&h->q->arena, &h->found, (struct hint){j->rule, j->id, j->with, j->verdict, str_dup(&h->q->arena, buf_view(&b))});
    buf_fini(&b);
    return RC_OK;
}

static enum rc hints_of_rule(struct req *q, struct hinting *h, const struct pack_rule *r, struct err *err)
{
    struct roster_want *want = NULL;
    struct roster *roster = NULL;
    size_t n = 0;
    struct judge_options o = {.today = q->run.today, .only = r, .undetermined = true, .lang = q->lang};
    TRY(judge_want(q->view->set, r, &q->arena, &want, &n, err));
    TRY(area_roster(q->view, want, n, &roster, err));
    enum rc rc = judge(roster, q->view->set, &o, hint_take, h, err);
    roster_free(&roster);
    return rc;
}

/* The other record of a rule over pairs. */
static struct fv other_of(const struct hint *h)
{
    struct fv v = fv_null();
    if (h->rule->each == NULL) return v;
    v.kind = FV_RECORD;
    v.reg = &h->rule->each->feel;
    v.id = (int64_t)h->with;
    return v;
}

static void hint_say(struct req *q, const struct hint *h)
{
    const struct feel_message *m = q->lang == LANG_EN && h->rule->say_en != NULL ? h->rule->say_en : h->rule->say;
    struct fv vars[2] = {{.kind = FV_RECORD, .reg = &h->rule->over->feel, .id = (int64_t)h->id}, other_of(h)};
    struct feel_run run = q->run;
    struct buf b;
    struct err ignored;
    run.vars = vars;
    run.vars_count = h->rule->each == NULL ? 1 : 2;
    buf_init(&b, HINT_TEXT_MAX);
    if (h->verdict == VERDICT_HOLDS && m != NULL && feel_message_show(m, &run, q->lang, &b, &ignored) == RC_OK) put_text(&q->j, "say", buf_view(&b));
    else put_text_or_null(&q->j, "say", h->verdict == VERDICT_UNDETERMINED ? h->missing : STR_NONE);
    buf_fini(&b);
}

/* Where something that the rule reads is out of sight, its title alone is told; of a pair whose other record is, nothing. */
static enum rc hint_put(struct req *q, const struct hint *h, struct err *err)
{
    bool hidden = false;
    struct fv other = other_of(h);
    if (h->rule->each != NULL) {
        struct record rec;
        struct sight sight;
        struct err absent;
        if (!grant_may(q->grant, PACK_READ, h->rule->each) || record_seen(q, PACK_READ, h->rule->each, h->with, &rec, &sight, &absent) != RC_OK) return RC_OK;
    }
    TRY(rule_seen(q, h->rule, h->id, &other, &hidden, err));
    json_object(&q->j);
    put_u64(&q->j, "id", h->id);
    put_key(&q->j, "rule");
    json_object(&q->j);
    put_text(&q->j, "name", h->rule->d.name);
    put_text(&q->j, "title", text2_in(&h->rule->d.title, q->lang));
    json_end_object(&q->j);
    put_text(&q->j, "severity", str_c(severity_name(h->rule->severity)));
    put_text(&q->j, "verdict", str_c(verdict_name(h->verdict)));
    if (hidden) put_null(&q->j, "say");
    else hint_say(q, h);
    put_basis(q, h->rule->d.basis, h->rule->d.basis_count);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_hints(struct req *q, struct err *err)
{
    const struct json *body;
    uint64_t *ids = NULL;
    struct hinting h = {.q = q};
    TRY(req_json(q, "ids", &body, err));
    TRY(json_ids(q, body, "ids", ROWS_MOST, &ids, &h.n, err));
    if (h.n == 0) return err_set(err, &E_http_body, NO_PLACE, STR("ids"), STR("1 到 500 个编号"), STR("1 to 500 numbers"));
    h.ids = ids;
    TRY(ids_seen(q, PACK_READ, q->reg, ids, h.n, err));
    for (uint32_t i = 0; i < q->view->set->rules_count; i++) {
        const struct pack_rule *r = q->view->set->rules[i];
        if (r->over == q->reg && r->raises) TRY(hints_of_rule(q, &h, r, err));
    }
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = 0; i < h.found.len; i++) TRY(hint_put(q, &h.found.at[i], err));
    json_end_array(&q->j);
    json_end_object(&q->j);
    for (size_t i = 0; i < h.n; i++)
        for (unsigned c = PACK_PERSONAL; c <= PACK_PROTECTED; c++)
            if ((guard_touched(q) & (1u << c)) != 0) read_note(q, q->reg, ids[i], (enum pack_class)c, "explain");
    return RC_OK;
}
