/* cmd_record.c - get, history, find, put, close, erase. */
#include "cli/inner.h"

enum { FOUND_MAX = 200 };

static int resolve(struct cli *c, struct session *s, const struct pack_register **r, uint64_t *id)
{
    int status = find_register(c, s->view.set, c->words[1], r);
    if (status != EXIT_DONE) return status;
    struct err err;
    err_clear(&err);
    return record_resolve(s->view.records, *r, c->words[2], id, &err) == RC_OK ? EXIT_DONE : fail(c, &err);
}

static enum rc value_shown(struct session *s, const struct pack_field *f, const struct sv *v, struct arena *a, struct str *out, struct err *err)
{
    *out = STR("");
    if (v->kind == SV_NULL) return RC_OK;
    TRY(record_value_text(s->view.records, f, v, a, out, err));
    if (f->type != FIELD_REF) return RC_OK;
    /* A key alone says little to people. */
    struct str display;
    TRY(record_display(s->view.records, f->ref, (uint64_t)v->i, a, &display, err));
    if (!str_eq(display, *out)) *out = str_cat(a, *out, STR(" "), display);
    return RC_OK;
}

/* ---- get ---- */

static enum rc put_derived(struct cli *c, struct session *s, const struct pack_register *r, const struct pack_field *f, uint64_t id, day_num today,
                           struct str *out, struct err *err)
{
    const struct feel_host *host;
    void *ctx;
    record_host(s->view.records, &c->arena, &host, &ctx);
    struct fv value;
    struct feel_run run = {.arena = &c->arena, .host = host, .host_ctx = ctx, .today = today};
    TRY(host->member(&run, &r->feel, (int64_t)id, f->member, &value, err));
    struct sv stored;
    struct err ignored;
    if (!fv_is_null(&value) && record_value_from_fv(f, &value, &c->arena, &stored, &ignored) == RC_OK)
        return value_shown(s, f, &stored, &c->arena, out, err); /* written as an entered value is */
    struct buf b;
    buf_init(&b, 1 << 20);
    if (!fv_is_null(&value)) fv_show(&run, &value, STR_NONE, c->lang, &b);
    *out = str_dup(&c->arena, buf_view(&b));
    buf_fini(&b);
    return RC_OK;
}

static enum rc print_record(struct cli *c, struct session *s, const struct pack_register *r, const struct record *rec, bool derived, day_num today,
                            struct err *err)
{
    struct arena *a = &c->arena;
    struct table t;
    table_init(&t, a, 3);
    struct buf b, empty;
    buf_init(&b, 16 << 20);
    buf_init(&empty, 16 << 20);
    enum rc rc = RC_OK;
    for (uint32_t i = 0; rc == RC_OK && i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        struct str text = STR("");
        if (f->derive == NULL)
            rc = value_shown(s, f, &rec->values[f->column], a, &text, err);
        else if (derived)
            rc = put_derived(c, s, r, f, rec->id, today, &text, err);
        else
            continue;
        if (text.len == 0) {
            if (empty.len > 0) buf_str(&empty, c->lang == LANG_ZH ? STR("、") : STR(", "));
            buf_str(&empty, text2_in(&f->label, c->lang));
            continue;
        }
        table_put(&t, text2_in(&f->label, c->lang));
        table_put(&t, text);
        table_put(&t, f->derive != NULL ? (c->lang == LANG_ZH ? STR("（推算）") : STR("(computed)")) : STR(""));
    }
    printf("%s #%llu  %s %u  #%llu%s\n", str_cz(a, text2_in(&r->d.title, c->lang)), (unsigned long long)rec->id, say(c, "版本", "version"),
           rec->version, (unsigned long long)rec->seq, rec->closed_us != 0 ? say(c, "  已注销", "  closed") : "");
    table_print(&t, "  ", 60, &b);
    if (empty.len > 0) {
        buf_str(&b, c->lang == LANG_ZH ? STR("  空：") : STR("  empty: "));
        buf_str(&b, buf_view(&empty));
        buf_char(&b, '\n');
    }
    print_buf(&b);
    buf_fini(&empty);
    buf_fini(&b);
    return rc;
}

static void print_record_json(struct cli *c, const struct pack_register *r, const struct record *rec)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    struct json_out j;
    json_out_init(&j, &b);
    json_object(&j);
    json_key_any(&j, STR("id"));
    json_i64(&j, (int64_t)rec->id);
    json_key_any(&j, STR("version"));
    json_i64(&j, rec->version);
    json_key_any(&j, STR("seq"));
    json_i64(&j, (int64_t)rec->seq);
    json_key_any(&j, STR("closed"));
    json_bool(&j, rec->closed_us != 0);
    json_key_any(&j, STR("values"));
    json_object(&j);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        if (f->derive != NULL || rec->values[f->column].kind == SV_NULL) continue;
        json_key_any(&j, f->name);
        record_value_json(f, &rec->values[f->column], &j);
    }
    json_end_object(&j);
    json_end_object(&j);
    buf_char(&b, '\n');
    print_buf(&b);
    buf_fini(&b);
    (void)c;
}

int cmd_get(struct cli *c)
{
    struct session s;
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    const struct pack_register *r;
    uint64_t id = 0, seq = 0;
    struct str as_of;
    struct err err;
    err_clear(&err);
    day_num today = area_today(s.area);
    bool back = cli_option(c, "as-of", &as_of);
    if (back && !str_to_u64(as_of, &seq)) return session_close(&s, usage(c, "--as-of 后面是纪实的序号", "--as-of takes a sequence number"));
    (void)day_option(c, "today", &today, &status);
    if (status == EXIT_DONE) status = resolve(c, &s, &r, &id);
    if (status != EXIT_DONE) return session_close(&s, status);
    struct record rec;
    if (back && seq > s.view.seq) {
        err_set(&err, &E_journal_absent, NO_PLACE, str_u64(&c->arena, seq), str_u64(&c->arena, s.view.seq));
        return session_close(&s, fail(c, &err));
    }
    enum rc rc = back ? record_get_as_of(s.view.records, r, id, seq, &c->arena, &rec, &err) : record_get(s.view.records, r, id, &c->arena, &rec, &err);
    if (rc == RC_OK && cli_flag(c, "json"))
        print_record_json(c, r, &rec);
    else if (rc == RC_OK)
        rc = print_record(c, &s, r, &rec, !back, today, &err);
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

/* ---- history ---- */

static enum rc line_text(struct cli *c, struct session *s, const struct history_line *l, uint32_t i, struct str *out, struct err *err)
{
    struct arena *a = &c->arena;
    const struct pack_field *f = l->fields[i];
    struct str before, after, name = text2_in(&f->label, c->lang);
    if (l->erased[i]) {
        *out = str_cat(a, name, c->lang == LANG_ZH ? STR("：〔已擦除〕") : STR(": [erased]"));
        return RC_OK;
    }
    TRY(value_shown(s, f, &l->before[i], a, &before, err));
    TRY(value_shown(s, f, &l->after[i], a, &after, err));
    struct str colon = c->lang == LANG_ZH ? STR("：") : STR(": ");
    *out = before.len == 0 ? str_cat(a, name, colon, after) : str_cat(a, name, colon, before, STR(" → "), after);
    return RC_OK;
}

static enum rc history_json(struct session *s, const struct history_line *l, struct buf *b)
{
    (void)s;
    struct json_out j;
    json_out_init(&j, b);
    json_object(&j);
    json_key_any(&j, STR("seq"));
    json_i64(&j, (int64_t)l->seq);
    json_key_any(&j, STR("time_us"));
    json_i64(&j, l->time_us);
    json_key_any(&j, STR("verb"));
    json_string(&j, str_c(verb_name(l->verb)));
    json_key_any(&j, STR("version"));
    json_i64(&j, l->version);
    json_key_any(&j, STR("changes"));
    json_array(&j);
    for (uint32_t i = 0; i < l->count; i++) {
        json_object(&j);
        json_key_any(&j, STR("field"));
        json_string(&j, l->fields[i]->name);
        json_key_any(&j, STR("before"));
        record_value_json(l->fields[i], &l->before[i], &j);
        json_key_any(&j, STR("after"));
        record_value_json(l->fields[i], &l->after[i], &j);
        if (l->erased[i]) {
            json_key_any(&j, STR("erased"));
            json_bool(&j, true);
        }
        json_end_object(&j);
    }
    json_end_array(&j);
    json_end_object(&j);
    buf_char(b, '\n');
    return RC_OK;
}

int cmd_history(struct cli *c)
{
    struct session s;
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    const struct pack_register *r;
    uint64_t id = 0;
    struct err err;
    err_clear(&err);
    if ((status = resolve(c, &s, &r, &id)) != EXIT_DONE) return session_close(&s, status);
    struct history_line *lines = NULL;
    size_t n = 0;
    struct buf b;
    buf_init(&b, 64 << 20);
    enum rc rc = record_history(s.view.records, r, id, &c->arena, &lines, &n, &err);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        const struct history_line *l = &lines[i];
        if (cli_flag(c, "json")) {
            rc = history_json(&s, l, &b);
            continue;
        }
        buf_lit(&b, "#");
        buf_u64(&b, l->seq);
        buf_lit(&b, "  ");
        buf_str(&b, time_text(&c->arena, l->time_us));
        buf_lit(&b, "  ");
        buf_str(&b, str_c(verb_title(l->verb, c->lang)));
        if (l->happened != ENTRY_NO_DAY) {
            buf_str(&b, c->lang == LANG_ZH ? STR("  发生于 ") : STR("  happened "));
            buf_str(&b, day_text(&c->arena, l->happened));
        }
        buf_char(&b, '\n');
        for (uint32_t k = 0; rc == RC_OK && k < l->count; k++) {
            struct str text;
            rc = line_text(c, &s, l, k, &text, &err);
            buf_lit(&b, "    ");
            if (rc == RC_OK) buf_str(&b, text);
            buf_char(&b, '\n');
        }
    }
    if (rc == RC_OK) print_buf(&b);
    buf_fini(&b);
    return session_close(&s, rc == RC_OK ? EXIT_DONE : fail(c, &err));
}

/* ---- find ---- */

int cmd_find(struct cli *c)
{
    struct session s;
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    struct found *found = NULL;
    size_t n = 0;
    struct err err;
    err_clear(&err);
    if (record_find(s.view.records, c->words[1], FOUND_MAX + 1, &c->arena, &found, &n, &err) != RC_OK) return session_close(&s, fail(c, &err));
    struct table t;
    table_init(&t, &c->arena, 3);
    struct buf b;
    buf_init(&b, 16 << 20);
    for (size_t i = 0; i < n && i < FOUND_MAX; i++) {
        if (cli_flag(c, "json")) {
            struct json_out j;
            json_out_init(&j, &b);
            json_object(&j);
            json_key(&j, STR("display"));
            json_string(&j, found[i].display);
            json_key(&j, STR("id"));
            json_i64(&j, (int64_t)found[i].id);
            json_key(&j, STR("register"));
            json_string(&j, found[i].reg->d.name);
            json_end_object(&j);
            buf_char(&b, '\n');
            continue;
        }
        table_put(&t, text2_in(&found[i].reg->d.title, c->lang));
        table_put(&t, str_cat(&c->arena, found[i].reg->d.name, STR("/"), str_u64(&c->arena, found[i].id)));
        table_put(&t, found[i].display);
    }
    table_print(&t, "", 40, &b);
    print_buf(&b);
    buf_fini(&b);
    if (n > FOUND_MAX) fprintf(stderr, say(c, "不止 %d 条，只列出最接近的；请写得再全一些\n", "there are more than %d: these are the nearest; say more of the name\n"), FOUND_MAX);
    if (n == 0) fputs(say(c, "没有找到\n", "nothing was found\n"), stderr);
    return session_close(&s, EXIT_DONE);
}

/* ---- put, close, erase ---- */

static int command_common(struct cli *c, struct command *cmd, uint32_t *if_version)
{
    int status = EXIT_DONE;
    struct str text;
    uint64_t version = 0;
    cmd->happened = ENTRY_NO_DAY;
    (void)day_option(c, "happened", &cmd->happened, &status);
    if (cli_option(c, "key", &text)) cmd->key = text;
    if (cli_option(c, "if-version", &text) && (!str_to_u64(text, &version) || version > UINT32_MAX))
        return usage(c, "--if-version 后面是版本号", "--if-version takes a version");
    *if_version = (uint32_t)version;
    return status;
}

/* FIELD=VALUE words into names and values. */
static int parse_pairs(struct cli *c, struct session *s, const struct pack_register *r, size_t from, struct str *names, struct sv *values)
{
    struct err err;
    for (size_t i = from; i < c->words_count; i++) {
        size_t eq = str_find_char(c->words[i], '=');
        if (eq == SIZE_MAX) return usage(c, "每一项写成 字段=值", "write each item as FIELD=VALUE");
        struct str name = str_sub(c->words[i], 0, eq), text = str_sub(c->words[i], eq + 1, c->words[i].len);
        const struct pack_field *f = pack_field_find(r, name);
        err_clear(&err);
        if (f == NULL) {
            struct str *known = arena_array(&c->arena, struct str, 2 * (size_t)r->fields_count + 1);
            for (uint32_t k = 0; k < r->fields_count; k++) {
                known[2 * k] = r->fields[k].name;
                known[2 * k + 1] = r->fields[k].title.zh;
            }
            err_set(&err, &E_area_no_field, NO_PLACE, r->d.title.zh, name, nearest_name(name, 2 * (size_t)r->fields_count, known));
            return fail(c, &err);
        }
        names[i - from] = f->name;
        for (size_t k = from; k < i; k++)
            if (str_eq(names[k - from], f->name)) return usage(c, "同一个字段写了两次", "a field is given twice");
        if (f->derive != NULL) {
            err_set(&err, &E_area_derived, NO_PLACE, f->title.zh);
            return fail(c, &err);
        }
        if (record_value_parse(s->view.records, f, text, &c->arena, &values[i - from], &err) != RC_OK) return fail(c, &err);
    }
    return EXIT_DONE;
}

static int submit(struct cli *c, struct session *s, const struct command *cmd, const struct pack_register *r)
{
    struct err err;
    struct receipt receipt = {0};
    err_clear(&err);
    /* The snapshot is not needed any more, and would hold the log. */
    if (area_submit(s->area, cmd, &receipt, &err) != RC_OK) return session_close(s, fail(c, &err));
    if (receipt.first_seq == 0)
        printf(say(c, "%s/%llu 没有变化，未写入\n", "%s/%llu is as it was, nothing written\n"), str_cz(&c->arena, r->d.name), (unsigned long long)receipt.id);
    else
        printf(say(c, "%s/%llu 版本 %u 纪实 #%llu %s%s\n", "%s/%llu version %u entry #%llu %s%s\n"), str_cz(&c->arena, r->d.name),
               (unsigned long long)receipt.id, receipt.version, (unsigned long long)receipt.last_seq,
               str_hex(&c->arena, receipt.leaf.b, HASH_LEN).ptr, receipt.repeated ? say(c, "（已办过）", " (done before)") : "");
    return session_close(s, EXIT_DONE);
}

int cmd_put(struct cli *c)
{
    struct session s;
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    const struct pack_register *r;
    uint64_t id = 0;
    bool create = c->words_count < 3 || str_find_char(c->words[2], '=') != SIZE_MAX;
    size_t from = create ? 2 : 3, n = c->words_count - from;
    if (n == 0) return session_close(&s, usage(c, "至少要有一项 字段=值", "at least one FIELD=VALUE is needed"));
    status = create ? find_register(c, s.view.set, c->words[1], &r) : resolve(c, &s, &r, &id);
    if (status != EXIT_DONE) return session_close(&s, status);
    struct str *names = arena_array(&c->arena, struct str, n);
    struct sv *values = arena_array(&c->arena, struct sv, n);
    struct command cmd = {.verb = VERB_UPDATE};
    uint32_t version = 0;
    status = parse_pairs(c, &s, r, from, names, values);
    if (status == EXIT_DONE) status = command_common(c, &cmd, &version);
    if (status == EXIT_DONE && create && cli_flag(c, "if-version"))
        status = usage(c, "新增的记录还没有版本，不用 --if-version", "a new record has no version: --if-version is for changes");
    if (status != EXIT_DONE) return session_close(&s, status);
    struct args_create made = {.reg = r->d.name, .count = (uint32_t)n, .fields = names, .values = values};
    struct args_update changed = {.reg = r->d.name, .id = id, .if_version = version, .count = (uint32_t)n, .fields = names, .values = values};
    cmd.verb = create ? VERB_CREATE : VERB_UPDATE;
    cmd.args = create ? (const void *)&made : (const void *)&changed;
    return submit(c, &s, &cmd, r);
}

int cmd_close(struct cli *c)
{
    struct session s;
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    const struct pack_register *r;
    struct args_close args = {0};
    struct command cmd = {.verb = VERB_CLOSE, .args = &args};
    if ((status = resolve(c, &s, &r, &args.id)) == EXIT_DONE) status = command_common(c, &cmd, &args.if_version);
    if (status != EXIT_DONE) return session_close(&s, status);
    args.reg = r->d.name;
    return submit(c, &s, &cmd, r);
}

int cmd_erase(struct cli *c)
{
    struct args_erase args = {0};
    if (!cli_option(c, "basis", &args.basis) || args.basis.len == 0)
        return usage(c, "擦除要用 --basis 写明法律依据", "say with --basis which law demands it");
    struct session s;
    int status = session_open(c, &s, true);
    if (status != EXIT_DONE) return status;
    const struct pack_register *r;
    if ((status = resolve(c, &s, &r, &args.id)) != EXIT_DONE) return session_close(&s, status);
    struct str *fields = arena_array(&c->arena, struct str, c->options_count + 1);
    for (size_t i = 0; i < c->options_count; i++)
        if (str_eq(c->options[i].name, STR("field"))) fields[args.count++] = c->options[i].value;
    args.fields = fields;
    args.reg = r->d.name;
    struct command cmd = {.verb = VERB_ERASE, .happened = ENTRY_NO_DAY, .args = &args};
    return submit(c, &s, &cmd, r);
}
