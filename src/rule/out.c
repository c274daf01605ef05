/*
 * out.c - what was judged, as JSON for programs and as a line for people.
 */
#include "rule/rule_inner.h"

const char *verdict_name(enum verdict v)
{
    switch (v) {
    case VERDICT_OUT: return "out";
    case VERDICT_NO: return "no";
    case VERDICT_HOLDS: return "holds";
    case VERDICT_EXCEPTED: return "excepted";
    case VERDICT_UNDETERMINED: return "undetermined";
    }
    return "";
}

struct str verdict_text(enum verdict v, enum lang lang)
{
    static const struct str text[VERDICT_COUNT][2] = {{STR_INIT("不在范围内"), STR_INIT("out of scope")},
                                                      {STR_INIT("不成立"), STR_INIT("does not hold")},
                                                      {STR_INIT("成立"), STR_INIT("holds")},
                                                      {STR_INIT("例外"), STR_INIT("excepted")},
                                                      {STR_INIT("不能判断"), STR_INIT("cannot be judged")}};
    return text[v][lang];
}

static const char *severity_name(enum pack_severity s)
{
    switch (s) {
    case PACK_INFO: return "info";
    case PACK_WARN: return "warn";
    case PACK_SERIOUS: return "serious";
    }
    return "";
}

static void key_text(struct json_out *j, const char *key, struct str text)
{
    json_key_any(j, str_c(key));
    json_string(j, text);
}

static void basis_json(struct json_out *j, const struct pack_cite *cites, uint32_t n)
{
    json_key_any(j, STR("basis"));
    json_array(j);
    for (uint32_t i = 0; i < n; i++) {
        struct buf one;
        buf_init(&one, 4096);
        pack_basis_print(&cites[i], 1, &one);
        json_string(j, buf_view(&one));
        buf_fini(&one);
    }
    json_end_array(j);
}

static void missing_json(struct json_out *j, const struct rule_missing *m)
{
    json_key_any(j, STR("missing"));
    json_object(j);
    if (m->reg != NULL) {
        key_text(j, "register", m->reg->d.name);
        json_key_any(j, STR("id"));
        json_i64(j, (int64_t)m->id);
        key_text(j, "display", m->display);
        if (m->field != NULL) key_text(j, "field", m->field->name);
        key_text(j, "owner", m->owner);
    }
    key_text(j, "why", m->why);
    json_end_object(j);
}

void judged_json(const struct judged *j, struct buf *out)
{
    struct json_out o;
    json_out_init(&o, out);
    json_object(&o);
    key_text(&o, "rule", j->rule->d.name);
    key_text(&o, "register", j->rule->over->d.name);
    json_key_any(&o, STR("id"));
    json_i64(&o, (int64_t)j->id);
    key_text(&o, "key", j->key);
    key_text(&o, "display", j->display);
    if (j->rule->each != NULL) {
        json_key_any(&o, STR("with"));
        json_object(&o);
        key_text(&o, "register", j->rule->each->d.name);
        json_key_any(&o, STR("id"));
        json_i64(&o, (int64_t)j->with);
        key_text(&o, "key", j->with_key);
        key_text(&o, "display", j->with_display);
        json_end_object(&o);
    }
    key_text(&o, "severity", str_c(severity_name(j->rule->severity)));
    key_text(&o, "verdict", str_c(verdict_name(j->verdict)));
    if (j->verdict == VERDICT_HOLDS) key_text(&o, "say", j->say);
    if (j->exception != NULL) key_text(&o, "exception", j->exception->d.name);
    if (j->conflict != NULL) key_text(&o, "conflict", j->conflict->d.name);
    if (j->verdict == VERDICT_UNDETERMINED) missing_json(&o, &j->missing);
    json_key_any(&o, STR("values"));
    json_object(&o);
    for (uint32_t i = 0; i < j->values_count; i++) {
        json_key_any(&o, j->values[i].title);
        fv_to_json(&j->values[i].value, &o);
    }
    json_end_object(&o);
    key_text(&o, "reads", j->reads);
    basis_json(&o, j->rule->d.basis, j->rule->d.basis_count);
    json_end_object(&o);
    buf_char(out, '\n');
}

static struct str severity_text(enum pack_severity s, enum lang lang)
{
    static const struct str text[3][2] = {
        {STR_INIT("提示"), STR_INIT("info")}, {STR_INIT("注意"), STR_INIT("warn")}, {STR_INIT("严重"), STR_INIT("serious")}};
    return text[s][lang];
}

/* 任职“甲任副局长”的任职时间（干部科） */
void missing_put(const struct rule_missing *m, enum lang lang, struct buf *out)
{
    bool zh = lang == LANG_ZH;
    if (m->reg != NULL) {
        buf_str(out, text2_in(&m->reg->d.title, lang));
        buf_str(out, zh ? STR("“") : STR(" \""));
        buf_str(out, m->display);
        buf_str(out, zh ? STR("”") : STR("\""));
        if (m->field != NULL) {
            buf_str(out, zh ? STR("的") : STR(": "));
            buf_str(out, text2_in(&m->field->title, lang));
        }
        if (m->owner.len > 0) {
            buf_str(out, zh ? STR("（由") : STR(" (kept by "));
            buf_str(out, m->owner);
            buf_str(out, zh ? STR("填写）") : STR(")"));
        }
        if (m->why.len > 0) buf_str(out, zh ? STR("：") : STR(": "));
    }
    buf_str(out, m->why);
}

void judged_note(const struct judged *j, enum lang lang, struct buf *out)
{
    bool zh = lang == LANG_ZH;
    if (j->verdict == VERDICT_HOLDS) {
        buf_str(out, j->say.len > 0 ? j->say : text2_in(&j->rule->d.title, lang));
    } else if (j->verdict == VERDICT_EXCEPTED && j->exception != NULL) {
        buf_str(out, text2_in(&j->exception->d.title, lang));
        if (j->conflict != NULL) {
            buf_str(out, zh ? STR("；与另一例外冲突：") : STR("; in conflict with another exception: "));
            buf_str(out, text2_in(&j->conflict->d.title, lang));
        }
    } else if (j->verdict == VERDICT_UNDETERMINED) {
        missing_put(&j->missing, lang, out);
    }
}

void judged_text(const struct judged *j, enum lang lang, struct buf *out)
{
    bool zh = lang == LANG_ZH;
    buf_str(out, j->verdict == VERDICT_HOLDS ? severity_text(j->rule->severity, lang) : verdict_text(j->verdict, lang));
    buf_lit(out, "  ");
    buf_str(out, j->display);
    if (j->key.len > 0 && !str_eq(j->key, j->display)) {
        buf_str(out, zh ? STR("（") : STR(" ("));
        buf_str(out, j->key);
        buf_str(out, zh ? STR("）") : STR(")"));
    }
    if (j->rule->each != NULL) {
        buf_lit(out, " × ");
        buf_str(out, j->with_display);
    }
    buf_lit(out, "  ");
    judged_note(j, lang, out);
    buf_char(out, '\n');
}
