/* cmd_journal.c - journal log, checkpoint, prove, export. */
#include <errno.h>
#include <sys/stat.h>

#include "cli/inner.h"

static const char *kind_word(uint8_t kind, enum lang lang)
{
    static const char *const zh[] = {"?", "新增", "更改", "注销", "擦除", "装入规矩集", "新纪元", "拒绝"};
    static const char *const en[] = {"?", "create", "update", "close", "erase", "install", "epoch", "refused"};
    size_t i = kind < ARRAY_LEN(zh) ? kind : 0;
    return lang == LANG_ZH ? zh[i] : en[i];
}

static bool number_option(struct cli *c, const char *name, uint64_t *out, int *status)
{
    struct str text;
    if (!cli_option(c, name, &text)) return true;
    if (str_to_u64(text, out)) return true;
    *status = usage(c, "选项的值应为正整数", "the option's value is a whole number");
    return false;
}

static struct str target(struct cli *c, const struct area_view *v, const struct entry *e)
{
    const struct pack_register *r = e->reg == 0 ? NULL : record_register(v->records, e->reg);
    if (e->reg == 0) return STR("");
    return str_cat(&c->arena, r == NULL ? STR("?") : r->d.name, STR("/"), str_u64(&c->arena, e->record), STR("@"), str_u64(&c->arena, e->version));
}

static void put_json(struct cli *c, const struct area_view *v, const struct entry *e, const struct hash *leaf, struct buf *b)
{
    struct json_out j;
    json_out_init(&j, b);
    json_object(&j);
    json_key(&j, STR("actor"));
    json_i64(&j, (int64_t)e->actor);
    json_key(&j, STR("command"));
    json_i64(&j, (int64_t)e->command);
    json_key(&j, STR("happened"));
    if (e->happened == ENTRY_NO_DAY)
        json_null(&j);
    else
        json_string(&j, day_print(&c->arena, e->happened));
    json_key(&j, STR("kind"));
    json_string(&j, str_c(kind_word(e->kind, LANG_EN)));
    json_key(&j, STR("leaf"));
    json_string(&j, str_hex(&c->arena, leaf->b, HASH_LEN));
    json_key(&j, STR("seq"));
    json_i64(&j, (int64_t)e->seq);
    json_key(&j, STR("target"));
    json_string(&j, target(c, v, e));
    json_key(&j, STR("time_us"));
    json_i64(&j, e->time_us);
    json_key(&j, STR("verb"));
    json_string(&j, str_c(verb_name(e->verb)));
    json_end_object(&j);
    buf_char(b, '\n');
}

static void put_row(struct cli *c, const struct area_view *v, const struct entry *e, const struct hash *leaf, struct table *t)
{
    struct arena *a = &c->arena;
    table_put(t, str_cat(a, STR("#"), str_u64(a, e->seq)));
    table_put(t, time_text(a, e->time_us));
    table_put(t, day_text(a, e->happened));
    table_put(t, e->actor == 0 ? (c->lang == LANG_ZH ? STR("操作员") : STR("operator")) : str_u64(a, e->actor));
    table_put(t, str_c(kind_word(e->kind, c->lang)));
    table_put(t, target(c, v, e));
    table_put(t, str_hex(a, leaf->b, 6));
}

int cmd_journal_log(struct cli *c)
{
    uint64_t from = 0, last = 50;
    int status = EXIT_DONE;
    if (!number_option(c, "from", &from, &status) || !number_option(c, "last", &last, &status)) return status;
    struct session s;
    if ((status = session_open(c, &s, false)) != EXIT_DONE) return status;
    if (from == 0) from = s.view.seq > last ? s.view.seq - last + 1 : 1;
    struct journal_walk *w = NULL;
    struct err err;
    const struct entry *e = NULL;
    struct hash leaf;
    struct table t;
    struct buf b;
    buf_init(&b, 64 << 20);
    table_init(&t, &c->arena, 7);
    err_clear(&err);
    enum rc rc = journal_walk(s.view.journal, from, &w, &err);
    for (uint64_t n = 0; rc == RC_OK && n < last; n++) {
        struct arena_mark m = arena_mark(&c->arena);
        rc = journal_next(w, &e, &leaf, &err);
        if (rc != RC_OK || e == NULL) break;
        if (cli_flag(c, "json")) {
            put_json(c, &s.view, e, &leaf, &b);
            print_buf(&b);
            arena_reset(&c->arena, m);
        } else {
            put_row(c, &s.view, e, &leaf, &t);
        }
    }
    table_print(&t, "", 40, &b);
    print_buf(&b);
    buf_fini(&b);
    journal_walk_close(&w);
    if (rc != RC_OK) status = fail(c, &err);
    return session_close(&s, status);
}

int cmd_journal_checkpoint(struct cli *c)
{
    struct area_options o = {.read_only = true};
    struct area *ar = NULL;
    struct err err;
    err_clear(&err);
    struct buf note;
    buf_init(&note, 1 << 16);
    enum rc rc = area_open(c->words[0], &o, &ar, &err);
    if (rc == RC_OK) rc = area_checkpoint(ar, &note, &err);
    int status = rc == RC_OK ? EXIT_DONE : fail(c, &err);
    if (rc == RC_OK) print_buf(&note);
    buf_fini(&note);
    area_close(&ar);
    return status;
}

int cmd_journal_prove(struct cli *c)
{
    uint64_t seq = 0, size = 0;
    int status = EXIT_DONE;
    if (c->words_count > 1 && (!str_to_u64(c->words[1], &seq) || seq == 0)) return usage(c, "SEQ 应为正整数", "SEQ is a number from 1");
    if (!number_option(c, "size", &size, &status)) return status;
    struct session s;
    if ((status = session_open(c, &s, false)) != EXIT_DONE) return status;
    if (size == 0) size = s.view.seq;
    if (seq == 0) seq = size; /* the newest that the tree of that size holds */
    struct arena *a = &c->arena;
    struct err err;
    err_clear(&err);
    struct journal_walk *w = NULL;
    const struct entry *e = NULL;
    struct hash leaf, root;
    struct proof p;
    enum rc rc = journal_prove(s.view.journal, a, seq, size, &p, &err);
    if (rc == RC_OK) rc = journal_root_at(s.view.journal, size, &root, &err);
    if (rc == RC_OK) rc = journal_walk(s.view.journal, seq, &w, &err);
    if (rc == RC_OK) rc = journal_next(w, &e, &leaf, &err);
    if (rc != RC_OK) {
        status = fail(c, &err);
    } else {
        struct buf b;
        buf_init(&b, 1 << 20);
        struct json_out j;
        json_out_init(&j, &b);
        json_object(&j);
        json_key(&j, STR("holds"));
        json_bool(&j, proof_holds(journal_alg(s.view.journal), &p, &leaf, &root));
        json_key(&j, STR("index"));
        json_i64(&j, (int64_t)p.index);
        json_key(&j, STR("leaf"));
        json_string(&j, str_hex(a, leaf.b, HASH_LEN));
        json_key(&j, STR("path"));
        json_array(&j);
        for (size_t i = 0; i < p.path_len; i++) json_string(&j, str_hex(a, p.path[i].b, HASH_LEN));
        json_end_array(&j);
        json_key(&j, STR("root"));
        json_string(&j, str_hex(a, root.b, HASH_LEN));
        json_key(&j, STR("size"));
        json_i64(&j, (int64_t)p.size);
        json_end_object(&j);
        buf_char(&b, '\n');
        print_buf(&b);
        buf_fini(&b);
    }
    journal_walk_close(&w);
    return session_close(&s, status);
}

int cmd_journal_export(struct cli *c)
{
    struct str to;
    if (!cli_option(c, "to", &to)) to = str_cat(&c->arena, c->words[0], STR(".tiles"));
    if (to.len == 0) return usage(c, "--to 后面是文件夹", "--to takes a folder");
    struct session s;
    int status = session_open(c, &s, false);
    if (status != EXIT_DONE) return status;
    struct err err;
    err_clear(&err);
    /* The folder itself is made; one whose parent is missing is a slip of the pen, and says so below. */
    if (mkdir(str_cz(&c->arena, to), 0777) != 0 && errno != EEXIST) {
        err_set(&err, &E_io, NO_PLACE, to, str_c(strerror(errno)));
        return session_close(&s, fail(c, &err));
    }
    if (journal_export_tiles(s.view.journal, to, &err) != RC_OK)
        status = fail(c, &err);
    else
        printf(say(c, "已导出 %llu 条纪实的树块到 " STR_FMT "\n", "wrote the tiles of %llu entries to " STR_FMT "\n"), (unsigned long long)s.view.seq,
               STR_ARG(to));
    return session_close(&s, status);
}
