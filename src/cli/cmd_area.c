/* cmd_area.c - init, verify, backup, restore. */
#include "cli/inner.h"

/* Every value of a repeated option. */
static size_t option_all(struct cli *c, const char *name, struct str **out)
{
    *out = arena_array(&c->arena, struct str, c->options_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < c->options_count; i++)
        if (str_eq(c->options[i].name, str_c(name))) (*out)[n++] = c->options[i].value;
    return n;
}

int cmd_init(struct cli *c)
{
    struct str *folders, hash;
    size_t n = option_all(c, "pack", &folders), count = 0;
    if (n == 0) return usage(c, "要用 --pack 指明规矩集所在的文件夹", "name the packs' folders with --pack");
    struct area_options o = area_options_of(c);
    if (cli_option(c, "hash", &hash)) {
        if (str_eq(hash, STR("sha256")))
            o.alg = HASH_SHA256;
        else if (str_eq(hash, STR("sm3")))
            o.alg = HASH_SM3;
        else
            return usage(c, "--hash 只能是 sha256 或 sm3", "--hash is sha256 or sm3");
    }
    cli_option(c, "name", &o.name);
    struct pack_source *packs;
    int status = read_packs(c, folders, n, &packs, &count);
    if (status == EXIT_DONE) status = leave_out(c, packs, count, &o);
    if (status != EXIT_DONE) return status;
    struct diags d;
    struct err err;
    err_clear(&err);
    diags_init(&d, &c->arena, 1000);
    enum rc rc = area_create(c->words[0], &o, packs, count, &d, &err);
    if (rc != RC_OK && d.errors > 0) {
        (void)print_diags(c, &d, false);
        return EXIT_REFUSED;
    }
    if (rc != RC_OK) return fail(c, &err);
    printf(say(c, "已新建辖区 " STR_FMT "\n签名钥匙 " STR_FMT ".key（请另行妥善保管），检查点 " STR_FMT ".checkpoints\n",
               "made the area " STR_FMT "\nsigning key " STR_FMT ".key (keep it elsewhere), checkpoints " STR_FMT ".checkpoints\n"),
           STR_ARG(c->words[0]), STR_ARG(c->words[0]), STR_ARG(c->words[0]));
    return EXIT_DONE;
}

static void print_report(struct cli *c, const struct area_report *r)
{
    if (cli_flag(c, "json")) {
        printf("{\"bodies\":%llu,\"checkpoints\":%zu,\"entries\":%llu,\"erased\":%llu,\"ok\":true,\"records\":%llu,\"tail_seen\":%s,\"torn\":%zu}\n",
               (unsigned long long)r->journal.bodies, r->checkpoints, (unsigned long long)r->journal.entries,
               (unsigned long long)r->journal.erased, (unsigned long long)r->records.records, r->tail_seen ? "true" : "false", r->torn);
        return;
    }
    printf(say(c, "纪实 %llu 条、台账记录 %llu 条，逐条重算，全部相符\n", "%llu journal entries and %llu records recomputed one by one: all fit\n"),
           (unsigned long long)r->journal.entries, (unsigned long long)r->records.records);
    if (r->journal.erased > 0)
        printf(say(c, "其中 %llu 处已依法擦除\n", "%llu bodies were erased by law\n"), (unsigned long long)r->journal.erased);
    printf(say(c, "对照文件以外的检查点 %zu 个\n", "%zu checkpoints outside the file were compared\n"), r->checkpoints);
    if (r->torn > 0) printf(say(c, "注意：检查点文件里有 %zu 段残缺，读不出检查点\n", "note: %zu pieces of the file of checkpoints are torn and could not be read\n"), r->torn);
    if (!r->tail_seen)
        puts(say(c, "注意：最后一个检查点之后的纪实没有外部凭据，尾部若被截去，本命令看不出来；请签发检查点并存到别处",
                 "note: nothing outside the file covers the entries after the last checkpoint; a cut tail could not be seen. Sign a checkpoint and keep it elsewhere"));
}

enum { PRINT_FILE_MAX = 128 << 20 };

/* A print that carries its proof is text; an area is a database; what is neither is told as no area. */
static bool is_print(struct cli *c, struct str path, struct str *file)
{
    static const char area[] = "SQLite format 3";
    char first[sizeof area] = "";
    struct err ignored;
    FILE *f = fopen(str_cz(&c->arena, path), "rb");
    if (f == NULL) return false;
    size_t n = fread(first, 1, sizeof first, f);
    (void)fclose(f);
    if (n < sizeof first || memcmp(first, area, sizeof first) == 0) return false;
    if (read_file(&c->arena, path, PRINT_FILE_MAX, file, &ignored) == RC_OK) return area_proof_is(*file);
    err_clear(&ignored);
    return false;
}

static int verify_print(struct cli *c, struct str file)
{
    struct str key = STR("");
    struct err err;
    struct area_proof_seen p;
    err_clear(&err);
    (void)cli_option(c, "key", &key);
    if (area_prove_check(file, key, &c->arena, &p, &err) != RC_OK) return fail(c, &err);
    printf(say(c, "证明成立：文字没有改过；所附 %llu 笔纪实（#%llu–#%llu，内容 %llu 份）都在签了名的纪实里\n",
               "the proof holds: the text is as it was printed; the %llu entries (#%llu–#%llu, %llu bodies) are all in the journal that was signed\n"),
           (unsigned long long)p.entries, (unsigned long long)p.first_seq, (unsigned long long)p.last_seq, (unsigned long long)p.bodies);
    printf(say(c, "辖区 " STR_FMT "，纪实 %llu 笔，" STR_FMT "\n", "area " STR_FMT ", journal of %llu entries, " STR_FMT "\n"), STR_ARG(p.origin), (unsigned long long)p.size, STR_ARG(p.extension));
    if (key.len == 0)
        printf(say(c, "签名公钥 " STR_FMT "\n注意：公钥是文件自己写的；请与从别处得到的辖区公钥对照，或用 --key 写明\n",
                   "signed by " STR_FMT "\nnote: that key is the file's own word; compare it with the area's key as you have it from elsewhere, or give it with --key\n"), STR_ARG(p.verifier));
    return EXIT_DONE;
}

int cmd_verify(struct cli *c)
{
    struct str print;
    if (is_print(c, c->words[0], &print)) return verify_print(c, print);
    struct str against = STR_NONE;
    cli_option(c, "against", &against);
    struct area_options o = area_options_of(c);
    o.read_only = true;
    struct area *ar = NULL;
    struct err err;
    err_clear(&err);
    if (area_open(c->words[0], &o, &ar, &err) != RC_OK) return fail(c, &err);
    struct area_report report;
    enum rc rc = area_verify(ar, against, &c->arena, &report, &err);
    int status = EXIT_DONE;
    if (rc == RC_OK)
        print_report(c, &report);
    else
        status = fail(c, &err);
    area_close(&ar);
    return status;
}

int cmd_backup(struct cli *c)
{
    struct area_options o = area_options_of(c);
    o.read_only = true;
    struct area *ar = NULL;
    struct err err;
    err_clear(&err);
    struct buf note;
    buf_init(&note, 1 << 16);
    enum rc rc = area_open(c->words[0], &o, &ar, &err);
    bool signed_head = rc == RC_OK && area_checkpoint(ar, &note, &err) == RC_OK;
    /* The key may be kept elsewhere, as it should: that is no reason to have no backup. */
    if (rc == RC_OK && !signed_head) rc = err.kind == &E_journal_key_absent ? RC_OK : err_rc(&err);
    if (rc == RC_OK) rc = area_backup(ar, c->words[1], &err);
    int status = rc == RC_OK ? EXIT_DONE : fail(c, &err);
    if (rc == RC_OK) {
        printf(say(c, "已备份到 " STR_FMT "%s\n", "copied to " STR_FMT "%s\n"), STR_ARG(c->words[1]),
               signed_head ? say(c, "，检查点：", ", checkpoint:") : say(c, "；签名钥匙不在，没有签发检查点", "; the signing key is not here, so no checkpoint was signed"));
        print_buf(&note);
    }
    buf_fini(&note);
    area_close(&ar);
    return status;
}

int cmd_restore(struct cli *c)
{
    struct area_options o = area_options_of(c);
    struct err err;
    err_clear(&err);
    if (area_restore(c->words[0], c->words[1], &o, &err) != RC_OK) return fail(c, &err);
    printf(say(c, "已恢复为 " STR_FMT "，并在纪实中记下新纪元\n", "restored as " STR_FMT ", with a new epoch in its journal\n"), STR_ARG(c->words[1]));
    return EXIT_DONE;
}
