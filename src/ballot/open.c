/* open.c - a ballot begins: who stands, for how many places, in which round, in what order the names are printed. */
#include "ballot/inner.h"

static enum rc bad(struct err *err, const char *zh, const char *en) { return err_set(err, &E_ballot_opening, NO_PLACE, str_c(zh), str_c(en)); }

/* ---- the round before ---- */

static bool said(const struct json *line, const char *key)
{
    const struct json *v = json_get(line, str_c(key));
    return v != NULL && v->kind == JSON_TRUE;
}

/* Places that are left, and by candidate whether he still stands and is tied. */
static enum rc earlier_read(const struct urn *e, int64_t *left, bool *stands, bool *tied, struct err *err)
{
    struct json *j = NULL;
    TRY(json_parse(e->a, e->result, &j, err));
    const struct json *lines = json_get(j, STR("lines"));
    uint32_t i = 0;
    *left = e->places;
    for (const struct json *l = lines == NULL ? NULL : lines->first; l != NULL && i < e->candidates_count; l = l->next, i++) {
        stands[i] = !said(l, "passed");
        tied[i] = said(l, "tied");
        *left -= e->b->kind == BALLOT_CHOOSE && !stands[i];
    }
    return RC_OK;
}

static bool among(const struct urn *e, const bool *stands, struct str name)
{
    for (uint32_t i = 0; i < e->candidates_count; i++)
        if (stands[i] && str_eq(e->candidates[i], name)) return true;
    return false;
}

/* Candidates and places of a further round: those given, or the tied, or all who did not pass. */
static enum rc round_take(struct urn *u, const struct ballot_opening *g, struct err *err)
{
    struct urn e;
    bool stands[BALLOT_CANDIDATES_MAX] = {false}, tied[BALLOT_CANDIDATES_MAX] = {false}, any = false;
    int64_t left;
    TRY(urn_open(&e, u->rs, g->earlier, u->a, err));
    if (!str_eq(e.state, STR("closed"))) return err_set0(err, &E_ballot_not_closed, NO_PLACE);
    if (e.round >= e.b->rounds) return err_set(err, &E_ballot_last_round, NO_PLACE, e.b->d.title.zh, str_i64(u->a, e.b->rounds));
    TRY(earlier_read(&e, &left, stands, tied, err));
    u->b = e.b;
    u->earlier = g->earlier;
    u->of_case = e.of_case;
    u->round = e.round + 1;
    u->places = g->places > 0 ? g->places : MAX(left, 1);
    if (e.b->kind == BALLOT_CHOOSE && (left < 1 || u->places > left)) return err_set(err, &E_ballot_round, NO_PLACE, STR("名额已经选满"), STR("no places are left"));
    for (uint32_t i = 0; i < e.candidates_count; i++) any = any || tied[i];
    for (uint32_t i = 0; i < e.candidates_count && g->candidates_count == 0; i++)
        if (any ? tied[i] : stands[i]) u->candidates[u->candidates_count++] = e.candidates[i];
    for (uint32_t i = 0; i < g->candidates_count; i++) {
        if (!among(&e, stands, g->candidates[i])) return err_set(err, &E_ballot_round, NO_PLACE, str_cat(u->a, STR("“"), g->candidates[i], STR("”不在上一轮没有通过的人里")), str_cat(u->a, g->candidates[i], STR(" did not stand, or has passed")));
        u->candidates[u->candidates_count++] = g->candidates[i];
    }
    return u->candidates_count > 0 ? RC_OK : err_set(err, &E_ballot_round, NO_PLACE, STR("上一轮全部通过"), STR("all have passed"));
}

/* ---- what is asked of an opening ---- */

struct printed { struct str name, key; };
static int by_key(const void *x, const void *y) { return str_cmp(((const struct printed *)x)->key, ((const struct printed *)y)->key); }

static void strokes_sort(struct urn *u)
{
    struct printed *p = arena_array(u->a, struct printed, u->candidates_count + 1);
    for (uint32_t i = 0; i < u->candidates_count; i++) p[i] = (struct printed){u->candidates[i], uni_sort_key(u->a, SORT_STROKES, u->candidates[i])};
    qsort(p, u->candidates_count, sizeof *p, by_key);
    for (uint32_t i = 0; i < u->candidates_count; i++) u->candidates[i] = p[i].name;
}

static enum rc names_check(const struct urn *u, struct err *err)
{
    size_t longest = 8; /* what a paper may need at most */
    for (uint32_t i = 0; i < u->b->options_count; i++) longest = MAX(longest, u->b->options[i].name.len + 4);
    if (u->candidates_count == 0 || (u->candidates_count + 1) * (longest + 2) > PAPER_TEXT_MAX - 20) return bad(err, "票上的人太少或太多", "too few or too many names for a paper");
    for (uint32_t i = 0; i < u->candidates_count; i++) {
        if (u->candidates[i].len == 0 || str_find_char(u->candidates[i], '\n') != SIZE_MAX) return bad(err, "有空的名字", "a name is empty");
        for (uint32_t k = 0; k < i; k++)
            if (str_eq(u->candidates[i], u->candidates[k])) return err_set(err, &E_ballot_paper_twice, NO_PLACE, u->candidates[i]);
    }
    return RC_OK;
}

static enum rc seats_check(const struct urn *u, const struct ballot_opening *g, struct err *err)
{
    if (u->b->mode != MODE_SIGN_IN && u->b->mode != MODE_CODE) return bad(err, "这种票没有声明可以电子投票（mode 和 permit）", "this ballot is not declared for electronic voting (mode and permit)");
    if (g->seats_count == 0 || g->seats_count > BALLOT_SEATS_MAX) return bad(err, "名册空着或者太长", "the roll is empty or too long");
    for (size_t i = 0; i < g->seats_count; i++) {
        bool known = u->b->classes_count == 0 && g->seats[i].class.len == 0;
        for (uint32_t c = 0; c < u->b->classes_count; c++) known = known || str_eq(u->b->classes[c].name, g->seats[i].class);
        if (!known) return bad(err, "席位的类别不对", "a seat's class is wrong");
    }
    return RC_OK;
}

/* More candidates than places, by a number or a share of the places (rounded up); of the first round only: a further one has those who are left. */
static enum rc differential_check(const struct urn *u, struct err *err)
{
    const struct pack_param *p = u->b->differential;
    const struct pack_param_value *v = urn_value(u, p);
    if (u->round > 1 || p == NULL) return RC_OK;
    if (v == NULL) return bad(err, "差额的参数今天没有有效的值", "the differential has no value in force today");
    int64_t q = v->q == 0 ? 1 : v->q, more = p->type == PARAM_FRACTION ? (u->places * v->p + q - 1) / q : v->p;
    return (int64_t)u->candidates_count >= u->places + more ? RC_OK : bad(err, "候选人没有达到差额", "there are too few candidates for the places");
}

enum rc opening_take(struct urn *u, struct ballot_door *d, const struct ballot_opening *g, bool seats, bool printed, struct err *err)
{
    TRY(urn_registers(u, d->records, d->arena, err));
    u->candidates = arena_array(u->a, struct str, BALLOT_CANDIDATES_MAX + 1);
    u->opened = d->change.today;
    u->round = 1;
    u->places = g->places;
    if (g->candidates_count > BALLOT_CANDIDATES_MAX) return bad(err, "票上的人太少或太多", "too few or too many names for a paper");
    if (g->earlier != 0) {
        TRY(round_take(u, g, err));
    } else {
        TRY(urn_declared(u, g->declaration, err));
        for (uint32_t i = 0; i < g->candidates_count; i++) u->candidates[u->candidates_count++] = g->candidates[i];
    }
    if (g->of_case != 0 && u->of_case != 0 && g->of_case != u->of_case) return bad(err, "再投一轮的案件和上一轮的不是同一件", "a further round is of the case of the earlier one");
    if (g->of_case != 0) u->of_case = g->of_case;
    TRY(names_check(u, err));
    if (u->b->kind == BALLOT_CHOOSE && (u->places < 1 || u->places > u->candidates_count)) return bad(err, "应选名额不对", "the places to be filled are wrong");
    TRY(differential_check(u, err));
    if (seats) TRY(seats_check(u, g, err));
    if (!u->b->names_given && !printed) strokes_sort(u);
    return RC_OK;
}

enum rc opening_put(struct urn *u, struct ballot_door *d, const struct ballot_opening *g, struct str state, int64_t roll, int64_t present, struct changed *out, struct err *err)
{
    struct sv *v = arena_array(d->arena, struct sv, u->reg->stored_count + 1);
    struct str names = STR("");
    for (uint32_t i = 0; i < u->candidates_count; i++) names = str_cat(d->arena, names, i > 0 ? STR("\n") : STR(""), u->candidates[i]);
    v[u->f[B_DECLARATION]->column] = sv_text(u->b->d.name);
    v[u->f[B_TITLE]->column] = sv_text(g->title);
    v[u->f[B_STATE]->column] = sv_text(state);
    v[u->f[B_OPENED]->column] = sv_int(d->change.today);
    v[u->f[B_CANDIDATES]->column] = sv_text(names);
    v[u->f[B_PLACES]->column] = sv_int(u->places);
    v[u->f[B_ROLL]->column] = sv_int(roll);
    if (present >= 0) v[u->f[B_PRESENT]->column] = sv_int(present);
    v[u->f[B_KEY]->column] = sv_text(str_hex(d->arena, g->public_key, BALLOT_KEY_LEN));
    if (g->tellers.len > 0) v[u->f[B_TELLERS]->column] = sv_text(g->tellers);
    v[u->f[B_ROUND]->column] = sv_int(u->round);
    if (u->earlier != 0) v[u->f[B_EARLIER]->column] = sv_int((int64_t)u->earlier);
    if (u->of_case != 0 && u->f[B_CASE] == NULL) return err_set(err, &E_ballot_core, NO_PLACE, STR("ballot.case"));
    if (u->of_case != 0) v[u->f[B_CASE]->column] = sv_int((int64_t)u->of_case);
    TRY(record_create(d->records, u->reg, &d->change, v, out, err));
    u->id = out->id;
    u->roll = roll;
    u->present = present;
    return RC_OK;
}

enum rc ballot_open(struct ballot_door *d, const struct ballot_opening *g, uint64_t *id, struct changed *last, struct err *err)
{
    struct urn u;
    struct ballot_rows rows;
    TRY(opening_take(&u, d, g, true, false, err));
    TRY(ballot_bind(records_store(d->records), d->arena, &rows, err));
    TRY(records_hold(d->records, err));
    enum rc rc = opening_put(&u, d, g, STR("open"), (int64_t)g->seats_count, -1, last, err);
    for (size_t i = 0; rc == RC_OK && i < g->seats_count; i++) rc = seat_put(&rows, last->id, &g->seats[i], err);
    *id = last->id;
    return records_settle(d->records, rc, err);
}

enum rc present_check(int64_t entitled, int64_t present, struct err *err)
{
    if (present < 0 || present > entitled || entitled > BALLOT_SEATS_MAX) return err_set(err, &E_ballot_counts, NO_PLACE, STR("实到多于应到"), STR("more are present than entitled"));
    return RC_OK;
}

enum rc ballot_prepare(struct ballot_door *d, const struct ballot_opening *g, int64_t entitled, int64_t present, uint64_t *id, struct changed *last, struct err *err)
{
    struct urn u;
    TRY(opening_take(&u, d, g, false, false, err));
    TRY(present_check(entitled, present, err));
    TRY(records_hold(d->records, err));
    enum rc rc = opening_put(&u, d, g, STR("entering"), entitled, present, last, err);
    *id = last->id;
    return records_settle(d->records, rc, err);
}
