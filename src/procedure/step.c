/* step.c - who may act, on what day, at which step; what opens next; how rows are written. */
#include "procedure/inner.h"

/* ---- writing ---- */

enum rc put_row(struct doing *k, struct row *r, uint64_t id, uint64_t *made)
{
    const struct pack_register *reg = k->book.r[r->reg];
    struct change c = k->d->change;
    struct changed done = {0};
    c.happened = k->day;
    if (id != 0) {
        TRY(record_update(k->now, reg, id, 0, &c, r->count, r->fields, r->values, &done, k->err));
    } else {
        struct sv *values = arena_array(k->a, struct sv, reg->stored_count + 1);
        for (uint32_t i = 0; i < reg->stored_count; i++) values[i] = (struct sv){SV_NULL, 1, {NULL, 0}};
        for (uint32_t i = 0; i < r->count; i++) values[r->fields[i]->column] = r->values[i];
        TRY(record_create(k->now, reg, &c, values, &done, k->err));
    }
    doing_wrote(k);
    if (!done.unchanged) k->done->last = done;
    if (made != NULL) *made = done.id;
    return RC_OK;
}

void actor_put(struct doing *k, struct row *r, int account, int by)
{
    if (k->d->actor.account != 0) row_int(r, account, (int64_t)k->d->actor.account);
    row_text(r, by, text_cut(k->d->actor.name, 180));
}

/* An act that is not in order raises a finding of its own: the rule is named procedure/step, which no pack's rule can be. */
enum rc finding_raise(struct doing *k, struct str what, bool serious)
{
    static const char *const names[] = {"rule", "subject_register", "subject", "opened", "severity", "pack_version", "judged", "second"};
    const struct pack_register *reg = pack_register_find(k->now_set, STR("finding"));
    const struct pack_field *f[ARRAY_LEN(names)];
    for (size_t i = 0; reg != NULL && i < ARRAY_LEN(names); i++) f[i] = pack_field_find(reg, str_c(names[i]));
    if (reg == NULL || f[0] == NULL || f[1] == NULL || f[2] == NULL || f[3] == NULL || f[4] == NULL || f[5] == NULL) return err_set(k->err, &E_case_core, NO_PLACE, STR("finding"));
    struct sv *v = arena_array(k->a, struct sv, reg->stored_count + 1);
    struct str version = STR("");
    for (uint32_t i = 0; i < k->set->packs_count; i++) version = str_cat(k->a, version, i > 0 ? STR("; ") : STR(""), k->set->packs[i].name, STR(" "), k->set->packs[i].version);
    v[f[0]->column] = sv_text(text_cut(str_cat(k->a, k->c->procedure, STR("/"), what), 80));
    v[f[1]->column] = sv_text(STR("case"));
    v[f[2]->column] = sv_int((int64_t)k->c->id);
    v[f[3]->column] = sv_int(k->today);
    v[f[4]->column] = sv_text(serious ? STR("serious") : STR("warn"));
    v[f[5]->column] = sv_text(text_cut(version, 200));
    if (f[6] != NULL) v[f[6]->column] = sv_int(k->today);
    if (f[7] != NULL) v[f[7]->column] = sv_int(0); /* part of what makes it one of its kind */
    struct changed done;
    struct err e;
    err_clear(&e);
    enum rc rc = record_create(k->now, reg, &k->d->change, v, &done, &e);
    if (rc == RC_CONFLICT) return RC_OK; /* it stands already, from an earlier round */
    if (rc != RC_OK && k->err != NULL) *k->err = e;
    return rc;
}

/* ---- who, when ---- */

static bool listed(const struct str *list, uint32_t n, struct str s)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(list[i], s)) return true;
    return false;
}

static void roles_add(struct str *to, uint32_t *n, uint32_t max, const struct str *from, uint32_t count)
{
    for (uint32_t i = 0; i < count && *n < max; i++)
        if (!listed(to, *n, from[i])) to[(*n)++] = from[i];
}

/* In scope by his roles, or one who acts in it about himself. */
enum rc seen_check(struct doing *k)
{
    enum { ROLES_MAX = 200 };
    const struct case_actor *who = &k->d->actor;
    const struct pack_procedure *p = k->c->p;
    struct record seen;
    if (who->grant == NULL) return RC_OK;
    struct err absent;
    err_clear(&absent);
    enum rc rc = record_see(k->now, who->grant, k->book.r[BOOK_CASE], k->c->id, k->a, &seen, NULL, &absent);
    if (rc == RC_OK) return RC_OK;
    if (rc == RC_ABSENT) {
        struct str *roles = arena_array(k->a, struct str, ROLES_MAX);
        uint32_t n = 0;
        roles_add(roles, &n, ROLES_MAX, p->opening->by, p->opening->by_count);
        for (uint32_t i = 0; i < p->steps_count; i++) {
            const struct pack_step *s = p->steps[i];
            roles_add(roles, &n, ROLES_MAX, s->by, s->by_count);
            if (s->sub != NULL) roles_add(roles, &n, ROLES_MAX, s->sub->proc->opening->by, s->sub->proc->opening->by_count);
            if (s->refer != NULL) roles_add(roles, &n, ROLES_MAX, s->refer->by, s->refer->by_count);
        }
        enum access_acts acts = ACTS_NOT;
        struct access_world w = record_world(k->now);
        TRY(grant_acts(who->grant, roles, n, register_now(k, p->subject), k->c->subject, &w, &acts, k->err));
        if (acts == ACTS_YES) return RC_OK;
    }
    if (k->err != NULL) *k->err = absent;
    return rc;
}

enum rc person_check(struct doing *k, const struct str *roles, uint32_t n, struct str what)
{
    const struct case_actor *who = &k->d->actor;
    if (who->operator_) return RC_OK;
    if (who->grant != NULL) {
        enum access_acts acts = ACTS_NOT;
        struct access_world w = record_world(k->now);
        TRY(grant_acts(who->grant, roles, n, register_now(k, k->c->p->subject), k->c->subject, &w, &acts, k->err));
        if (acts == ACTS_YES) return RC_OK;
        if (acts == ACTS_ELSEWHERE) return stop(k, false, STR("role"), STR(""), &E_case_scope, who->name.len > 0 ? who->name : STR("—"), what, role_titles(k, roles, n));
    }
    for (uint32_t i = 0; i < n && who->grant == NULL; i++)
        for (size_t r = 0; r < who->roles_count; r++)
            if (str_eq(roles[i], who->roles[r])) return RC_OK;
    return stop(k, false, STR("role"), STR(""), &E_case_role, who->name.len > 0 ? who->name : STR("—"), what, role_titles(k, roles, n), what);
}

static enum rc not_by_check(struct doing *k)
{
    const struct case_actor *who = &k->d->actor;
    for (uint32_t i = 0; i < k->step->not_by_count; i++) {
        const struct step_now *s = &k->c->steps[k->step->not_by[i]];
        bool same = (who->account != 0 && who->account == s->account) || (s->by.len > 0 && str_eq(s->by, who->name));
        if (same) TRY(stop(k, true, STR("not-by"), STR(""), &E_case_not_by, who->name, k->c->p->steps[k->step->not_by[i]]->title.zh, k->step->title.zh));
    }
    return RC_OK;
}

/* The day on which it happened: not after today; and if long before it, a paper and a second person. */
enum rc day_check(struct doing *k)
{
    if (k->day > k->today) return stop(k, false, STR("late"), STR(""), &E_case_future, day_print(k->a, k->day), day_print(k->a, k->today));
    if (k->day == k->today) return RC_OK;
    day_num until = k->day;
    bool known = true;
    if (k->c->p->late != NULL) TRY(due_after(k, k->c->p->late, world_vars(k, NULL, -1), k->day, &known, &until));
    k->late = k->today > (known ? until : k->day);
    if (!k->late) return RC_OK;
    struct str second = str_trim(k->entry->second);
    if (str_trim(k->entry->paper).len > 0 && second.len > 0 && !str_eq(second, k->d->actor.name)) return RC_OK;
    return stop(k, false, STR("late"), STR(""), &E_case_late, day_print(k->a, k->day));
}

enum rc open_check(struct doing *k)
{
    if (str_eq(k->c->state, STR("open"))) return RC_OK;
    if (str_eq(k->c->state, STR("laid-down"))) return stop(k, false, STR("laid-down"), STR(""), &E_case_laid_down, STR(""));
    bool done = str_eq(k->c->state, STR("done"));
    return stop(k, false, STR("ended"), STR(""), &E_case_ended, done ? STR("办结") : STR("终止"), done ? STR("done") : STR("ended"));
}

enum rc step_find(struct doing *k, struct str name)
{
    const struct pack_procedure *p = k->c->p;
    k->step = pack_step_find(p, name);
    for (uint32_t i = 0; k->step == NULL && i < p->steps_count; i++) {
        const struct pack_step *s = p->steps[i];
        if ((s->notice != NULL && (str_eq(s->notice->d.name, name) || str_eq(s->notice->d.title.zh, name))) || (s->ballot != NULL && str_eq(s->ballot->d.name, name))) k->step = s;
    }
    if (k->step != NULL) return RC_OK;
    struct str *names = arena_array(k->a, struct str, (size_t)p->steps_count * 2 + 1);
    for (uint32_t i = 0; i < p->steps_count; i++) {
        names[2 * i] = p->steps[i]->name;
        names[2 * i + 1] = p->steps[i]->title.zh;
    }
    return err_set(k->err, &E_case_no_step, NO_PLACE, p->d.title.zh, name, nearest_name(name, (size_t)p->steps_count * 2, names));
}

static struct str open_steps(struct doing *k)
{
    struct str at = STR("");
    for (uint32_t i = 0; i < k->c->p->steps_count; i++)
        if (str_eq(k->c->steps[i].state, STR("open"))) at = str_cat(k->a, at, at.len > 0 ? STR("、") : STR(""), k->c->p->steps[i]->title.zh);
    return at;
}

enum rc step_ready(struct doing *k)
{
    const struct step_now *s = &k->c->steps[k->step->idx];
    struct str title = k->step->title.zh;
    if (s->id == 0) return stop(k, false, STR("order"), STR(""), &E_case_order, title, text2_in(&k->step->title, LANG_EN), open_steps(k));
    if (!str_eq(s->state, STR("open"))) return stop(k, false, STR("order"), STR(""), &E_case_not_open, title, text2_in(&k->step->title, LANG_EN));
    TRY(person_check(k, k->step->by, k->step->by_count, title));
    TRY(not_by_check(k));
    TRY(day_check(k));
    if (k->day < s->opened) return stop(k, false, STR("order"), STR(""), &E_case_day_order, day_print(k->a, k->day), day_print(k->a, s->opened));
    return RC_OK;
}

/* By its place in the case ("3"), or the key or name of its record. */
enum rc line_find(struct doing *k, struct str name, uint32_t *out)
{
    const struct pack_lines *p = k->c->p->lines;
    int64_t number = 0;
    uint64_t id = 0;
    if (p == NULL) return err_set(k->err, &E_case_no_line, NO_PLACE, name);
    for (uint32_t i = 0; i < k->c->lines_count; i++)
        if (in_play(k, k->step, i) && str_eq(k->c->lines[i].display, name)) {
            *out = i;
            return RC_OK;
        }
    bool numbered = str_to_i64(name, &number);
    struct err e;
    bool found = !numbered && record_resolve(k->rs, p->reg != NULL ? p->reg : p->who->f.ref, name, &id, &e) == RC_OK;
    for (uint32_t i = 0; i < k->c->lines_count; i++)
        if (in_play(k, k->step, i) && (numbered ? k->c->lines[i].number == number : found && k->c->lines[i].record == id)) {
            *out = i;
            return RC_OK;
        }
    return err_set(k->err, &E_case_no_line, NO_PLACE, name);
}

/* ---- what is next ---- */

static enum rc needed(struct doing *k, const struct pack_step *s, bool *out)
{
    struct fv v;
    *out = s->kinds_count == 0;
    for (uint32_t i = 0; i < k->c->lines_count && !*out; i++) *out = in_play(k, s, i);
    if (!*out || s->when == NULL) return RC_OK;
    TRY(ask(k, s->when, world_vars(k, s, -1), &v));
    *out = !(v.kind == FV_BOOL && !v.b); /* what nobody knows is needed */
    return RC_OK;
}

static enum rc step_open(struct doing *k, const struct pack_step *s, bool is_needed)
{
    struct step_now *now = &k->c->steps[s->idx];
    struct row r = row_of(&k->book, BOOK_STEP);
    row_int(&r, S_CASE, (int64_t)k->c->id);
    row_text(&r, S_STEP, s->name);
    row_int(&r, S_ROUND, ++k->c->rounds[s->idx]);
    row_text(&r, S_STATE, is_needed ? STR("open") : STR("skipped"));
    row_int(&r, S_OPENED, k->day);
    TRY(put_row(k, &r, 0, &now->id));
    now->state = is_needed ? STR("open") : STR("skipped");
    now->opened = k->day;
    return RC_OK;
}

static bool finished(const struct step_now *s)
{
    return s->id != 0 && !str_eq(s->state, STR("open"));
}

static enum rc case_put(struct doing *k, struct str state, struct str reason)
{
    struct row r = row_of(&k->book, BOOK_CASE);
    struct str at = STR("");
    for (uint32_t i = 0; i < k->c->p->steps_count; i++)
        if (str_eq(k->c->steps[i].state, STR("open"))) at = str_cat(k->a, at, at.len > 0 ? STR(" ") : STR(""), k->c->p->steps[i]->name);
    row_text(&r, C_STATE, state);
    row_text(&r, C_AT, at);
    if (!str_eq(state, STR("open"))) {
        row_int(&r, C_ENDED, k->day);
        row_text(&r, C_REASON, text_cut(reason, 2000));
    }
    k->c->state = state;
    return put_row(k, &r, k->c->id, NULL);
}

/* A case that is over, or laid down, leaves no step open: what stood beside the last one is locked. */
enum rc steps_lock(struct doing *k)
{
    for (uint32_t i = 0; i < k->c->p->steps_count; i++) {
        struct step_now *s = &k->c->steps[i];
        if (!str_eq(s->state, STR("open"))) continue;
        struct row r = row_of(&k->book, BOOK_STEP);
        row_text(&r, S_STATE, STR("locked"));
        TRY(put_row(k, &r, s->id, NULL));
        s->state = STR("locked");
        TRY(subs_lock(k, s, -1));
    }
    return RC_OK;
}

/* Over before its last step: a case that is laid down still shows where it stood. */
enum rc case_end(struct doing *k, struct str state, struct str reason)
{
    struct row r = row_of(&k->book, BOOK_CASE);
    TRY(steps_lock(k));
    row_text(&r, C_STATE, state);
    if (str_eq(state, STR("ended"))) row_text(&r, C_AT, STR(""));
    row_int(&r, C_ENDED, MAX(k->day, k->c->opened));
    row_text(&r, C_REASON, text_cut(reason, 2000));
    return put_row(k, &r, k->c->id, NULL);
}

static enum rc lines_finish(struct doing *k)
{
    for (uint32_t i = 0; i < k->c->lines_count; i++) {
        if (!str_eq(k->c->lines[i].state, STR("in"))) continue;
        struct row r = row_of(&k->book, BOOK_LINE);
        row_text(&r, L_STATE, STR("done"));
        TRY(put_row(k, &r, k->c->lines[i].id, NULL));
    }
    return RC_OK;
}

enum rc advance(struct doing *k)
{
    struct kase *c = k->c;
    bool any = c->p->lines == NULL;
    for (uint32_t i = 0; i < c->lines_count; i++) any = any || str_eq(c->lines[i].state, STR("in"));
    bool later = false;
    for (uint32_t i = 0; i < c->lines_count; i++) later = later || str_eq(c->lines[i].state, STR("deferred"));
    if (!any) TRY(steps_lock(k));
    if (!any) return case_put(k, STR("ended"), later ? STR("其余事项缓议") : STR("没有事项留下"));
    k->own = NULL;
    k->out = NULL;
    for (uint32_t g = 0; g < c->p->groups_count; g++) {
        bool over = true;
        for (uint32_t i = 0; i < c->p->steps_count; i++) {
            const struct pack_step *s = c->p->steps[i];
            if (s->group != g) continue;
            if (c->steps[i].id == 0) {
                bool yes = true;
                TRY(needed(k, s, &yes));
                TRY(step_open(k, s, yes));
            }
            over = over && finished(&c->steps[i]);
        }
        if (!over) return case_put(k, STR("open"), STR(""));
    }
    /* Over, but for what is irregular: it is done again, or the case is laid down. */
    for (uint32_t i = 0; i < c->p->steps_count; i++)
        if (c->steps[i].irregular) return case_put(k, STR("open"), STR(""));
    TRY(lines_finish(k));
    return case_put(k, STR("done"), STR(""));
}
