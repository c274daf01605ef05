/* judge.c - findings enter the books: a newly true one opens, one that no longer holds closes.  Identity is (rule, register, record), of a rule over
 * pairs (rule, register, record, the other record). */
#include "area/inner.h"

/* The fields of packs/core that this verb fills. */
enum { F_RULE, F_REGISTER, F_SUBJECT, F_OPENED, F_SEVERITY, F_PACK, F_READS, F_JUDGED, F_WITH_REGISTER, F_WITH, F_COUNT };
static const struct str field_names[F_COUNT] = {
    STR_INIT("rule"),     STR_INIT("subject_register"), STR_INIT("subject"), STR_INIT("opened"),
    STR_INIT("severity"), STR_INIT("pack_version"),     STR_INIT("reads"),    STR_INIT("judged"),
    STR_INIT("second_register"), STR_INIT("second"),
};

struct book {
    const struct pack_register *reg;
    const struct pack_field *f[F_COUNT];
};

static enum rc book_open(struct door *d, struct book *b, struct err *err)
{
    b->reg = pack_register_find(records_set(d->area->records), STR("finding"));
    if (b->reg == NULL) return err_set(err, &E_area_core_missing, NO_PLACE, STR("finding"), STR(""));
    for (size_t i = 0; i < F_COUNT; i++) {
        b->f[i] = pack_field_find(b->reg, field_names[i]);
        if (i >= F_JUDGED && b->f[i] == NULL) continue; /* a pack of one's own may do without */
        if (b->f[i] == NULL || b->f[i]->derive != NULL)
            return err_set(err, &E_area_core_missing, NO_PLACE, str_cat(&d->area->batch, STR("finding."), field_names[i]), STR(""));
    }
    return RC_OK;
}

static struct str identity(struct arena *a, struct str rule, struct str reg, uint64_t id, uint64_t with)
{
    return str_cat(a, rule, STR("\n"), reg, STR("\n"), str_u64(a, id), STR("\n"), str_u64(a, with));
}

static uint64_t with_of(const struct record *rec, const struct pack_field *f)
{
    return f == NULL || rec->values[f->column].kind != SV_INT ? 0 : (uint64_t)rec->values[f->column].i;
}

struct open_finding {
    uint64_t id;
    struct str rule, reads;
    bool holds;
};

struct open_list {
    struct arena *arena;
    const struct book *book;
    struct map by_identity;
};

static enum rc take_open(void *ctx, const struct record *rec, struct err *err)
{
    (void)err;
    struct open_list *l = ctx;
    const struct sv *rule = &rec->values[l->book->f[F_RULE]->column], *reg = &rec->values[l->book->f[F_REGISTER]->column],
                    *subject = &rec->values[l->book->f[F_SUBJECT]->column], *reads = &rec->values[l->book->f[F_READS]->column];
    struct open_finding *o = arena_new(l->arena, struct open_finding);
    *o = (struct open_finding){rec->id, str_dup(l->arena, rule->s), str_dup(l->arena, reads->s), false};
    map_put(l->arena, &l->by_identity, identity(l->arena, rule->s, reg->s, (uint64_t)subject->i, with_of(rec, l->book->f[F_WITH])), o);
    return RC_OK;
}

/* What a person has put aside, with the values it was put aside for: it stays aside until they change. */
struct aside {
    struct arena *arena;
    const struct pack_field *rule, *reg, *subject, *reads, *with;
    struct map by_identity;
};

static enum rc take_aside(void *ctx, const struct record *rec, struct err *err)
{
    (void)err;
    struct aside *s = ctx;
    struct str *reads = arena_new(s->arena, struct str);
    *reads = str_dup(s->arena, rec->values[s->reads->column].s);
    map_put(s->arena, &s->by_identity,
            identity(s->arena, rec->values[s->rule->column].s, rec->values[s->reg->column].s, (uint64_t)rec->values[s->subject->column].i, with_of(rec, s->with)),
            reads);
    return RC_OK;
}

static enum rc aside_read(struct door *d, struct aside *s, struct err *err)
{
    const struct pack_register *r = pack_register_find(records_set(d->area->records), STR("dismissal"));
    if (r == NULL) return RC_OK;
    s->rule = pack_field_find(r, field_names[F_RULE]);
    s->reg = pack_field_find(r, field_names[F_REGISTER]);
    s->subject = pack_field_find(r, field_names[F_SUBJECT]);
    s->reads = pack_field_find(r, field_names[F_READS]);
    s->with = pack_field_find(r, field_names[F_WITH]);
    if (s->rule == NULL || s->reg == NULL || s->subject == NULL || s->reads == NULL)
        return err_set(err, &E_area_core_missing, NO_PLACE, STR("dismissal"), STR(""));
    return record_each(d->area->records, r, RECORD_BY_ID, false, take_aside, s, err);
}

static struct str packs_text(struct door *d)
{
    const struct pack_set *set = records_set(d->area->records);
    struct buf b;
    buf_init(&b, 4096);
    for (uint32_t i = 0; i < set->packs_count; i++) {
        if (i > 0) buf_lit(&b, "; ");
        buf_str(&b, set->packs[i].name);
        buf_char(&b, ' ');
        buf_str(&b, set->packs[i].version);
    }
    struct str s = str_dup(&d->area->batch, buf_view(&b));
    buf_fini(&b);
    return s;
}

static enum rc open_one(struct door *d, const struct book *b, const struct judge_finding *f, struct str packs, struct err *err)
{
    struct arena *a = &d->area->batch;
    struct sv *values = arena_array(a, struct sv, b->reg->stored_count + 1);
    static const struct str severity[] = {STR_INIT("info"), STR_INIT("warn"), STR_INIT("serious")};
    values[b->f[F_RULE]->column] = sv_text(f->rule->d.name);
    values[b->f[F_REGISTER]->column] = sv_text(f->rule->over->d.name);
    values[b->f[F_SUBJECT]->column] = sv_int((int64_t)f->id);
    values[b->f[F_OPENED]->column] = sv_int(d->change.today);
    if (f->rule->each != NULL && (b->f[F_WITH] == NULL || b->f[F_WITH_REGISTER] == NULL))
        return err_set(err, &E_area_core_missing, NO_PLACE, STR("finding.second"), STR(""));
    if (b->f[F_WITH] != NULL) values[b->f[F_WITH]->column] = sv_int((int64_t)f->with);
    if (f->rule->each != NULL) values[b->f[F_WITH_REGISTER]->column] = sv_text(f->rule->each->d.name);
    if (b->f[F_JUDGED] != NULL) values[b->f[F_JUDGED]->column] = sv_int(d->change.today);
    values[b->f[F_PACK]->column] = sv_text(packs);
    values[b->f[F_READS]->column] = sv_text(f->reads);
    TRY(record_value_parse(d->area->records, b->f[F_SEVERITY], severity[f->rule->severity], a, &values[b->f[F_SEVERITY]->column], err));
    struct changed c;
    return record_create(d->area->records, b->reg, &d->change, values, &c, err);
}

enum rc verb_judge(struct door *d, struct err *err)
{
    const struct args_judge *g = d->command->args;
    struct arena *a = &d->area->batch;
    const struct pack_set *set = records_set(d->area->records);
    struct book book;
    TRY(book_open(d, &book, err));
    d->change.today = g->today;
    struct open_list list = {.arena = a, .book = &book};
    TRY(record_each(d->area->records, book.reg, RECORD_BY_ID, false, take_open, &list, err));
    struct aside aside = {.arena = a};
    TRY(aside_read(d, &aside, err));
    struct str packs = packs_text(d);
    uint64_t opened = 0, closed = 0;
    for (size_t i = 0; i < g->count; i++) {
        const struct pack_rule *rule = g->findings[i].rule;
        if (rule->idx >= set->rules_count || set->rules[rule->idx] != rule) return err_set(err, &E_area_packs_moved, NO_PLACE, STR(""));
        struct str who = identity(a, rule->d.name, rule->over->d.name, g->findings[i].id, g->findings[i].with);
        struct open_finding *o = map_find(&list.by_identity, who);
        if (o != NULL) {
            o->holds = true;
            continue;
        }
        const struct str *put_aside = map_find(&aside.by_identity, who);
        if (put_aside != NULL && str_eq(*put_aside, g->findings[i].reads)) continue;
        TRY(open_one(d, &book, &g->findings[i], packs, err));
        opened++;
    }
    for (size_t i = 0; i < g->kept_count; i++) {
        const struct judge_kept *k = &g->kept[i];
        struct open_finding *o = map_find(&list.by_identity, identity(a, k->rule->d.name, k->rule->over->d.name, k->id, k->with));
        if (o != NULL) o->holds = true;
    }
    for (size_t i = 0; i < list.by_identity.len; i++) {
        struct open_finding *o = list.by_identity.entry[i].value;
        if (str_find_char(o->rule, '/') != SIZE_MAX) continue; /* raised by an act, not by a rule: it stays until a person has seen to it */
        if (o->holds || (g->only.len > 0 && !str_eq(o->rule, g->only))) continue;
        struct changed c;
        TRY(record_close(d->area->records, book.reg, o->id, 0, &d->change, &c, err));
        TRY(slip_finding_gone(d->area->records, &d->change, o->id, a, err));
        closed++;
    }
    struct slip_day day = {0};
    if (g->only.len == 0) TRY(slip_daily(d->area->records, &d->change, a, &day, err));
    if (g->slips != NULL) *g->slips = day;
    if (g->opened != NULL) *g->opened = opened;
    if (g->closed != NULL) *g->closed = closed;
    return RC_OK;
}
