/* cmd_ask.c - units are asked, their answers merged, and those reminded who have not answered. */
#include <errno.h>
#include <sys/stat.h>

#include "cli/inner.h"
#include "exchange/exchange.h"

enum { FILE_MAX = 512 << 20 };

static struct str option(const struct cli *c, const char *name)
{
    struct str s = STR("");
    (void)cli_option(c, name, &s);
    return s;
}

static int open_ask(struct cli *c, struct session *s, bool write, struct unit_ask *q)
{
    struct err err;
    const struct pack_register *r;
    err_clear(&err);
    if (option(c, "by").len == 0 || option(c, "fields").len == 0)
        return usage(c, "要写 --by 按哪个单位字段分、--fields 要填的字段（分号隔开）", "--by says by which unit, --fields what is asked for, with ; between");
    int status = session_open(c, s, write);
    if (status != EXIT_DONE) return status;
    if ((status = find_register(c, s->view.set, c->words[1], &r)) != EXIT_DONE) return session_close(s, status);
    if (exchange_ask_make(r, option(c, "by"), option(c, "columns"), option(c, "fields"), &c->arena, q, &err) != RC_OK) return session_close(s, fail(c, &err));
    return EXIT_DONE;
}

/* No names in names of files: the unit's key. */
static struct str file_of(struct cli *c, struct str folder, struct str key)
{
    char *p = arena_alloc(&c->arena, key.len + 1);
    memcpy(p, key.ptr, key.len);
    for (size_t i = 0; i < key.len; i++)
        if (p[i] == '/' || p[i] == '\\' || p[i] == ':' || p[i] == '.' || (unsigned char)p[i] < 0x21) p[i] = '-';
    return str_cat(&c->arena, folder, STR("/"), str_of(p, key.len), STR(".xlsx"));
}

int cmd_ask(struct cli *c)
{
    struct session s;
    struct unit_ask q;
    struct err err;
    struct ask_unit *units;
    struct str folder = option(c, "o"), mark = STR("");
    size_t n;
    uint64_t rows, all = 0;
    if (folder.len == 0) return usage(c, "写 -o 文件夹", "write -o FOLDER");
    int status = open_ask(c, &s, true, &q);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    if (exchange_ask_units(s.view.records, &q, NULL, &c->arena, &units, &n, &err) != RC_OK) return session_close(&s, fail(c, &err));
    for (size_t i = 0; i < n; i++) all += units[i].rows;
    struct pack_roster asked = {.d = q.over->d, .over = q.over, .class = q.class};
    if ((status = export_guard(c, &s, &asked, all, area_today(s.area), &mark)) != EXIT_DONE) return session_close(&s, status);
    if (mkdir(str_cz(&c->arena, folder), 0700) != 0 && errno != EEXIST) {
        (void)err_set(&err, &E_io, NO_PLACE, folder, str_c(strerror(errno)));
        return session_close(&s, fail(c, &err));
    }
    struct str words = str_cat(&c->arena, STR("白格请填，灰格不能改；填好以后原样交回　"), mark);
    for (size_t i = 0; i < n; i++)
        if (exchange_ask_write(s.view.records, &q, &units[i], words, NULL, file_of(c, folder, units[i].key), &rows, &err) != RC_OK) return session_close(&s, fail(c, &err));
    printf(say(c, "%zu 个单位，%llu 人，写到 %s\n", "%zu units, %llu rows in %s\n"), n, (unsigned long long)all, str_cz(&c->arena, folder));
    return session_close(&s, EXIT_DONE);
}

int cmd_answers(struct cli *c)
{
    struct session s;
    struct unit_ask q;
    struct err err;
    size_t written = 0, notes = 0;
    int status = open_ask(c, &s, true, &q);
    if (status != EXIT_DONE) return status;
    for (size_t i = 2; i < c->words_count; i++) {
        struct str bytes;
        struct answer x;
        err_clear(&err);
        enum rc rc = read_file(&c->arena, c->words[i], FILE_MAX, &bytes, &err);
        if (rc == RC_OK) rc = exchange_answer_read(&q, s.view.records, NULL, c->words[i], bytes, &c->arena, &x, &err);
        if (rc == RC_OK && !cli_flag(c, "dry-run")) rc = exchange_answer_apply(&x, s.area, 0, 0, &c->arena, &err);
        if (rc != RC_OK) return session_close(&s, fail(c, &err));
        for (size_t k = 0; k < x.notes.len; k++) {
            const struct answer_note *m = &x.notes.at[k];
            printf(say(c, "%s：第%u行 " STR_FMT "：%s\n", "%s: row %u " STR_FMT ": %s\n"), str_cz(&c->arena, x.name), m->row, STR_ARG(m->field), c->lang == LANG_ZH ? m->err.zh : m->err.en);
        }
        printf(say(c, "%s：%zu 行，更改 %zu 行，有误 %zu 处\n", "%s: %zu rows, %zu changed, %zu mistakes\n"), str_cz(&c->arena, x.name), x.answered, cli_flag(c, "dry-run") ? x.rows.len : x.written, x.notes.len);
        written += x.written;
        notes += x.notes.len;
    }
    return session_close(&s, notes > 0 ? EXIT_FOUND : EXIT_DONE);
}

int cmd_chase(struct cli *c)
{
    struct session s;
    struct unit_ask q;
    struct err err;
    struct ask_unit *units;
    size_t n, open = 0;
    int status = open_ask(c, &s, false, &q);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    if (exchange_ask_units(s.view.records, &q, NULL, &c->arena, &units, &n, &err) != RC_OK) return session_close(&s, fail(c, &err));
    for (size_t i = 0; i < n; i++) {
        if (units[i].blanks == 0) continue;
        open++;
        uint64_t cells = units[i].rows * q.asked_count;
        printf(say(c, "%s " STR_FMT "  %llu 人，应填 %llu 格，还空 %llu 格%s\n", "%s " STR_FMT "  %llu rows, %llu cells, %llu blank%s\n"), str_cz(&c->arena, units[i].key), STR_ARG(units[i].called),
               (unsigned long long)units[i].rows, (unsigned long long)cells, (unsigned long long)units[i].blanks, units[i].blanks == cells ? say(c, "，没有交", ", no answer") : "");
    }
    printf(say(c, "%zu 个单位，没有交齐 %zu 个\n", "%zu units, %zu not complete\n"), n, open);
    return session_close(&s, open > 0 ? EXIT_FOUND : EXIT_DONE);
}
