/*
 * county_test.c - the invented county is judged twice, by columns and record by record, on several days: every verdict of every rule must be
 * the same.  county_test SOURCE_FOLDER [PEOPLE]
 */
#include "area/area.h"
#include "rule/rule.h"
#include "sample/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct filling { struct area *area; uint64_t rows; };

static int fail(const struct err *e)
{
    fprintf(stderr, "%s: %s\n", err_code(e), e->en);
    return 1;
}

static enum rc take(void *ctx, struct str reg, struct str csv, struct err *err)
{
    struct filling *f = ctx;
    struct arena a;
    struct area_view v;
    struct import_plan plan = {0};
    struct import_result result = {0};
    arena_init(&a, (size_t)4 << 30);
    enum rc rc = area_view_open(f->area, &v, err);
    if (rc == RC_OK) {
        rc = import_read(v.records, pack_register_find(v.set, reg), csv, false, &a, &plan, err);
        struct args_import args = {.plan = &plan, .arena = &a, .result = &result};
        struct command cmd = {.verb = VERB_IMPORT, .happened = ENTRY_NO_DAY, .args = &args};
        if (rc == RC_OK) rc = area_submit(f->area, &cmd, NULL, err);
        area_view_close(&v);
    }
    arena_fini(&a);
    f->rows += result.created;
    return rc;
}

struct verdicts {
    struct verdict_of { const struct pack_rule *rule; uint64_t id, with; enum verdict verdict; } *at;
    size_t len, cap;
};

static enum rc note(void *ctx, const struct judged *j, struct err *err)
{
    struct verdicts *v = ctx;
    if (v->len == v->cap) {
        v->cap = v->cap == 0 ? 4096 : v->cap * 2;
        v->at = realloc(v->at, v->cap * sizeof *v->at);
        if (v->at == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    }
    v->at[v->len++] = (struct verdict_of){j->rule, j->id, j->with, j->verdict};
    return RC_OK;
}

static int compare(const struct verdicts *x, const struct verdicts *y, size_t counts[VERDICT_COUNT])
{
    for (size_t i = 0; i < x->len && i < y->len; i++) {
        const struct verdict_of *p = &x->at[i], *q = &y->at[i];
        counts[p->verdict]++;
        if (p->rule == q->rule && p->id == q->id && p->with == q->with && p->verdict == q->verdict) continue;
        fprintf(stderr, "by columns: %.*s, record %llu, %s; one by one: %.*s, record %llu, %s\n", (int)p->rule->d.name.len, p->rule->d.name.ptr,
                (unsigned long long)p->id, verdict_name(p->verdict), (int)q->rule->d.name.len, q->rule->d.name.ptr, (unsigned long long)q->id,
                verdict_name(q->verdict));
        return 1;
    }
    if (x->len == y->len) return 0;
    fprintf(stderr, "by columns %zu verdicts, one by one %zu\n", x->len, y->len);
    return 1;
}

static int judge_both(struct area *area, size_t *total, size_t counts[VERDICT_COUNT])
{
    static const char *const days[] = {"2026-04-10", "2025-01-31", "2024-02-29", "2030-12-31", "2050-01-01"};
    struct area_view v;
    struct err err;
    struct arena a;
    err_clear(&err);
    if (area_view_open(area, &v, &err) != RC_OK) return fail(&err);
    arena_init(&a, (size_t)256 << 20);
    struct roster_want *want;
    struct roster *roster = NULL;
    size_t n;
    enum rc rc = judge_want(v.set, NULL, &a, &want, &n, &err);
    if (rc == RC_OK) rc = roster_load(v.records, want, n, &roster, &err);
    int wrong = 0;
    for (size_t i = 0; i < ARRAY_LEN(days) && rc == RC_OK && wrong == 0; i++) {
        struct verdicts both[2] = {0};
        for (int way = 0; way < 2 && rc == RC_OK; way++) {
            struct judge_options o = {.undetermined = true, .excepted = true, .bare = true, .by_rows = way == 1};
            (void)day_parse(str_c(days[i]), &o.today);
            rc = judge(roster, v.set, &o, note, &both[way], &err);
        }
        if (rc == RC_OK) wrong = compare(&both[0], &both[1], counts);
        *total += both[0].len;
        free(both[0].at);
        free(both[1].at);
    }
    uint32_t ready = 0;
    for (uint32_t i = 0; i < v.set->rules_count; i++) ready += v.set->rules[i]->vector_ready;
    if (ready * 10 < v.set->rules_count * 9) {
        fprintf(stderr, "only %u of %u rules can be judged by columns\n", ready, v.set->rules_count);
        wrong = 1;
    }
    roster_free(&roster);
    arena_fini(&a);
    area_view_close(&v);
    return rc != RC_OK ? fail(&err) : wrong;
}

int main(int argc, char **argv)
{
    struct arena a;
    struct err err;
    struct diags d;
    struct filling f = {0};
    struct pack_source *packs;
    size_t n = 0, total = 0, counts[VERDICT_COUNT] = {0};
    int64_t people = 400;
    if (argc < 2) return 2;
    if (argc > 2 && !str_to_i64(str_c(argv[2]), &people)) return 2;
    arena_init(&a, (size_t)256 << 20);
    err_clear(&err);
    diags_init(&d, &a, 100);
    struct str home = str_c(argv[1]), folder = str_cat(&a, home, STR("/packs/cn")), file = str_cat(&a, home, STR("/examples/changgeng/recipe.json"));
    FILE *in = fopen(str_cz(&a, file), "rb");
    char *text = arena_array(&a, char, 4 << 20);
    size_t len = in == NULL ? 0 : fread(text, 1, 4 << 20, in);
    if (in != NULL) (void)fclose(in);
    struct area_options o = {.memory = true, .disk_min = -1};
    struct sample_options so = {.people = people, .seed = 1};
    enum rc rc = pack_read_all(&a, &folder, 1, &packs, &n, &err);
    if (rc == RC_OK) rc = area_create_open(STR("county"), &o, packs, n, &d, &f.area, &err);
    if (rc == RC_OK) rc = sample_each(str_of(text, len), &so, &d, take, &f, &err);
    int wrong = rc != RC_OK ? fail(&err) : judge_both(f.area, &total, counts);
    printf("%llu records, %zu verdicts on five days: %zu hold, %zu excepted, %zu undetermined\n", (unsigned long long)f.rows, total, counts[VERDICT_HOLDS],
           counts[VERDICT_EXCEPTED], counts[VERDICT_UNDETERMINED]);
    if (counts[VERDICT_HOLDS] < 100 || counts[VERDICT_UNDETERMINED] == 0) wrong = 1; /* nothing was compared */
    area_close(&f.area);
    arena_fini(&a);
    return wrong;
}
