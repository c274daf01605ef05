/* beneath.c - which packs a pack lies over, so that naming one folder is enough where its bases stand beside it. */
#include <sys/stat.h>

#include "pack/pack.h"

enum { PACKS_MAX = 16 };

/* The value of a key at the start of a line in the block that declares the pack, as written. */
static struct str manifest_value(const struct pack_source *s, struct str key)
{
    for (size_t i = 0; i < s->files_count; i++) {
        struct str text = s->files[i].text;
        bool inside = false, manifest = false;
        for (size_t from = 0; from < text.len;) {
            size_t to = from;
            while (to < text.len && text.ptr[to] != '\n') to++;
            struct str line = str_trim(str_sub(text, from, to));
            if (str_starts(line, STR("```"))) {
                inside = str_eq(line, STR("```guiju"));
                manifest = false;
            } else if (inside && str_starts(line, STR("pack:"))) {
                manifest = true;
            }
            if (manifest && str_starts(line, key)) return str_trim(str_sub(line, key.len, line.len));
            from = to + 1;
        }
    }
    return STR("");
}

/* The first word of each item of "[core 1, cn 2026.1]". */
static size_t names_of(struct str list, struct str *out, size_t max)
{
    size_t n = 0;
    bool word = false, taken = false;
    size_t start = 0;
    for (size_t i = 0; i <= list.len && n < max; i++) {
        char c = i < list.len ? list.ptr[i] : ',';
        bool name = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (name && !word && !taken) {
            word = true;
            start = i;
        } else if (!name && word) {
            out[n++] = str_sub(list, start, i);
            word = false;
            taken = true;
        }
        if (c == ',') taken = false;
    }
    return n;
}

struct reading {
    struct arena *arena;
    struct pack_source at[PACKS_MAX];
    size_t len;
};

static bool have(const struct reading *r, struct str name)
{
    for (size_t i = 0; i < r->len; i++)
        if (str_eq(pack_source_name(&r->at[i]), name)) return true;
    return false;
}

/* Bases first.  A base that is not beside the folder is left to pack_load(), which says so at its place. */
static enum rc take(struct reading *r, struct str folder, unsigned depth, struct err *err)
{
    struct pack_source s;
    TRY(pack_read(r->arena, folder, &s, err));
    if (have(r, pack_source_name(&s))) return RC_OK;
    struct str bases[PACKS_MAX];
    size_t n = depth < PACKS_MAX ? names_of(manifest_value(&s, STR("over:")), bases, PACKS_MAX) : 0;
    for (size_t i = 0; i < n; i++) {
        struct str beside = str_cat(r->arena, folder, STR("/../"), bases[i]);
        struct stat st;
        if (have(r, bases[i]) || stat(str_cz(r->arena, beside), &st) != 0) continue;
        TRY(take(r, beside, depth + 1, err));
    }
    if (r->len == PACKS_MAX) return err_set(err, &E_limit, NO_PLACE, STR("packs"), STR("16"));
    r->at[r->len++] = s;
    return RC_OK;
}

enum rc pack_read_all(struct arena *a, const struct str *folders, size_t n, struct pack_source **out, size_t *count, struct err *err)
{
    struct reading *r = arena_new(a, struct reading);
    r->arena = a;
    /* What is given is taken in the order given, unless another one given lies under it. */
    for (size_t i = 0; i < n; i++) TRY(take(r, folders[i], 0, err));
    *out = r->at;
    *count = r->len;
    return RC_OK;
}

struct str pack_source_name(const struct pack_source *s)
{
    struct str value = manifest_value(s, STR("pack:"));
    size_t to = 0;
    while (to < value.len && value.ptr[to] != ' ' && value.ptr[to] != '#') to++;
    return str_sub(value, 0, to);
}

void pack_source_put(struct arena *a, struct pack_source *s, struct str name, struct str text)
{
    struct pack_file *files = arena_array(a, struct pack_file, s->files_count + 1);
    size_t n = 0;
    bool done = false;
    for (size_t i = 0; i < s->files_count; i++) {
        int order = str_cmp(s->files[i].name, name);
        if (order >= 0 && !done) {
            files[n++] = (struct pack_file){name, text};
            done = true;
        }
        if (order != 0) files[n++] = s->files[i];
    }
    /* Where the list is not in order, the name may come again further on: then it was left out there. */
    if (!done) files[n++] = (struct pack_file){name, text};
    s->files = files;
    s->files_count = n;
}
