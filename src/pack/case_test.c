/*
 * case_test.c - runs the files of tests/case/pack: chapters and what the loader must say of them, side by side.
 *   ==== keep NAME.md          a chapter that all later cases of the file have before theirs
 *   ==== case WORDS            a case; what follows is its chapter 50.md
 *   ---- file NAME.md          another chapter of the same pack
 *   ---- pack NAME             another pack, which comes after it; its chapter is 50.md
 *   ---- expect                one line a message: [warn|note] [FILE:]LINE:COL CODE, FILE if it is not the case's first chapter.
 *                              `nothing` alone: no errors and no warnings.  Notes are only looked at where one is expected.
 * All errors and warnings must be expected, and nothing else may be.  With --print the file is printed with what is said filled in.
 */
#include "pack/pack.h"

#include <stdio.h>

enum { FILES_MAX = 16, TEXT_MAX = 4 << 20 };

struct one_file {
    char name[80];
    struct str text;
    size_t pack;
    bool kept;
};
struct run {
    struct arena arena;
    struct one_file files[FILES_MAX];
    size_t files_count, kept, packs;
    struct str title;
    char first_name[80];
    int failed, cases;
    bool print;
};

static struct str read_all(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    MUST(f != NULL);
    char *p = arena_alloc(a, TEXT_MAX);
    size_t n = fread(p, 1, TEXT_MAX - 1, f);
    MUST(feof(f));
    (void)fclose(f);
    return str_of(p, n);
}

static const char *word(enum severity s) { return s == SEV_ERROR ? "" : s == SEV_WARN ? "warn " : "note "; }

static void put_line(struct buf *b, const struct diags *d, const struct diag *g, const char *first)
{
    struct str name = diags_file_name(d, g->err.place.file);
    buf_str(b, str_c(word(g->severity)));
    if (!str_eq(name, str_c(first))) {
        buf_str(b, name);
        buf_char(b, ':');
    }
    buf_u64(b, g->err.place.line);
    buf_char(b, ':');
    buf_u64(b, g->err.place.col);
    buf_char(b, ' ');
    buf_str(b, str_c(err_code(&g->err)));
    buf_char(b, '\n');
}

static void run_case(struct run *r, struct str expected)
{
    struct arena_mark mark = arena_mark(&r->arena);
    struct pack_source *sources = arena_array(&r->arena, struct pack_source, FILES_MAX);
    size_t packs = 0;
    for (size_t i = 0; i < r->files_count; i++) {
        if (i == 0 || r->files[i].pack != r->files[i - 1].pack) {
            sources[packs].where = packs == 0 ? STR("") : str_cat(&r->arena, STR("p"), str_u64(&r->arena, packs + 1));
            sources[packs++].files = arena_array(&r->arena, struct pack_file, FILES_MAX);
        }
        struct pack_source *s = &sources[packs - 1];
        s->files[s->files_count++] = (struct pack_file){.name = str_c(r->files[i].name), .text = r->files[i].text};
    }
    struct diags d;
    diags_init(&d, &r->arena, 500);
    day_num today;
    MUST(day_parse(STR("2026-07-01"), &today));
    struct pack_options o = {.today = today, .scenarios = true};
    struct pack_set *set;
    enum rc rc = pack_load(&r->arena, sources, packs, &o, &set, &d);
    bool notes = str_find(expected, STR("note ")) != SIZE_MAX;
    struct buf got;
    buf_init(&got, 1 << 20);
    for (const struct diag *g = d.first; g != NULL; g = g->next)
        if (g->severity != SEV_NOTE || notes) put_line(&got, &d, g, r->first_name);
    if (got.len == 0) buf_lit(&got, "nothing\n");
    r->cases++;
    bool same = str_eq(str_trim(expected), str_trim(buf_view(&got)));
    if ((rc == RC_OK) != (set != NULL) || (rc == RC_OK) != (d.errors == 0)) same = false;
    if (r->print) {
        (void)printf(STR_FMT, STR_ARG(buf_view(&got)));
    } else if (!same) {
        r->failed++;
        struct buf all;
        buf_init(&all, 1 << 20);
        diags_print(&d, LANG_ZH, &all);
        (void)printf("FAILED: " STR_FMT "\n-- expected\n" STR_FMT "\n-- said\n" STR_FMT "--\n" STR_FMT "\n", STR_ARG(r->title), STR_ARG(expected),
                     STR_ARG(buf_view(&got)), STR_ARG(buf_view(&all)));
        buf_fini(&all);
    }
    buf_fini(&got);
    arena_reset(&r->arena, mark);
}

static void add_file(struct run *r, struct str name, size_t pack, bool kept)
{
    MUST(r->files_count < FILES_MAX && name.len < sizeof r->files[0].name);
    struct one_file *f = &r->files[r->files_count++];
    *f = (struct one_file){.pack = pack, .kept = kept};
    memcpy(f->name, name.ptr, name.len);
}

static void run_file(struct run *r, const char *path)
{
    struct str text = read_all(&r->arena, path);
    struct str *into = NULL, expected = STR("");
    bool expecting = false, in_case = false;
    r->files_count = r->kept = 0;
    for (size_t at = 0; at <= text.len;) {
        size_t end = str_find_char(str_sub(text, at, text.len), '\n');
        end = end == SIZE_MAX ? text.len : at + end;
        struct str line = str_sub(text, at, end);
        bool mark = str_starts(line, STR("==== ")) || str_starts(line, STR("---- ")), last = end >= text.len;
        if (!mark && expecting && line.len > 0) expected = expected.len == 0 ? line : str_of(expected.ptr, (size_t)(line.ptr - expected.ptr) + line.len);
        if (!mark && !expecting && into != NULL) *into = into->len == 0 && into->ptr == NULL ? str_of(line.ptr, line.len + 1) : str_of(into->ptr, (size_t)(line.ptr - into->ptr) + line.len + 1);
        if ((str_starts(line, STR("==== ")) || last) && in_case) {
            run_case(r, expected);
            if (r->print && !last) (void)printf("\n");
            in_case = expecting = false;
            expected = STR("");
        }
        if (r->print && (mark || !expecting) && !last) (void)printf(STR_FMT "\n", STR_ARG(line));
        struct str rest = str_sub(line, 10, line.len);
        if (str_starts(line, STR("==== keep "))) {
            r->files_count = r->kept;
            add_file(r, rest, 0, true);
            r->kept = r->files_count;
            into = &r->files[r->files_count - 1].text;
            expecting = false;
        } else if (str_starts(line, STR("==== case "))) {
            r->files_count = r->kept;
            r->title = rest;
            add_file(r, STR("50.md"), 0, false);
            (void)snprintf(r->first_name, sizeof r->first_name, "50.md");
            into = &r->files[r->files_count - 1].text;
            in_case = true;
            expecting = false;
        } else if (str_starts(line, STR("---- file "))) {
            add_file(r, rest, r->files[r->files_count - 1].pack, false);
            into = &r->files[r->files_count - 1].text;
        } else if (str_starts(line, STR("---- pack "))) {
            add_file(r, STR("50.md"), r->files[r->files_count - 1].pack + 1, false);
            into = &r->files[r->files_count - 1].text;
        } else if (str_starts(line, STR("---- expect"))) {
            expecting = true;
            into = NULL;
            expected = STR("");
        }
        if (last) break;
        at = end + 1;
    }
}

int main(int argc, char **argv)
{
    struct run r = {0};
    arena_init(&r.arena, (size_t)1 << 30);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--print") == 0)
            r.print = true;
        else
            run_file(&r, argv[i]);
    }
    if (!r.print) (void)printf("%d passed, %d failed\n", r.cases - r.failed, r.failed);
    arena_fini(&r.arena);
    return r.failed > 0 || r.cases == 0 ? 1 : 0;
}
