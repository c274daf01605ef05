/*
 * cmd_trace.c - from what stands in a register back to who proposed, recommended, checked, decided it: the entries of a command stand together,
 * so the case whose step wrote a record is found beside it in the journal.
 */
#include "cli/inner.h"

enum { TRACE_MAX = 16 << 20, CASES_MAX = 64, BESIDE_MAX = 4096 };

struct trace {
    struct cli *c;
    struct session *s;
    const struct pack_register *steps;
    const struct pack_field *of;
    uint64_t wrote[CASES_MAX], cases[CASES_MAX];   /* which wrote it; and whose account tells of that */
    size_t count;
};

/* A sub-case is told within the account of the case that asked for it. */
static enum rc top_of(struct trace *t, uint64_t *id, struct err *err)
{
    for (int depth = 0; depth < 16; depth++) {
        struct case_above above;
        TRY(case_above(t->s->view.records, *id, &t->c->arena, &above, err));
        if (above.case_id == 0) return RC_OK;
        printf(say(t->c, "案件 #%llu 是案件 #%llu “" STR_FMT "”一步的子案\n", "the case #%llu is a sub-case of #%llu, step " STR_FMT "\n"), (unsigned long long)*id,
               (unsigned long long)above.case_id, STR_ARG(above.step));
        *id = above.case_id;
    }
    return RC_OK;
}

static enum rc note_case(struct trace *t, uint64_t step, uint64_t seq, struct err *err)
{
    struct record rec;
    TRY(record_get(t->s->view.records, t->steps, step, &t->c->arena, &rec, err));
    uint64_t id = (uint64_t)rec.values[t->of->column].i;
    for (size_t i = 0; i < t->count; i++)
        if (t->wrote[i] == id) return RC_OK;
    if (t->count == CASES_MAX) return RC_OK;
    printf(say(t->c, "纪实 #%llu 由案件 #%llu 写入\n", "entry #%llu was written by the case #%llu\n"), (unsigned long long)seq, (unsigned long long)id);
    t->wrote[t->count] = id;
    TRY(top_of(t, &id, err));
    t->cases[t->count++] = id;
    return RC_OK;
}

/* The entries of one command, from one of them: to both sides. */
static enum rc beside(struct trace *t, uint64_t seq, uint64_t command, int step, struct err *err)
{
    uint32_t reg = record_number(t->s->view.records, t->steps);
    for (uint64_t at = seq, n = 0; n < BESIDE_MAX && at >= 1 && at <= t->s->view.seq; at += (uint64_t)(int64_t)step, n++) {
        struct arena_mark m = arena_mark(&t->c->arena);
        struct entry e;
        TRY(journal_get(t->s->view.journal, &t->c->arena, at, &e, err));
        bool same = e.command == command;
        uint64_t record = e.reg == reg ? e.record : 0;
        arena_reset(&t->c->arena, m);
        if (!same) return RC_OK;
        if (record != 0) TRY(note_case(t, record, seq, err));
    }
    return RC_OK;
}

static enum rc trace_record(struct trace *t, const struct pack_register *r, uint64_t id, struct err *err)
{
    struct history_line *lines;
    size_t n;
    if (str_eq(r->d.name, STR("case"))) {
        TRY(top_of(t, &id, err));
        t->cases[t->count++] = id;
        return RC_OK;
    }
    TRY(record_history(t->s->view.records, r, id, &t->c->arena, &lines, &n, err));
    for (size_t i = 0; i < n; i++) {
        TRY(beside(t, lines[i].seq, lines[i].command, -1, err));
        TRY(beside(t, lines[i].seq, lines[i].command, 1, err));
    }
    return RC_OK;
}

int cmd_trace(struct cli *c)
{
    size_t slash = str_find_char(c->words[1], '/');
    if (slash == SIZE_MAX) return usage(c, "第二项写成 台账/编号，例如 tenure/12 或 case/5", "write the second word as REGISTER/ID, such as tenure/12 or case/5");
    struct session s;
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    struct trace t = {.c = c, .s = &s};
    const struct pack_register *r;
    uint64_t id = 0;
    struct err err;
    struct buf b;
    err_clear(&err);
    status = find_register(c, s.view.set, str_sub(c->words[1], 0, slash), &r);
    if (status == EXIT_DONE) status = find_register(c, s.view.set, STR("case_step"), &t.steps);
    if (status != EXIT_DONE) return session_close(&s, status);
    t.of = pack_field_find(t.steps, STR("case"));
    struct str text = str_sub(c->words[1], slash + 1, c->words[1].len);
    if (str_eq(r->d.name, STR("case")) && text.len > 0 && text.ptr[0] != '#') text = str_cat(&c->arena, STR("#"), text);
    if (record_resolve(s.view.records, r, text, &id, &err) != RC_OK || trace_record(&t, r, id, &err) != RC_OK) return session_close(&s, fail(c, &err));
    if (t.count == 0) fputs(say(c, "没有哪件案件写过它：它是直接登记、导入的\n", "no case wrote it: it was entered or imported\n"), stderr);
    buf_init(&b, TRACE_MAX);
    for (size_t i = 0; i < t.count && status == EXIT_DONE; i++) {
        bool told = false;
        for (size_t n = 0; n < i; n++) told = told || t.cases[n] == t.cases[i];
        if (told) continue;
        if (case_print(s.view.records, t.cases[i], area_today(s.area), &c->arena, c->lang, &b, &err) != RC_OK) status = fail(c, &err);
        print_buf(&b);
    }
    buf_fini(&b);
    return session_close(&s, status);
}
