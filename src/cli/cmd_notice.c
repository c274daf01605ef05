/* cmd_notice.c - the notices that hang: of which case, from when to when, what they say, and the objections that wait. */
#include "cli/inner.h"

enum { NOTICES_MAX = 16 << 20 };

struct board {
    struct cli *c;
    struct session *s;
    const struct pack_register *notice, *objection, *step, *of_case;
    day_num today;
    bool all;
    size_t count;
    struct buf out;
};

static struct sv value(const struct pack_register *r, const struct record *rec, const char *field)
{
    const struct pack_field *f = pack_field_find(r, str_c(field));
    return f == NULL ? sv_null() : rec->values[f->column];
}

static struct str text(const struct pack_register *r, const struct record *rec, const char *field)
{
    struct sv v = value(r, rec, field);
    return v.kind == SV_TEXT ? v.s : STR("");
}

static enum rc objections_put(struct board *b, uint64_t notice, struct err *err)
{
    uint64_t *ids;
    size_t n;
    struct arena *a = &b->c->arena;
    bool zh = b->c->lang == LANG_ZH;
    TRY(record_back(b->s->view.records, b->objection, pack_field_find(b->objection, STR("notice")), notice, a, &ids, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(b->s->view.records, b->objection, ids[i], a, &rec, err));
        struct str outcome = text(b->objection, &rec, "outcome");
        buf_str(&b->out, zh ? STR("  异议 ") : STR("  objection "));
        buf_i64(&b->out, value(b->objection, &rec, "number").i);
        buf_lit(&b->out, "  ");
        buf_str(&b->out, day_print(a, value(b->objection, &rec, "received").i));
        buf_lit(&b->out, "  ");
        if (outcome.len == 0) buf_str(&b->out, zh ? STR("没有结论") : STR("without an outcome"));
        else if (str_eq(outcome, STR("upheld"))) buf_str(&b->out, zh ? STR("影响") : STR("upheld"));
        else buf_str(&b->out, zh ? STR("不影响") : STR("dismissed"));
        buf_char(&b->out, '\n');
    }
    return RC_OK;
}

static enum rc one(void *ctx, const struct record *rec, struct err *err)
{
    struct board *b = ctx;
    struct arena *a = &b->c->arena;
    struct record step, of_case;
    day_num from = value(b->notice, rec, "from").i, to = value(b->notice, rec, "to").i;
    bool zh = b->c->lang == LANG_ZH, over = b->today > to;
    TRY(record_get(b->s->view.records, b->step, (uint64_t)value(b->notice, rec, "step").i, a, &step, err));
    bool open = str_eq(text(b->step, &step, "state"), STR("open"));
    if (!b->all && (over && !open)) return RC_OK;
    uint64_t id = (uint64_t)value(b->step, &step, "case").i;
    TRY(record_get(b->s->view.records, b->of_case, id, a, &of_case, err));
    buf_char(&b->out, '#');
    buf_u64(&b->out, rec->id);
    buf_str(&b->out, zh ? STR("  案件 #") : STR("  case #"));
    buf_u64(&b->out, id);
    buf_char(&b->out, ' ');
    buf_str(&b->out, text(b->of_case, &of_case, "title"));
    buf_lit(&b->out, "  ");
    buf_str(&b->out, day_print(a, from));
    buf_str(&b->out, zh ? STR(" 至 ") : STR(" to "));
    buf_str(&b->out, day_print(a, to));
    buf_lit(&b->out, "  ");
    buf_str(&b->out, !over ? (zh ? STR("公示中") : STR("posted")) : zh ? STR("已满") : STR("over"));
    buf_lit(&b->out, "\n  ");
    buf_str(&b->out, text(b->notice, rec, "text"));
    buf_char(&b->out, '\n');
    b->count++;
    return objections_put(b, rec->id, err);
}

int cmd_notice_list(struct cli *c)
{
    struct session s;
    struct err err;
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    struct board b = {.c = c, .s = &s, .all = cli_flag(c, "all"), .today = area_today(s.area)};
    const struct { const char *name; const struct pack_register **to; } regs[] = {{"case_notice", &b.notice}, {"case_objection", &b.objection}, {"case_step", &b.step}, {"case", &b.of_case}};
    (void)day_option(c, "today", &b.today, &status);
    for (size_t i = 0; i < ARRAY_LEN(regs) && status == EXIT_DONE; i++) status = find_register(c, s.view.set, str_c(regs[i].name), regs[i].to);
    if (status != EXIT_DONE) return session_close(&s, status);
    buf_init(&b.out, NOTICES_MAX);
    err_clear(&err);
    enum rc rc = record_each(s.view.records, b.notice, RECORD_BY_ID, false, one, &b, &err);
    if (rc == RC_OK) print_buf(&b.out);
    if (rc == RC_OK && b.count == 0) fputs(say(c, "没有公示\n", "there are no notices\n"), stderr);
    buf_fini(&b.out);
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}
