/*
 * docs_test.c - docs/packs.md is a chapter that loads, and it names every kind, key and error code that the loader knows.
 * The packs that come with the program load without a warning: docs_test PAGE CORE FIELD.
 */
#include "pack/pack.h"

#include <stdio.h>

static int missing(struct str text, const char *what, struct str word, struct arena *a)
{
    struct str quoted = str_cat(a, STR("`"), word, STR("`"));
    if (str_find(text, quoted) != SIZE_MAX) return 0;
    (void)printf("not ok the page does not name the %s " STR_FMT "\n", what, STR_ARG(quoted));
    return 1;
}

int main(int argc, char **argv)
{
    static const char *const words[] = {
#define KIND(id, word, flags) word,
#define PART(id)
#define KEY(ctx, key, shape, flags, part)
#include "pack/keys.def"
#undef KIND
#undef PART
#undef KEY
    }, *const keys[] = {
#define KIND(id, word, flags)
#define PART(id)
#define KEY(ctx, key, shape, flags, part) key,
#include "pack/keys.def"
#undef KIND
#undef PART
#undef KEY
    }, *const codes[] = {
#define ERR(id, rc, code, zh, en, hint_zh, hint_en) code,
#include "pack/errors.def"
#undef ERR
    };
    MUST(argc == 4);
    struct arena a;
    struct diags d;
    struct err err;
    arena_init(&a, (size_t)256 << 20);
    diags_init(&d, &a, 200);
    static char bytes[1 << 20];
    FILE *f = fopen(argv[1], "rb");
    MUST(f != NULL);
    struct str text = str_of(bytes, fread(bytes, 1, sizeof bytes, f));
    (void)fclose(f);
    struct pack_file file = {STR("packs.md"), text};
    struct pack_source s[3] = {{.where = STR("docs"), .files = &file, .files_count = 1}};
    struct pack_options o = {.today = 20515, .scenarios = true};
    struct pack_set *set;
    int wrong = 0;
    if (pack_load(&a, s, 1, &o, &set, &d) != RC_OK || d.warnings > 0 || d.notes > 0) wrong++;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) wrong += missing(text, "kind", str_c(words[i]), &a);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) wrong += missing(text, "key", str_c(keys[i]), &a);
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) wrong += missing(text, "error", str_c(codes[i]), &a);

    for (int i = 1; i <= 2; i++)
        if (pack_read(&a, str_c(argv[i + 1]), &s[i], &err) != RC_OK) wrong++;
    size_t warnings = d.warnings;
    if (wrong == 0 && (pack_load(&a, &s[1], 2, &o, &set, &d) != RC_OK || d.warnings > warnings)) wrong++;
    struct buf b;
    buf_init(&b, 1 << 20);
    diags_print(&d, LANG_ZH, &b);
    (void)printf(STR_FMT "%s\n", STR_ARG(buf_view(&b)), wrong == 0 ? "ok" : "not ok");
    buf_fini(&b);
    arena_fini(&a);
    return wrong == 0 ? 0 : 1;
}
