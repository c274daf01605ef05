/*
 * lab.c - the area in memory, and the order in which a scenario is played: given, refused, findings, values, rollback.
 */
#include "scenario/scenario_inner.h"

static enum rc shape(struct scenario_lab *lab, struct err *err)
{
    struct journal_options jo = {.alg = HASH_SHA256};
    struct arena tmp;
    arena_init(&tmp, (size_t)64 * 1024 * 1024);
    struct store_step *steps = NULL;
    enum rc rc = store_begin_write(lab->store, err);
    if (rc == RC_OK) rc = journal_create(lab->store, &jo, err);
    if (rc == RC_OK) rc = records_shape(lab->store, lab->set, false, &tmp, &steps, err);
    if (rc == RC_OK) rc = store_commit(lab->store, err);
    if (rc != RC_OK && store_in_transaction(lab->store)) store_rollback(lab->store);
    arena_fini(&tmp);
    return rc;
}

enum rc scenario_lab_open(const struct pack_set *set, struct scenario_lab **out, struct err *err)
{
    *out = NULL;
    struct scenario_lab *lab = calloc(1, sizeof(*lab));
    if (lab == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    lab->magic = LAB_MAGIC;
    lab->set = set;
    arena_init(&lab->arena, SCENARIO_ARENA_MAX);
    lab->rank = register_ranks(set, &lab->arena);
    struct store_options so = {.mode = STORE_CREATE, .memory = true};
    enum rc rc = store_open(STR("scenario"), &so, &lab->store, err);
    if (rc == RC_OK) rc = shape(lab, err);
    if (rc == RC_OK) rc = journal_open(lab->store, &lab->journal, err);
    if (rc == RC_OK) rc = records_open(lab->store, lab->journal, set, &lab->records, err);
    if (rc != RC_OK) {
        scenario_lab_close(&lab);
        return rc;
    }
    *out = lab;
    return RC_OK;
}

void scenario_lab_close(struct scenario_lab **lp)
{
    struct scenario_lab *lab = *lp;
    if (lab == NULL) return;
    MAGIC_CHECK(lab, LAB_MAGIC);
    if (lab->records != NULL) records_close(&lab->records);
    if (lab->journal != NULL) journal_close(&lab->journal);
    if (lab->store != NULL) store_close(&lab->store);
    arena_fini(&lab->arena);
    lab->magic = 0;
    free(lab);
    *lp = NULL;
}

void play_differ_n(struct play *p, const struct err_kind *kind, struct place place, size_t n, const struct str *args)
{
    diags_put_n(p->report, SEV_ERROR, kind, place, n, args);
    p->result->differ++;
}

struct str play_text(struct play *p, struct buf *b)
{
    struct str s = str_dup(p->a, buf_view(b));
    buf_fini(b);
    return s;
}

void scenario_lab_watch(struct scenario_lab *lab, void (*fn)(void *ctx, const struct scenario_seen *s), void *ctx)
{
    MAGIC_CHECK(lab, LAB_MAGIC);
    lab->watch = fn;
    lab->watch_ctx = ctx;
}

/* The set as the scenario wants it: the same, but a parameter that it sets has one value for all days. */
static const struct pack_set *set_with(struct play *p)
{
    const struct pack_scenario *s = p->s;
    if (s->with_count == 0) return p->lab->set;
    struct pack_set *set = arena_new(p->a, struct pack_set);
    *set = *p->lab->set;
    set->params = arena_array(p->a, struct pack_param, set->params_count);
    for (uint32_t i = 0; i < set->params_count; i++) set->params[i] = p->lab->set->params[i];
    for (uint32_t i = 0; i < s->with_count; i++) {
        struct pack_param *param = &set->params[s->with[i].param->slot];
        struct pack_param_value *value = arena_new(p->a, struct pack_param_value);
        *value = (struct pack_param_value){.from = INT64_MIN, .to = DAY_OPEN, .value = s->with[i].value, .p = s->with[i].p, .q = s->with[i].q, .place = s->d.place};
        param->values = value;
        param->values_count = 1;
    }
    return set;
}

static enum rc play(struct play *p, struct err *err)
{
    TRY(play_given(p, err));
    TRY(play_refused(p, err));
    TRY(play_acts(p, err));
    TRY(play_findings(p, err));
    return play_records(p, err);
}

enum rc scenario_lab_run(struct scenario_lab *lab, const struct pack_scenario *s, struct diags *report, struct scenario_result *out, struct err *err)
{
    MAGIC_CHECK(lab, LAB_MAGIC);
    *out = (struct scenario_result){.compared = 0, .differ = 0};
    struct arena_mark mark = arena_mark(&lab->arena);
    struct play p = {.lab = lab, .s = s, .a = &lab->arena, .report = report, .result = out, .records = lab->records};
    p.change = (struct change){.command = 1, .today = s->today, .happened = ENTRY_NO_DAY};
    p.set = set_with(&p);
    enum rc rc = RC_OK;
    struct records *own = NULL;
    if (p.set != lab->set) {
        rc = records_open(lab->store, lab->journal, p.set, &own, err);
        p.records = own;
    }
    if (rc == RC_OK) rc = store_begin_write(lab->store, err);
    if (rc == RC_OK) {
        rc = play(&p, err);
        roster_free(&p.roster);
        store_rollback(lab->store);
        journal_drop(lab->journal);
        records_drop(p.records);
    }
    if (own != NULL) {
        records_close(&own);
        records_drop(lab->records);
    }
    arena_reset(&lab->arena, mark);
    return rc;
}

enum rc scenario_run(const struct pack_set *set, const struct pack_scenario *s, struct diags *report, struct scenario_result *out, struct err *err)
{
    struct scenario_lab *lab = NULL;
    *out = (struct scenario_result){.compared = 0, .differ = 0};
    TRY(scenario_lab_open(set, &lab, err));
    enum rc rc = scenario_lab_run(lab, s, report, out, err);
    scenario_lab_close(&lab);
    return rc;
}

bool scenario_tests(const struct pack_scenario *s, const struct pack_rule *rule)
{
    for (uint32_t i = 0; i < s->tests_count; i++)
        if (str_eq(s->tests[i], rule->d.name)) return true;
    for (uint32_t i = 0; i < s->findings_count; i++)
        if (s->findings[i].rule == rule) return true;
    for (uint32_t i = 0; i < s->undetermined_count; i++)
        if (s->undetermined[i].rule == rule) return true;
    for (uint32_t i = 0; i < s->excepted_count; i++)
        if (s->excepted[i].rule == rule) return true;
    return false;
}
