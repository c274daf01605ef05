/* cmd_sweep.c - bytes of files that nothing names any more. */
#include "cli/inner.h"

int cmd_files_sweep(struct cli *c)
{
    struct session s;
    struct err err;
    struct str *hashes;
    size_t n = 0;
    bool dry = cli_flag(c, "dry-run");
    int status = session_open(c, &s, !dry);
    if (status != EXIT_DONE) return status;
    err_clear(&err);
    if (area_files_unnamed(&s.view, &c->arena, &hashes, &n, &err) != RC_OK) return session_close(&s, fail(c, &err));
    if (dry || n == 0) {
        printf(say(c, "无主文件：%zu 个\n", "files that nothing names: %zu\n"), n);
        for (size_t i = 0; i < n; i++) printf(STR_FMT "\n", STR_ARG(hashes[i]));
        return session_close(&s, EXIT_DONE);
    }
    uint64_t files = 0, bytes = 0;
    struct args_sweep args = {.hashes = hashes, .count = n, .seq = s.view.seq, .files = &files, .bytes = &bytes};
    struct command cmd = {.verb = VERB_SWEEP, .happened = ENTRY_NO_DAY, .args = &args};
    struct receipt r;
    area_view_rest(&s.view);
    if (area_submit(s.area, &cmd, &r, &err) != RC_OK) return session_close(&s, fail(c, &err));
    printf(say(c, "已清理无主文件 %llu 个，%llu 字节；纪实 #%llu\n", "swept %llu files, %llu bytes; entry #%llu\n"), (unsigned long long)files, (unsigned long long)bytes, (unsigned long long)r.last_seq);
    return session_close(&s, EXIT_DONE);
}
