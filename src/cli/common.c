/* common.c - what several commands do alike: errors, files, opening an area, looking things up, tables. */
#include <errno.h>
#include <sys/stat.h>

#include "cli/inner.h"
#include "exchange/exchange.h"

static int status_of(enum rc rc)
{
    switch (rc) {
    case RC_OK: return EXIT_DONE;
    case RC_INPUT:
    case RC_DENIED:
    case RC_ABSENT:
    case RC_CONFLICT:
    case RC_LIMIT: return EXIT_REFUSED;
    case RC_BROKEN: return EXIT_BROKEN;
    case RC_BUSY:
    case RC_SYSTEM:
    default: return EXIT_SYSTEM;
    }
}

int fail(const struct cli *c, const struct err *err)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    err_print(err, c->lang, STR(""), STR(""), &b);
    struct str s = buf_view(&b);
    fwrite(s.ptr, 1, s.len, stderr);
    buf_fini(&b);
    return status_of(err_rc(err));
}

void print_buf(struct buf *b)
{
    struct str s = buf_view(b);
    fwrite(s.ptr == NULL ? "" : s.ptr, 1, s.len, stdout);
    buf_clear(b);
}

int print_diags(const struct cli *c, struct diags *d, bool json)
{
    struct buf b;
    buf_init(&b, 64 << 20);
    diags_sort(d);
    /* Notes are many and ask for nothing today: they are listed when asked for. */
    if (!json && !cli_flag(c, "notes"))
        for (struct diag **at = &d->first; *at != NULL;) {
            if ((*at)->severity == SEV_NOTE)
                *at = (*at)->next;
            else
                at = &(*at)->next;
        }
    if (json)
        diags_print_json(d, &b);
    else
        diags_print(d, c->lang, &b);
    struct str s = buf_view(&b);
    fwrite(s.ptr == NULL ? "" : s.ptr, 1, s.len, json ? stdout : stderr);
    buf_fini(&b);
    return d->errors > 0 ? EXIT_FOUND : EXIT_DONE;
}

/* A file of known size in one piece, without a copy.  False: it has no size, or another one by now. */
static bool read_whole(struct arena *a, FILE *f, size_t max, struct str *out)
{
    struct stat st;
    if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 || (uint64_t)st.st_size > max) return false;
    size_t size = (size_t)st.st_size;
    char *p = arena_try(a, size + 1);
    if (p == NULL) return false;
    if (fread(p, 1, size + 1, f) != size || ferror(f)) {
        rewind(f);
        return false;
    }
    *out = str_of(p, size);
    return true;
}

enum rc read_file(struct arena *a, struct str path, size_t max, struct str *out, struct err *err)
{
    bool stdin_wanted = str_eq(path, STR("-"));
    FILE *f = stdin_wanted ? stdin : fopen(str_cz(a, path), "rb");
    if (f == NULL) return err_set(err, &E_io, NO_PLACE, path, str_c(strerror(errno)));
    if (!stdin_wanted && read_whole(a, f, max, out)) {
        fclose(f);
        return RC_OK;
    }
    struct buf b;
    buf_init(&b, max);
    enum rc rc = RC_OK;
    for (;;) {
        char *room = buf_room(&b, 1 << 16);
        if (room == NULL) {
            rc = err_set(err, &E_limit, NO_PLACE, path, str_u64(a, max));
            break;
        }
        size_t got = fread(room, 1, 1 << 16, f);
        buf_grew(&b, got);
        if (got == 0) {
            if (ferror(f)) rc = err_set(err, &E_io, NO_PLACE, path, str_c(strerror(errno)));
            break;
        }
    }
    if (!stdin_wanted) fclose(f);
    if (rc == RC_OK) *out = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return rc;
}

bool day_option(struct cli *c, const char *name, day_num *out, int *status)
{
    struct str text;
    bool month = false;
    if (!cli_option(c, name, &text)) return false;
    if (day_parse_loose(text, out, &month) && !month) return true;
    fprintf(stderr, say(c, "--%s：“" STR_FMT "”不是日期，应写成 2026-01-31\n", "--%s: \"" STR_FMT "\" is not a date, write 2026-01-31\n"), name, STR_ARG(text));
    *status = EXIT_USAGE;
    return false;
}

struct area_options area_options_of(struct cli *c)
{
    return (struct area_options){.clock_confirmed = cli_flag(c, "clock-confirmed"), .forms_check = exchange_forms_check};
}

static int open_with(struct cli *c, struct session *s, const struct area_options *given)
{
    struct err err;
    err_clear(&err);
    *s = (struct session){0};
    struct area_options o = *given;
    if (area_open(c->words[0], &o, &s->area, &err) != RC_OK) return fail(c, &err);
    if (area_view_open(s->area, &s->view, &err) != RC_OK) {
        area_close(&s->area);
        return fail(c, &err);
    }
    s->open = true;
    return EXIT_DONE;
}

int session_open(struct cli *c, struct session *s, bool write)
{
    struct area_options o = area_options_of(c);
    o.read_only = !write;
    return open_with(c, s, &o);
}

int session_open_on(struct cli *c, struct session *s, day_num today)
{
    struct area_options o = area_options_of(c);
    o.today = today;
    return open_with(c, s, &o);
}

int session_close(struct session *s, int status)
{
    if (s->open) area_view_close(&s->view);
    area_close(&s->area);
    s->open = false;
    return status;
}

int find_register(struct cli *c, const struct pack_set *set, struct str name, const struct pack_register **out)
{
    *out = pack_register_find(set, name);
    if (*out != NULL) return EXIT_DONE;
    struct str *names = arena_array(&c->arena, struct str, 2 * (size_t)set->registers_count + 1);
    for (uint32_t i = 0; i < set->registers_count; i++) {
        names[2 * i] = set->registers[i]->d.name;
        names[2 * i + 1] = set->registers[i]->d.title.zh;
    }
    struct err err;
    err_set(&err, &E_area_no_register, NO_PLACE, name, nearest_name(name, 2 * (size_t)set->registers_count, names));
    return fail(c, &err);
}

int find_rule(struct cli *c, const struct pack_set *set, struct str name, const struct pack_rule **out)
{
    *out = pack_rule_find(set, name);
    if (*out != NULL) return EXIT_DONE;
    struct str *names = arena_array(&c->arena, struct str, 2 * (size_t)set->rules_count + 1);
    for (uint32_t i = 0; i < set->rules_count; i++) {
        names[2 * i] = set->rules[i]->d.name;
        names[2 * i + 1] = set->rules[i]->d.title.zh;
        if (!str_eq(name, set->rules[i]->d.title.zh)) continue;
        *out = set->rules[i]; /* people write the title that judge prints */
        return EXIT_DONE;
    }
    struct err err;
    err_set(&err, &E_area_no_rule, NO_PLACE, name, nearest_name(name, 2 * (size_t)set->rules_count, names));
    return fail(c, &err);
}

int read_packs(struct cli *c, const struct str *folders, size_t n, struct pack_source **out, size_t *count)
{
    struct err err;
    err_clear(&err);
    return pack_read_all(&c->arena, folders, n, out, count, &err) == RC_OK ? EXIT_DONE : fail(c, &err);
}

int leave_out(struct cli *c, struct pack_source *packs, size_t n, struct area_options *o)
{
    struct str word;
    struct diags d;
    struct err err;
    struct pack_set *set = NULL;
    struct pack_options po = {.today = civil_day(PACK_ZONE, clock_now_us())};
    struct pack_left *left = NULL;
    size_t count = 0;
    err_clear(&err);
    if (!cli_option(c, "profile", &word)) return EXIT_DONE;
    if (!pack_profile_find(word, &o->profile)) return usage(c, "--profile 是 public、internal 或 stand-alone", "--profile is public, internal or stand-alone");
    o->profiled = true;
    diags_init(&d, &c->arena, 1000);
    if (pack_load(&c->arena, packs, n, &po, &set, &d) != RC_OK) {
        (void)print_diags(c, &d, false);
        return EXIT_REFUSED;
    }
    /* What rests on a chapter that is left out is left out too: those where the rest does not load name themselves. */
    struct map also = {0};
    for (unsigned round = 0; round < 8; round++) {
        struct diags again;
        struct pack_set *rest = NULL;
        size_t before = also.len;
        diags_init(&again, &c->arena, 1000);
        if (pack_leave_out(&c->arena, packs, set, o->profile, &also, &left, &count, &err) != RC_OK) return fail(c, &err);
        if (pack_load(&c->arena, packs, n, &po, &rest, &again) == RC_OK) break;
        for (const struct diag *g = again.first; g != NULL; g = g->next) {
            struct str path = g->err.place.file == 0 ? STR("") : diags_file_name(&again, g->err.place.file);
            size_t from = 0;
            for (size_t i = 0; i < path.len; i++)
                if (path.ptr[i] == '/') from = i + 1;
            struct str name = str_sub(path, from, path.len);
            if (g->severity == SEV_ERROR && name.len > 0 && map_find(&also, name) == NULL) (void)map_put(&c->arena, &also, str_dup(&c->arena, name), c);
        }
        if (also.len == before) {
            (void)print_diags(c, &again, false);
            return EXIT_REFUSED;
        }
    }
    if (count > 0) printf(say(c, "按“%s”环境装入，留出 %zu 章：\n", "for the profile %s %zu chapters are left out:\n"), pack_profile_title(o->profile, c->lang), count);
    for (size_t i = 0; i < count; i++) printf("  " STR_FMT "/" STR_FMT "\n", STR_ARG(left[i].pack), STR_ARG(left[i].file));
    return EXIT_DONE;
}

/* ---- tables ---- */

void table_init(struct table *t, struct arena *a, size_t columns)
{
    *t = (struct table){.arena = a, .columns = columns};
}

void table_put(struct table *t, struct str cell) { vec_push(t->arena, &t->cells, cell); }

void table_print(const struct table *t, const char *indent, size_t width_max, struct buf *out)
{
    size_t *width = arena_array(t->arena, size_t, t->columns);
    for (size_t i = 0; i < t->cells.len; i++) width[i % t->columns] = MAX(width[i % t->columns], MIN(str_width(t->cells.at[i]), width_max));
    for (size_t i = 0; i < t->cells.len; i++) {
        size_t column = i % t->columns;
        bool last = column + 1 == t->columns;
        if (column == 0) buf_str(out, str_c(indent));
        if (last && (t->right >> column & 1) == 0)
            buf_str(out, t->cells.at[i]);
        else
            buf_pad(out, t->cells.at[i], width[column], (t->right >> column & 1) != 0);
        if (!last) {
            buf_lit(out, "  ");
            continue;
        }
        while (out->len > 0 && out->ptr[out->len - 1] == ' ') out->len--; /* what pads an empty last cell */
        buf_char(out, '\n');
    }
}

struct str time_text(struct arena *a, int64_t us)
{
    /* People read the time of their own zone: that of China, where every area is. */
    int64_t local = us + INT64_C(8) * 3600 * 1000000;
    struct buf b;
    buf_init(&b, 64);
    struct datetime dt = datetime_from_us(local);
    day_put(&b, dt.day);
    char clock[16];
    int len = snprintf(clock, sizeof clock, " %02d:%02d:%02d", dt.time.second / 3600, dt.time.second / 60 % 60, dt.time.second % 60);
    buf_put(&b, clock, (size_t)len);
    struct str s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

struct str day_text(struct arena *a, int64_t day) { return day == ENTRY_NO_DAY ? STR("") : day_print(a, day); }

const char *severity_word(enum pack_severity s, enum lang lang)
{
    static const char *const zh[] = {"● 提示", "▲ 注意", "■ 严重"}, *const en[] = {"● info", "▲ warn", "■ serious"};
    return lang == LANG_ZH ? zh[s] : en[s];
}
