/*
 * report.c - what is told of a record whose verdict is reported: its name, the message, the values, where they came from; or what is
 * missing.  Worked out only for these few, with the roster tracing what is read.
 */
#include "rule/rule_inner.h"

enum rc bench_text(struct bench *b, const struct pack_rule *rule, struct buf *from, struct str *out, struct err *err)
{
    enum rc rc = RC_OK;
    if (buf_failed(from))
        rc = err_set(err, &E_rule_too_long, NO_PLACE, rule->d.name, str_i64(&b->told, (int64_t)from->max));
    else
        *out = str_dup(&b->told, buf_view(from));
    buf_fini(from);
    return rc;
}

enum rc bench_display(struct bench *b, const struct pack_register *reg, uint64_t id, struct str *display, struct str *key, struct err *err)
{
    TRY(b->host->display(&b->run, &reg->feel, (int64_t)id, display, err));
    *display = str_dup(&b->told, *display);
    if (key == NULL) return RC_OK;
    *key = STR("");
    if (reg->key == NULL) return RC_OK;
    struct fv v;
    TRY(b->host->member(&b->run, &reg->feel, (int64_t)id, reg->key->member, &v, err));
    if (v.kind == FV_STRING) {
        *key = str_dup(&b->told, v.str);
    } else if (v.kind != FV_NULL) {
        struct buf text;
        buf_init(&text, RULE_TEXT_MAX);
        fv_show(&b->run, &v, STR_NONE, b->lang, &text);
        *key = str_dup(&b->told, buf_view(&text));
        buf_fini(&text);
    }
    return RC_OK;
}

const struct feel_cause *rule_root(const struct feel_cause *c)
{
    const struct feel_cause *member = NULL;
    for (const struct feel_cause *x = c; x != NULL; x = x->inner)
        if (x->reg != NULL) member = x;
    return member != NULL || c == NULL ? member : feel_cause_root(c);
}

enum rc rule_missing(struct bench *b, const struct feel_cause *c, struct rule_missing *out, struct err *err)
{
    *out = (struct rule_missing){.reg = NULL};
    const struct feel_cause *member = rule_root(c);
    const struct feel_cause *root = c == NULL ? NULL : feel_cause_root(c);
    if (member != NULL && member->reg != NULL) {
        const struct pack_register *reg = member->reg->host;
        out->reg = reg;
        out->id = (uint64_t)member->id;
        out->owner = reg->owner;
        if (member->member < reg->fields_count) {
            out->field = &reg->fields[member->member];
            if (out->field->owner.len > 0) out->owner = out->field->owner;
        }
        TRY(bench_display(b, reg, out->id, &out->display, NULL, err));
    }
    if (root == NULL) return RC_OK;
    struct buf why;
    buf_init(&why, ERR_TEXT_MAX * 2);
    feel_cause_show(&b->run, root, b->lang, &why);
    out->why = str_dup(&b->told, buf_view(&why));
    buf_fini(&why);
    return RC_OK;
}

static enum rc show_values(struct bench *b, const struct pack_rule *rule, struct judged *out, struct err *err)
{
    struct rule_value *values = arena_array(&b->told, struct rule_value, rule->show_count);
    for (uint32_t i = 0; i < rule->show_count; i++) {
        values[i].title = rule->show_titles[i];
        TRY(bench_value(b, rule->show[i], &values[i].value, err));
    }
    out->values = values;
    out->values_count = rule->show_count;
    return RC_OK;
}

static enum rc show_say(struct bench *b, const struct pack_rule *rule, struct judged *out, struct err *err)
{
    out->say = STR("");
    if (rule->say == NULL) return RC_OK;
    struct buf say;
    buf_init(&say, RULE_TEXT_MAX);
    enum rc rc = feel_message_show(rule->say, &b->run, b->lang, &say, err);
    if (rc != RC_OK) {
        buf_fini(&say);
        return rc;
    }
    return bench_text(b, rule, &say, &out->say, err);
}

/* "cadre/12@3.since …": what a dismissal is compared with, so the order is that of reading, which is always the same. */
static enum rc print_reads(struct bench *b, const struct pack_rule *rule, const struct roster_read *reads, size_t n, struct judged *out, struct err *err)
{
    struct buf text;
    buf_init(&text, RULE_TEXT_MAX);
    for (size_t i = 0; i < MIN(n, (size_t)RULE_READS_MAX); i++) {
        if (i > 0) buf_char(&text, ' ');
        buf_str(&text, reads[i].reg->d.name);
        buf_char(&text, '/');
        buf_i64(&text, reads[i].id);
        buf_char(&text, '@');
        buf_u64(&text, reads[i].version);
        buf_char(&text, '.');
        buf_str(&text, reads[i].field->name);
    }
    if (n > RULE_READS_MAX) {
        buf_lit(&text, " +");
        buf_u64(&text, n - RULE_READS_MAX);
    }
    return bench_text(b, rule, &text, &out->reads, err);
}

/* Two exceptions that hold at once and raise different things: people must know. */
static enum rc find_conflict(struct bench *b, const struct pack_rule *rule, struct judged *out, struct err *err)
{
    const struct pack_rule *first = out->exception;
    for (uint32_t i = 0; i < rule->excepted_by_count; i++) {
        const struct pack_rule *x = rule->excepted_by[i];
        if (x == first || x->over != rule->over) continue;
        if (x->raises == first->raises && (!x->raises || (x->severity == first->severity && x->slip == first->slip))) continue;
        struct ruling r;
        TRY(rule_decide(b, x, 1, &r, err));
        if (r.verdict != VERDICT_HOLDS) continue;
        out->conflict = x;
        break;
    }
    return RC_OK;
}

enum rc rule_report(struct bench *b, const struct pack_rule *rule, uint64_t id, enum verdict v, bool bare, struct judged *out, struct err *err)
{
    *out = (struct judged){.rule = rule, .id = id, .with = rule->each == NULL ? 0 : (uint64_t)b->self[1].id, .verdict = v};
    if (bare) return RC_OK;
    bench_aim(b, rule, id);
    struct roster_read reads[RULE_READS_MAX];
    size_t reads_count = 0;
    struct ruling r;
    roster_trace(b->roster, reads, RULE_READS_MAX, &reads_count);
    enum rc rc = rule_decide(b, rule, 0, &r, err);
    roster_trace_end(b->roster);
    TRY(rc);
    MUST(r.verdict == v); /* remembered and worked out anew are the same */
    out->exception = r.exception;
    out->chain = r.cause;
    out->cause = rule_root(r.cause);
    TRY(bench_display(b, rule->over, id, &out->display, &out->key, err));
    if (rule->each != NULL) TRY(bench_display(b, rule->each, out->with, &out->with_display, &out->with_key, err));
    TRY(print_reads(b, rule, reads, reads_count, out, err));
    if (v == VERDICT_UNDETERMINED) TRY(rule_missing(b, r.cause, &out->missing, err));
    if (v == VERDICT_EXCEPTED) TRY(find_conflict(b, rule, out, err));
    TRY(show_values(b, rule, out, err));
    if (v == VERDICT_HOLDS) TRY(show_say(b, rule, out, err));
    return RC_OK;
}
