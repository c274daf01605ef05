/* urn.c - a ballot and its papers as records. */
#include <sodium.h>

#include "ballot/inner.h"

static const char *const ballot_fields[B_FIELDS] = {"declaration", "title", "state", "opened", "candidates", "places", "roll", "present", "public_key", "tellers", "closed", "cast", "result"};
static const char *const paper_fields[P_FIELDS] = {"ballot", "number", "text", "valid"};

bool ballot_owns(const struct pack_register *r) { return str_eq(r->d.name, STR("ballot")) || str_eq(r->d.name, STR("ballot_paper")); }

enum rc urn_registers(struct urn *u, struct records *rs, struct arena *a, struct err *err)
{
    const struct pack_set *set = records_set(rs);
    *u = (struct urn){.rs = rs, .a = a, .reg = pack_register_find(set, STR("ballot")), .papers = pack_register_find(set, STR("ballot_paper"))};
    if (u->reg == NULL || u->papers == NULL) return err_set(err, &E_ballot_core, NO_PLACE, STR("ballot"));
    for (size_t i = 0; i < B_FIELDS; i++)
        if ((u->f[i] = pack_field_find(u->reg, str_c(ballot_fields[i]))) == NULL) return err_set(err, &E_ballot_core, NO_PLACE, str_c(ballot_fields[i]));
    for (size_t i = 0; i < P_FIELDS; i++)
        if ((u->p[i] = pack_field_find(u->papers, str_c(paper_fields[i]))) == NULL) return err_set(err, &E_ballot_core, NO_PLACE, str_c(paper_fields[i]));
    return RC_OK;
}

static struct str text_of(const struct urn *u, const struct record *rec, int field)
{
    const struct sv *v = &rec->values[u->f[field]->column];
    return v->kind == SV_TEXT ? v->s : STR("");
}
static int64_t int_of(const struct urn *u, const struct record *rec, int field)
{
    const struct sv *v = &rec->values[u->f[field]->column];
    return v->kind == SV_INT ? v->i : 0;
}

static enum rc declaration_find(struct urn *u, struct str name, struct err *err)
{
    const struct pack_set *set = records_set(u->rs);
    struct str *names = arena_array(u->a, struct str, (size_t)set->ballots_count * 2 + 1);
    for (uint32_t i = 0; i < set->ballots_count; i++) {
        const struct pack_ballot *b = set->ballots[i];
        if (str_eq(b->d.name, name) || str_eq(b->d.title.zh, name)) u->b = b;
        names[2 * i] = b->d.name;
        names[2 * i + 1] = b->d.title.zh;
    }
    return u->b != NULL ? RC_OK : err_set(err, &E_ballot_no_declaration, NO_PLACE, name, nearest_name(name, (size_t)set->ballots_count * 2, names));
}

static void candidates_split(struct urn *u, struct str text)
{
    u->candidates = arena_array(u->a, struct str, BALLOT_CANDIDATES_MAX + 1);
    while (text.len > 0 && u->candidates_count < BALLOT_CANDIDATES_MAX) {
        size_t end = str_find_char(text, '\n');
        u->candidates[u->candidates_count++] = str_sub(text, 0, MIN(end, text.len));
        text = end == SIZE_MAX ? STR("") : str_sub(text, end + 1, text.len);
    }
}

enum rc urn_open(struct urn *u, struct records *rs, uint64_t id, struct arena *a, struct err *err)
{
    struct record rec;
    size_t len = 0;
    TRY(urn_registers(u, rs, a, err));
    TRY(record_get(rs, u->reg, id, a, &rec, err));
    u->id = id;
    u->title = text_of(u, &rec, B_TITLE);
    u->state = text_of(u, &rec, B_STATE);
    u->result = text_of(u, &rec, B_RESULT);
    u->places = int_of(u, &rec, B_PLACES);
    u->roll = int_of(u, &rec, B_ROLL);
    u->present = int_of(u, &rec, B_PRESENT);
    u->cast = int_of(u, &rec, B_CAST);
    struct str key = text_of(u, &rec, B_KEY);
    (void)sodium_hex2bin(u->key, sizeof u->key, key.ptr, key.len, NULL, &len, NULL);
    candidates_split(u, text_of(u, &rec, B_CANDIDATES));
    return declaration_find(u, text_of(u, &rec, B_DECLARATION), err);
}

/* ---- opening ---- */

static enum rc opening_check(struct urn *u, const struct ballot_opening *g, bool seats, struct err *err)
{
    size_t longest = 8; /* what a paper may need at most */
    for (uint32_t i = 0; i < u->b->options_count; i++) longest = MAX(longest, u->b->options[i].name.len + 4);
    if (g->candidates_count == 0 || g->candidates_count > BALLOT_CANDIDATES_MAX || (g->candidates_count + 1) * (longest + 2) > PAPER_LEN - 50)
        return err_set(err, &E_ballot_opening, NO_PLACE, STR("票上的人太少或太多"), STR("too few or too many names for a paper"));
    for (uint32_t i = 0; i < g->candidates_count; i++) {
        if (g->candidates[i].len == 0 || str_find_char(g->candidates[i], '\n') != SIZE_MAX) return err_set(err, &E_ballot_opening, NO_PLACE, STR("有空的名字"), STR("a name is empty"));
        for (uint32_t k = 0; k < i; k++)
            if (str_eq(g->candidates[i], g->candidates[k])) return err_set(err, &E_ballot_paper_twice, NO_PLACE, g->candidates[i]);
    }
    if (u->b->kind == BALLOT_CHOOSE && (g->places < 1 || g->places > g->candidates_count)) return err_set(err, &E_ballot_opening, NO_PLACE, STR("应选名额不对"), STR("the places to be filled are wrong"));
    if (!seats) return RC_OK;
    if (u->b->mode != MODE_SIGN_IN && u->b->mode != MODE_CODE)
        return err_set(err, &E_ballot_opening, NO_PLACE, STR("这种票没有声明可以电子投票（mode 和 permit）"), STR("this ballot is not declared for electronic voting (mode and permit)"));
    if (g->seats_count == 0 || g->seats_count > BALLOT_SEATS_MAX) return err_set(err, &E_ballot_opening, NO_PLACE, STR("名册空着或者太长"), STR("the roll is empty or too long"));
    for (size_t i = 0; i < g->seats_count; i++) {
        bool known = u->b->classes_count == 0 && g->seats[i].class.len == 0;
        for (uint32_t c = 0; c < u->b->classes_count; c++) known = known || str_eq(u->b->classes[c].name, g->seats[i].class);
        if (!known) return err_set(err, &E_ballot_opening, NO_PLACE, STR("席位的类别不对"), STR("a seat's class is wrong"));
    }
    return RC_OK;
}

static enum rc differential_check(const struct urn *u, const struct ballot_opening *g, struct err *err)
{
    const struct pack_param *p = u->b->differential;
    if (p == NULL) return RC_OK;
    const struct pack_param *now = &records_set(u->rs)->params[p->slot];
    if (now->values_count == 0) return RC_OK;
    const struct pack_param_value *v = &now->values[now->values_count - 1];
    int64_t q = v->q == 0 ? 1 : v->q, more = p->type == PARAM_FRACTION ? (g->places * v->p + q - 1) / q : v->p;
    if ((int64_t)g->candidates_count >= g->places + more) return RC_OK;
    return err_set(err, &E_ballot_opening, NO_PLACE, STR("候选人没有达到差额"), STR("there are too few candidates for the places"));
}

static enum rc record_make(struct urn *u, struct ballot_door *d, const struct ballot_opening *g, int64_t roll, struct changed *out, struct err *err)
{
    struct sv *v = arena_array(d->arena, struct sv, u->reg->stored_count + 1);
    struct str names = STR("");
    for (uint32_t i = 0; i < g->candidates_count; i++) names = str_cat(d->arena, names, i > 0 ? STR("\n") : STR(""), g->candidates[i]);
    v[u->f[B_DECLARATION]->column] = sv_text(u->b->d.name);
    v[u->f[B_TITLE]->column] = sv_text(g->title);
    v[u->f[B_STATE]->column] = sv_text(STR("open"));
    v[u->f[B_OPENED]->column] = sv_int(d->change.today);
    v[u->f[B_CANDIDATES]->column] = sv_text(names);
    v[u->f[B_PLACES]->column] = sv_int(g->places);
    v[u->f[B_ROLL]->column] = sv_int(roll);
    v[u->f[B_KEY]->column] = sv_text(str_hex(d->arena, g->public_key, BALLOT_KEY_LEN));
    if (g->tellers.len > 0) v[u->f[B_TELLERS]->column] = sv_text(g->tellers);
    return record_create(d->records, u->reg, &d->change, v, out, err);
}

enum rc ballot_open(struct ballot_door *d, const struct ballot_opening *g, uint64_t *id, struct changed *last, struct err *err)
{
    struct urn u;
    struct ballot_rows rows;
    TRY(urn_registers(&u, d->records, d->arena, err));
    TRY(declaration_find(&u, g->declaration, err));
    TRY(opening_check(&u, g, true, err));
    TRY(differential_check(&u, g, err));
    TRY(ballot_bind(records_store(d->records), d->arena, &rows, err));
    TRY(records_hold(d->records, err));
    enum rc rc = record_make(&u, d, g, (int64_t)g->seats_count, last, err);
    for (size_t i = 0; rc == RC_OK && i < g->seats_count; i++) rc = seat_put(&rows, last->id, &g->seats[i], err);
    *id = last->id;
    return records_settle(d->records, rc, err);
}

/* ---- casting ---- */

enum rc ballot_cast(struct ballot_door *d, uint64_t id, const struct hash *voter, const struct ballot_choice *choices, uint32_t n, struct err *err)
{
    struct urn u;
    struct ballot_rows rows;
    struct str class = STR(""), text;
    bool found = false;
    TRY(urn_open(&u, d->records, id, d->arena, err));
    if (!str_eq(u.state, STR("open"))) return err_set0(err, &E_ballot_closed, NO_PLACE);
    TRY(ballot_bind(records_store(d->records), d->arena, &rows, err));
    TRY(seat_find(&rows, id, voter, d->arena, &found, &class, err));
    if (!found) return err_set0(err, &E_ballot_no_seat, NO_PLACE);
    TRY(paper_make(&u, class, choices, n, &text, err));
    uint8_t paper[PAPER_LEN] = {0}, sealed[ENVELOPE_LEN];
    memcpy(paper, text.ptr == NULL ? "" : text.ptr, text.len);
    bool good = sodium_init() >= 0 && crypto_box_seal(sealed, paper, sizeof paper, u.key) == 0;
    sodium_memzero(paper, sizeof paper);
    if (!good) return err_set0(err, &E_no_memory, NO_PLACE);
    TRY(records_hold(d->records, err));
    enum rc rc = seat_use(&rows, id, voter, err);
    if (rc == RC_OK) rc = envelope_put(&rows, id, str_of((const char *)sealed, sizeof sealed), err);
    return records_settle(d->records, rc, err);
}

/* ---- closing ---- */

static int by_bytes(const void *x, const void *y) { return str_cmp(*(const struct str *)x, *(const struct str *)y); }

static enum rc papers_put(struct urn *u, struct ballot_door *d, const struct str *papers, const bool *valid, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct sv *v = arena_array(d->arena, struct sv, u->papers->stored_count + 1);
        struct changed done;
        v[u->p[P_BALLOT]->column] = sv_int((int64_t)u->id);
        v[u->p[P_NUMBER]->column] = sv_int((int64_t)i + 1);
        v[u->p[P_TEXT]->column] = papers[i].len == 0 ? sv_null() : sv_text(papers[i]);
        v[u->p[P_VALID]->column] = sv_int(valid[i]);
        TRY(record_create(d->records, u->papers, &d->change, v, &done, err));
    }
    return RC_OK;
}

/* Sort, write the papers unless the group is small, count, and put the counts on the record. */
static enum rc finish(struct urn *u, struct ballot_door *d, struct str *papers, size_t n, int64_t present, struct changed *last, struct err *err)
{
    const struct pack_set *set = records_set(d->records);
    bool small = (int64_t)n < set->min_group && u->b->secret;
    bool *valid = arena_array(d->arena, bool, n + 1);
    if (n > 1) qsort(papers, n, sizeof *papers, by_bytes);
    for (size_t i = 0; i < n; i++) valid[i] = paper_valid(u, papers[i]);
    u->present = present;
    struct str result;
    TRY(papers_count(u, papers, valid, n, small, &result, err));
    if (!small) TRY(papers_put(u, d, papers, valid, n, err));
    const struct pack_field *fields[] = {u->f[B_STATE], u->f[B_CLOSED], u->f[B_CAST], u->f[B_PRESENT], u->f[B_RESULT]};
    struct sv values[] = {sv_text(STR("closed")), sv_int(d->change.today), sv_int((int64_t)n), sv_int(present), sv_text(result)};
    return record_update(d->records, u->reg, u->id, 0, &d->change, ARRAY_LEN(fields), fields, values, last, err);
}

static enum rc envelopes_open(struct urn *u, const uint8_t *secret, const struct str *sealed, size_t n, struct str *papers, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t *paper = arena_alloc(u->a, PAPER_LEN + 1);
        if (sealed[i].len != ENVELOPE_LEN || crypto_box_seal_open(paper, (const uint8_t *)sealed[i].ptr, ENVELOPE_LEN, u->key, secret) != 0)
            return err_set0(err, &E_ballot_envelope, NO_PLACE);
        papers[i] = str_c((const char *)paper);
    }
    return RC_OK;
}

enum rc ballot_close(struct ballot_door *d, uint64_t id, const uint8_t secret[BALLOT_KEY_LEN], struct changed *last, struct err *err)
{
    struct urn u;
    struct ballot_rows rows;
    struct str *sealed;
    size_t n;
    uint8_t public_key[BALLOT_KEY_LEN];
    TRY(urn_open(&u, d->records, id, d->arena, err));
    if (!str_eq(u.state, STR("open"))) return err_set0(err, &E_ballot_closed, NO_PLACE);
    if (sodium_init() < 0 || crypto_scalarmult_base(public_key, secret) != 0 || sodium_memcmp(public_key, u.key, sizeof public_key) != 0)
        return err_set0(err, &E_ballot_key, NO_PLACE);
    TRY(ballot_bind(records_store(d->records), d->arena, &rows, err));
    TRY(envelopes_take(&rows, id, d->arena, &sealed, &n, err));
    struct str *papers = arena_array(d->arena, struct str, n + 1);
    TRY(envelopes_open(&u, secret, sealed, n, papers, err));
    TRY(records_hold(d->records, err));
    enum rc rc = finish(&u, d, papers, n, (int64_t)n, last, err);
    if (rc == RC_OK) rc = rows_drop(&rows, id, d->arena, err);
    return records_settle(d->records, rc, err);
}

/* ---- papers by two tellers ---- */

static struct str *lines_of_text(struct arena *a, struct str text, size_t *n)
{
    struct str *out = arena_array(a, struct str, BALLOT_SEATS_MAX + 1);
    *n = 0;
    while (text.len > 0 && *n < BALLOT_SEATS_MAX) {
        size_t end = str_find_char(text, '\n');
        struct str line = str_trim(str_sub(text, 0, MIN(end, text.len)));
        text = end == SIZE_MAX ? STR("") : str_sub(text, end + 1, text.len);
        out[(*n)++] = line;
    }
    while (*n > 0 && out[*n - 1].len == 0) (*n)--;
    return out;
}

static enum rc tellers_compare(struct ballot_door *d, const struct str *x, size_t n, const struct str *y, size_t m, struct err *err)
{
    size_t first = SIZE_MAX, count = n > m ? n - m : m - n;
    for (size_t i = 0; i < MIN(n, m); i++) {
        if (str_eq(x[i], y[i])) continue;
        if (first == SIZE_MAX) first = i;
        count++;
    }
    if (count == 0) return RC_OK;
    if (first == SIZE_MAX) first = MIN(n, m);
    struct str a = first < n ? x[first] : STR("—"), b = first < m ? y[first] : STR("—");
    return err_set(err, &E_ballot_tellers_differ, NO_PLACE, str_u64(d->arena, first + 1), a, b, str_u64(d->arena, count));
}

enum rc ballot_enter(struct ballot_door *d, const struct ballot_entered *g, uint64_t *id, struct changed *last, struct err *err)
{
    struct urn u;
    size_t n, m;
    TRY(urn_registers(&u, d->records, d->arena, err));
    TRY(declaration_find(&u, g->opening.declaration, err));
    TRY(opening_check(&u, &g->opening, false, err));
    TRY(differential_check(&u, &g->opening, err));
    struct str *x = lines_of_text(d->arena, g->first, &n), *y = lines_of_text(d->arena, g->second, &m);
    TRY(tellers_compare(d, x, n, y, m, err));
    if (g->present > g->entitled || g->present < 0) return err_set(err, &E_ballot_counts, NO_PLACE, STR("实到多于应到"), STR("more are present than entitled"));
    if ((int64_t)n > g->present) return err_set(err, &E_ballot_counts, NO_PLACE, STR("收回的票多于发出的票，这次投票无效"), STR("more papers came back than were given out: the vote is void"));
    TRY(records_hold(d->records, err));
    enum rc rc = record_make(&u, d, &g->opening, g->entitled, last, err);
    if (rc == RC_OK) rc = urn_open(&u, d->records, last->id, d->arena, err);
    *id = u.id;
    if (rc == RC_OK) rc = finish(&u, d, x, n, g->present, last, err);
    return records_settle(d->records, rc, err);
}

/* ---- counting again ---- */

struct gather { struct urn *u; VEC(struct str) papers; VEC(bool) valid; };

static enum rc gather_one(void *ctx, const struct record *rec, struct err *err)
{
    (void)err;
    struct gather *g = ctx;
    if ((uint64_t)rec->values[g->u->p[P_BALLOT]->column].i != g->u->id) return RC_OK;
    const struct sv *text = &rec->values[g->u->p[P_TEXT]->column];
    struct str paper = text->kind == SV_TEXT ? str_dup(g->u->a, text->s) : STR("");
    vec_push(g->u->a, &g->papers, paper);
    vec_push(g->u->a, &g->valid, paper_valid(g->u, paper));
    return RC_OK;
}

enum rc ballot_recount(struct records *rs, uint64_t id, struct arena *a, struct str *text, bool *same, struct err *err)
{
    struct urn u;
    TRY(urn_open(&u, rs, id, a, err));
    if (!str_eq(u.state, STR("closed"))) return err_set0(err, &E_ballot_not_closed, NO_PLACE);
    struct gather g = {.u = &u};
    TRY(record_each(rs, u.papers, RECORD_BY_ID, false, gather_one, &g, err));
    if (g.papers.len == 0 && u.cast > 0) { /* a small group: its papers were not kept */
        *text = u.result;
        *same = true;
        return RC_OK;
    }
    TRY(papers_count(&u, g.papers.at, g.valid.at, g.papers.len, false, text, err));
    *same = str_eq(*text, u.result);
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

/* ---- verify ---- */

struct rows_look { struct urn *u; struct ballot_rows rows; };

static enum rc rows_one(void *ctx, const struct record *rec, struct err *err)
{
    struct rows_look *k = ctx;
    int64_t envelopes, used, seats;
    TRY(rows_count(&k->rows, rec->id, k->u->a, &envelopes, &used, &seats, err));
    bool open = str_eq(rec->values[k->u->f[B_STATE]->column].s, STR("open"));
    if (envelopes == used && (open || envelopes + seats == 0)) return RC_OK;
    return err_set(err, &E_ballot_rows, NO_PLACE, str_u64(k->u->a, rec->id), str_i64(k->u->a, envelopes), str_i64(k->u->a, used));
}

enum rc ballot_rows_check(struct records *rs, struct arena *a, struct err *err)
{
    struct urn u;
    if (pack_register_find(records_set(rs), STR("ballot")) == NULL) return RC_OK;
    TRY(urn_registers(&u, rs, a, err));
    struct rows_look k = {.u = &u};
    TRY(ballot_bind(records_store(rs), a, &k.rows, err));
    return record_each(rs, u.reg, RECORD_BY_ID, false, rows_one, &k, err);
}
