/*
 * calendar_days.c - the calendar that the loader makes of packs, day by day: "2026-01-04 1" is a working day, "2026-01-03 0" is none.
 * Usage: calendar_days PACK_FOLDER FIRST_YEAR LAST_YEAR.  Days that the calendar does not know are left out.
 */
#include "pack/pack.h"

enum { YEAR_FIRST = 1900, YEAR_LAST = 2200 };

int main(int argc, char **argv)
{
    struct arena a;
    struct err err;
    struct diags d;
    struct pack_source *packs = NULL;
    struct pack_set *set = NULL;
    size_t n = 0;
    int64_t from = 0, to = 0;
    if (argc != 4 || !str_to_i64(str_c(argv[2]), &from) || !str_to_i64(str_c(argv[3]), &to) || from < YEAR_FIRST || to > YEAR_LAST) {
        fprintf(stderr, "usage: calendar_days PACK_FOLDER FIRST_YEAR LAST_YEAR\n");
        return 2;
    }
    arena_init(&a, (size_t)1 << 30);
    err_clear(&err);
    diags_init(&d, &a, 100);
    struct str folder = str_c(argv[1]);
    struct pack_options o = {0};
    if (pack_read_all(&a, &folder, 1, &packs, &n, &err) != RC_OK) {
        fprintf(stderr, "%s\n", err.en);
        return 1;
    }
    if (pack_load(&a, packs, n, &o, &set, &d) != RC_OK || set->calendar == NULL) {
        fprintf(stderr, "%s: does not load, or declares no calendar\n", argv[1]);
        return 1;
    }
    struct buf b;
    buf_init(&b, 1 << 20);
    day_num first = day_of((struct ymd){(int32_t)from, 1, 1}), last = day_of((struct ymd){(int32_t)to, 12, 31});
    for (day_num day = first; day <= last; day++) {
        bool work = false;
        if (!calendar_is_work(set->calendar, day, &work)) continue;
        day_put(&b, day);
        buf_str(&b, work ? STR(" 1\n") : STR(" 0\n"));
    }
    fwrite(b.ptr, 1, b.len, stdout);
    buf_fini(&b);
    arena_fini(&a);
    return 0;
}
