/* show.c - what may be read of a ballot, by whom: looked at, counted again, shown, published, carried into a case.  Nothing before it is closed. */
#include "ballot/inner.h"

static enum rc closed_open(struct urn *u, struct records *rs, uint64_t id, struct arena *a, struct err *err)
{
    TRY(urn_open(u, rs, id, a, err));
    return str_eq(u->state, STR("closed")) ? RC_OK : err_set0(err, &E_ballot_not_closed, NO_PLACE);
}

enum rc ballot_look(struct records *rs, uint64_t id, struct arena *a, struct ballot_view *out, struct err *err)
{
    struct urn u;
    TRY(urn_open(&u, rs, id, a, err));
    *out = (struct ballot_view){.id = id, .earlier = u.earlier, .of_case = u.of_case, .ballot = u.b, .title = u.title, .state = u.state, .candidates = u.candidates, .candidates_count = u.candidates_count,
                                .places = u.places, .roll = u.roll, .present = u.present, .cast = u.cast, .round = u.round, .opened = u.opened, .closed = u.closed,
                                .recounted = u.recounted, .taken = u.taken, .recount_same = u.same, .result = u.result, .recounted_by = u.recounted_by, .pass = urn_value(&u, u.b->pass.param),
                                .quorum = urn_value(&u, u.b->quorum.param), .differential = urn_value(&u, u.b->differential)};
    memcpy(out->key, u.key, sizeof u.key);
    return RC_OK;
}

/* ---- seats ---- */

enum rc ballot_seat_look(struct records *rs, uint64_t id, const struct hash *voter, struct arena *a, bool *waits, struct str *class, struct err *err)
{
    struct ballot_rows rows;
    *waits = false;
    *class = STR("");
    TRY(ballot_bind(records_store(rs), a, &rows, err));
    return seat_find(&rows, id, voter, a, waits, class, err);
}

enum rc ballot_seats_of(struct records *rs, const struct hash *voter, struct arena *a, uint64_t **ids, size_t *n, struct err *err)
{
    struct ballot_rows rows;
    uint64_t at = 0;
    *ids = arena_array(a, uint64_t, BALLOT_WAITING_MAX);
    *n = 0;
    if (pack_register_find(records_set(rs), STR("ballot")) == NULL) return RC_OK;
    TRY(ballot_bind(records_store(rs), a, &rows, err));
    for (size_t looked = 0; looked < BALLOT_WAITING_MAX; looked++) {
        bool waits = false;
        struct str class;
        TRY(seats_next(&rows, at, &at, err));
        if (at == 0) return RC_OK;
        TRY(seat_find(&rows, at, voter, a, &waits, &class, err));
        if (waits) (*ids)[(*n)++] = at;
    }
    return RC_OK;
}

/* ---- counting again ---- */

struct gather { struct urn *u; VEC(struct str) papers; };

static enum rc gather_one(void *ctx, const struct record *rec, struct err *err)
{
    (void)err;
    struct gather *g = ctx;
    if ((uint64_t)rec->values[g->u->p[P_BALLOT]->column].i != g->u->id) return RC_OK;
    const struct sv *text = &rec->values[g->u->p[P_TEXT]->column];
    vec_push(g->u->a, &g->papers, text->kind == SV_TEXT ? str_dup(g->u->a, text->s) : STR(""));
    return RC_OK;
}

/* The papers that were kept; none of a small group. */
static enum rc papers_read(struct urn *u, struct gather *g, struct err *err)
{
    *g = (struct gather){.u = u};
    return record_each(u->rs, u->papers, RECORD_BY_ID, false, gather_one, g, err);
}

static enum rc recount(struct urn *u, struct str *text, bool *same, struct err *err)
{
    struct gather g;
    TRY(papers_read(u, &g, err));
    if (g.papers.len == 0 && u->cast > 0) { /* a small group: its papers were not kept */
        *text = u->result;
        *same = true;
        return RC_OK;
    }
    bool small = u->b->secret && u->cast < records_set(u->rs)->min_group;
    TRY(papers_count(u, g.papers.at, g.papers.len, small, text, err));
    *same = str_eq(*text, u->result) && (int64_t)g.papers.len == u->cast;
    return RC_OK;
}

enum rc ballot_recount(struct records *rs, uint64_t id, struct arena *a, struct str *text, bool *same, struct err *err)
{
    struct urn u;
    TRY(closed_open(&u, rs, id, a, err));
    return recount(&u, text, same, err);
}

enum rc ballot_recount_note(struct ballot_door *d, uint64_t id, struct str tellers, bool *same, struct changed *last, struct err *err)
{
    struct urn u;
    struct str text;
    TRY(closed_open(&u, d->records, id, d->arena, err));
    if (str_trim(tellers).len == 0) return err_set(err, &E_ballot_opening, NO_PLACE, STR("要写复点的两位计票人"), STR("say which two tellers count again"));
    TRY(recount(&u, &text, same, err));
    const struct pack_field *fields[] = {u.f[B_RECOUNTED], u.f[B_RECOUNTED_BY], u.f[B_SAME]};
    struct sv values[] = {sv_int(d->change.today), sv_text(str_trim(tellers)), sv_int(*same)};
    return record_update(d->records, u.reg, id, 0, &d->change, ARRAY_LEN(fields), fields, values, last, err);
}

/* ---- to people ---- */

/* Into which step of which case its counts went. */
static enum rc taken_show(struct urn *u, enum lang lang, struct buf *out, struct err *err)
{
    const struct pack_register *steps = pack_register_find(records_set(u->rs), STR("case_step"));
    const struct pack_field *of = steps == NULL ? NULL : pack_field_find(steps, STR("case"));
    struct record rec;
    struct str name;
    if (u->taken == 0 || of == NULL) return RC_OK;
    TRY(record_get(u->rs, steps, u->taken, u->a, &rec, err));
    TRY(record_display(u->rs, steps, u->taken, u->a, &name, err));
    buf_str(out, lang == LANG_ZH ? STR("  计入：案件 #") : STR("  taken by: case #"));
    buf_i64(out, rec.values[of->column].i);
    buf_char(out, ' ');
    buf_str(out, name);
    buf_char(out, '\n');
    return RC_OK;
}

enum rc ballot_show(struct records *rs, uint64_t id, struct arena *a, enum lang lang, struct buf *out, struct err *err)
{
    struct urn u;
    struct json *j;
    TRY(urn_open(&u, rs, id, a, err));
    if (!str_eq(u.state, STR("closed"))) return err_set0(err, &E_ballot_not_closed, NO_PLACE);
    TRY(json_parse(a, u.result, &j, err));
    bool zh = lang == LANG_ZH;
    buf_str(out, u.title);
    buf_str(out, zh ? STR("　应到 ") : STR("  entitled "));
    buf_i64(out, u.roll);
    buf_str(out, zh ? STR("，实到 ") : STR(", present "));
    buf_i64(out, u.present);
    buf_str(out, zh ? STR("，收回 ") : STR(", papers "));
    buf_i64(out, u.cast);
    buf_char(out, '\n');
    TRY(taken_show(&u, lang, out, err));
    static const struct { struct str key; const char *zh; } words[] = {{STR_INIT("yes"), "同意"}, {STR_INIT("no"), "反对"}, {STR_INIT("abstain"), "弃权"}, {STR_INIT("votes"), "得票"}, {STR_INIT("score"), "得分"}};
    const struct json *lines = json_get(j, STR("lines"));
    for (const struct json *l = lines == NULL ? NULL : lines->first; l != NULL; l = l->next) {
        buf_lit(out, "  ");
        buf_str(out, json_get(l, STR("name"))->text);
        for (size_t w = 0; w < ARRAY_LEN(words); w++) {
            const struct json *v = json_get(l, words[w].key);
            if (v == NULL) continue;
            buf_lit(out, "  ");
            buf_str(out, zh ? str_c(words[w].zh) : words[w].key);
            buf_char(out, ' ');
            buf_str(out, v->text);
        }
        const struct json *passed = json_get(l, STR("passed")), *tied = json_get(l, STR("tied"));
        if (passed != NULL) buf_str(out, passed->kind == JSON_TRUE ? (zh ? STR("  通过") : STR("  passed")) : (zh ? STR("  没有通过") : STR("  not passed")));
        if (tied != NULL) buf_str(out, zh ? STR("  票数相等，再投") : STR("  tied: vote again"));
        buf_char(out, '\n');
    }
    if (json_get(j, STR("valid")) == NULL) buf_str(out, zh ? STR("  人数少于最小分组，只公布是否通过\n") : STR("  a small group: only what passed is shown\n"));
    return RC_OK;
}

enum rc ballot_published(struct records *rs, uint64_t id, struct arena *a, struct str *out, struct err *err)
{
    struct urn u;
    struct gather g;
    struct json_out j;
    struct buf b;
    TRY(closed_open(&u, rs, id, a, err));
    if (u.b->publish == PUBLISH_NONE) return err_set(err, &E_ballot_not_published, NO_PLACE, u.b->d.title.zh);
    TRY(papers_read(&u, &g, err));
    buf_init(&b, 64 << 20);
    json_out_init(&j, &b);
    json_object(&j);
    if (u.b->publish == PUBLISH_PAPERS) {
        json_key(&j, STR("papers"));
        json_array(&j);
        for (size_t i = 0; i < g.papers.len; i++) json_string(&j, g.papers.at[i]);
        json_end_array(&j);
    }
    json_key(&j, STR("result"));
    json_raw(&j, u.result);
    json_key(&j, STR("title"));
    json_string(&j, u.title);
    json_end_object(&j);
    bool failed = buf_failed(&b);
    if (!failed) *out = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return failed ? err_set(err, &E_ballot_counts, NO_PLACE, STR("结果太长"), STR("the result is too long")) : RC_OK;
}

enum rc ballot_receipt_find(struct records *rs, uint64_t id, struct str receipt, struct arena *a, bool *counted, struct err *err)
{
    struct urn u;
    uint64_t *ids;
    size_t n;
    *counted = false;
    TRY(closed_open(&u, rs, id, a, err));
    if (!u.b->receipts) return err_set(err, &E_ballot_no_receipts, NO_PLACE, u.b->d.title.zh);
    TRY(record_back(rs, u.receipts, u.r[R_BALLOT], id, a, &ids, &n, err));
    struct str wanted = str_trim(receipt);
    for (size_t i = 0; i < n && !*counted; i++) {
        struct arena_mark m = arena_mark(a);
        struct record rec;
        TRY(record_get(rs, u.receipts, ids[i], a, &rec, err));
        *counted = str_eq(rec.values[u.r[R_TEXT]->column].s, wanted);
        arena_reset(a, m);
    }
    return RC_OK;
}

/* ---- into a case ---- */

static void count_put(struct ballot_count *at, uint32_t *n, struct str line, struct str name, int64_t value) { at[(*n)++] = (struct ballot_count){line, name, value}; }

static int64_t number_in(const struct json *l, const char *key)
{
    const struct json *v = json_get(l, str_c(key));
    int64_t n = -1;
    return v != NULL && str_to_i64(v->text, &n) ? n : -1;
}

enum rc ballot_counts(struct records *rs, uint64_t id, struct arena *a, struct ballot_count **out, uint32_t *n, struct err *err)
{
    static const char *const words[] = {"yes", "no", "abstain", "votes"};
    struct urn u;
    struct json *j = NULL;
    TRY(closed_open(&u, rs, id, a, err));
    TRY(json_parse(a, u.result, &j, err));
    int64_t valid = number_in(j, "valid");
    if (valid < 0) return err_set0(err, &E_ballot_small, NO_PLACE);
    uint32_t cells = MAX(u.b->classes_count, 1) * u.b->options_count;
    *out = arena_array(a, struct ballot_count, 4 + (size_t)u.candidates_count * (cells + 4));
    *n = 0;
    bool graded = u.b->kind == BALLOT_GRADE || u.b->kind == BALLOT_SCORE;
    if (!graded) {
        count_put(*out, n, STR(""), STR("entitled"), u.roll);
        count_put(*out, n, STR(""), STR("present"), u.present);
        count_put(*out, n, STR(""), STR("valid"), valid);
        if (u.b->kind == BALLOT_CHOOSE) count_put(*out, n, STR(""), STR("seats"), u.places);
    }
    const struct json *lines = json_get(j, STR("lines"));
    uint32_t i = 0;
    for (const struct json *l = lines == NULL ? NULL : lines->first; l != NULL && i < u.candidates_count; l = l->next, i++) {
        for (size_t w = 0; w < ARRAY_LEN(words); w++)
            if (number_in(l, words[w]) >= 0) count_put(*out, n, u.candidates[i], str_c(words[w]), number_in(l, words[w]));
        const struct json *options = json_get(l, STR("options"));
        uint32_t cell = 0;
        for (const struct json *o = options == NULL ? NULL : options->first; o != NULL && cell < cells; o = o->next, cell++) {
            struct str option = u.b->options[cell % u.b->options_count].name;
            struct str name = u.b->classes_count == 0 ? option : str_cat(a, u.b->classes[cell / u.b->options_count].name, STR("/"), option);
            int64_t value = 0;
            (void)str_to_i64(o->text, &value);
            count_put(*out, n, u.candidates[i], name, value);
        }
    }
    return RC_OK;
}
