/* notice.c - what is made public, for how long, and what people say to it. */
#include "procedure/inner.h"

struct notice_args { uint64_t id, number; struct str step, text, by; bool upheld; };

static enum rc text_of(struct doing *k, struct str *out)
{
    const struct pack_notice *n = k->step->notice;
    *out = STR("");
    if (k->c->p->lines == NULL) return tell(k, n->say, world_vars(k, k->step, -1), LANG_ZH, out);
    for (uint32_t i = 0; i < k->c->lines_count; i++) {
        struct str one;
        if (!in_play(k, k->step, i)) continue;
        TRY(tell(k, n->say, world_vars(k, k->step, i), LANG_ZH, &one));
        *out = str_cat(k->a, *out, out->len > 0 ? STR("\n") : STR(""), one);
    }
    return RC_OK;
}

/* A citizen's number (18 places) or a mobile telephone's (11) that a field let through: it never goes on a wall. */
static bool has_number(struct str text)
{
    for (size_t i = 0, run = 0; i <= text.len; i++) {
        bool digit = i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9', x = i < text.len && (text.ptr[i] == 'X' || text.ptr[i] == 'x');
        if (digit) {
            run++;
            continue;
        }
        if (run == 18 || (run == 17 && x)) return true;
        if (run == 11 && text.ptr[i - 11] == '1' && text.ptr[i - 10] >= '3') return true;
        run = 0;
    }
    return false;
}

static enum rc publish(struct doing *k, void *arg)
{
    const struct notice_args *g = arg;
    TRY(case_load(k, g->id, k->err));
    TRY(seen_check(k));
    TRY(open_check(k));
    TRY(step_find(k, g->step));
    if (k->step->notice == NULL) return err_set(k->err, &E_case_lines, NO_PLACE, str_cat(k->a, k->step->title.zh, STR("没有公示")), STR("this step has no notice"));
    TRY(step_ready(k));
    const struct step_now *s = &k->c->steps[k->step->idx];
    if (s->notice != 0) return stop(k, false, STR("notice"), STR(""), &E_case_posted, k->step->notice->d.title.zh);
    k->out = arena_array(k->a, bool, k->c->lines_count + 1);
    k->out_by = arena_array(k->a, struct str, k->c->lines_count + 1);
    TRY(gates_run(k, k->step, GATES_OPENING));
    for (uint32_t i = 0; i < k->c->p->steps_count; i++)
        if (k->c->steps[i].irregular) return stop(k, false, STR("irregular"), STR(""), &E_case_irregular, k->c->p->steps[i]->title.zh);
    const struct pack_notice *n = k->step->notice;
    day_num to;
    bool known;
    TRY(due_after(k, n->window, world_vars(k, k->step, -1), n->same_day ? k->day - 1 : k->day, &known, &to));
    if (!known) return stop(k, false, STR("window"), STR(""), &E_case_no_window, n->d.title.zh);
    struct str text;
    TRY(text_of(k, &text));
    if (has_number(text)) return stop(k, false, STR("notice"), STR(""), &E_case_notice_number, n->d.title.zh);
    struct row r = row_of(&k->book, BOOK_NOTICE);
    row_int(&r, N_STEP, (int64_t)s->id);
    row_text(&r, N_NOTICE, n->d.name);
    row_int(&r, N_POSTED, k->day);
    row_int(&r, N_FROM, n->same_day ? k->day : k->day + 1);
    row_int(&r, N_TO, to);
    row_text(&r, N_TEXT, text);
    return put_row(k, &r, 0, &k->done->record);
}

/* The step whose notice hangs. */
static enum rc hanging(struct doing *k, uint64_t id, const struct step_now **out)
{
    TRY(case_load(k, id, k->err));
    TRY(open_check(k));
    *out = NULL;
    for (uint32_t i = 0; i < k->c->p->steps_count; i++)
        if (k->c->steps[i].notice != 0 && str_eq(k->c->steps[i].state, STR("open"))) {
            *out = &k->c->steps[i];
            k->step = k->c->p->steps[i];
        }
    return *out != NULL ? RC_OK : stop(k, false, STR("notice"), STR(""), &E_case_no_notice, k->c->title);
}

static enum rc object(struct doing *k, void *arg)
{
    const struct notice_args *g = arg;
    const struct step_now *s;
    TRY(hanging(k, g->id, &s));
    if (k->day < s->posted) return stop(k, false, STR("order"), STR(""), &E_case_day_order, day_print(k->a, k->day), day_print(k->a, s->posted));
    struct row r = row_of(&k->book, BOOK_OBJECTION);
    uint8_t random[8]; /* nobody finds one by trying */
    random_bytes(random, sizeof random);
    row_int(&r, O_NOTICE, (int64_t)s->notice);
    row_int(&r, O_NUMBER, s->objections_count + 1);
    row_int(&r, O_RECEIVED, k->day);
    row_text(&r, O_RECEIPT, str_hex(k->a, random, sizeof random));
    row_text(&r, O_TEXT, g->text);
    row_text(&r, O_BY, g->by);
    return put_row(k, &r, 0, &k->done->record);
}

static enum rc answer(struct doing *k, void *arg)
{
    const struct notice_args *g = arg;
    const struct step_now *s;
    TRY(hanging(k, g->id, &s));
    TRY(seen_check(k));
    TRY(person_check(k, k->step->by, k->step->by_count, k->step->title.zh));
    if (str_trim(g->text).len == 0) return stop(k, false, STR("reason"), STR(""), &E_case_reason, STR("答复"));
    for (uint32_t i = 0; i < s->objections_count; i++) {
        const struct objection *o = &s->objections[i];
        if (o->answered || (g->number != 0 && (int64_t)g->number != o->number)) continue;
        struct row r = row_of(&k->book, BOOK_OBJECTION);
        row_text(&r, O_ANSWER, g->text);
        row_text(&r, O_OUTCOME, g->upheld ? STR("upheld") : STR("dismissed"));
        row_int(&r, O_ANSWERED, k->day);
        k->done->record = o->id;
        return put_row(k, &r, o->id, NULL);
    }
    return err_set0(k->err, &E_case_no_objection, NO_PLACE);
}

enum rc case_publish(struct case_door *d, uint64_t id, struct str step, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err)
{
    struct notice_args g = {.id = id, .step = step};
    return door_act(d, id, publish, &g, e, out, why, err);
}

enum rc case_object(struct case_door *d, uint64_t id, struct str text, struct str by, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err)
{
    struct notice_args g = {.id = id, .text = text, .by = by};
    return door_act(d, id, object, &g, e, out, why, err);
}

enum rc case_answer(struct case_door *d, uint64_t id, uint64_t number, struct str text, bool upheld, const struct case_entry *e, struct case_done *out, struct case_refused *why, struct err *err)
{
    struct notice_args g = {.id = id, .number = number, .text = text, .upheld = upheld};
    return door_act(d, id, answer, &g, e, out, why, err);
}
