/* profile.c - where a chapter may run: on a public network, an internal one, a machine of its own. */
#include "pack/inner.h"

static const struct { const char *word, *zh, *en; } profiles[] = {{"public", "公开", "public"}, {"internal", "内部", "internal"}, {"stand-alone", "单机", "stand-alone"}};

const char *pack_profile_word(enum pack_profile p) { return profiles[p].word; }
const char *pack_profile_title(enum pack_profile p, enum lang lang) { return lang == LANG_ZH ? profiles[p].zh : profiles[p].en; }

bool pack_profile_find(struct str word, enum pack_profile *out)
{
    for (size_t i = 0; i < ARRAY_LEN(profiles); i++)
        if (str_eq(word, str_c(profiles[i].word))) {
            *out = (enum pack_profile)i;
            return true;
        }
    return false;
}

size_t pack_profile_above(const struct pack_set *set, enum pack_profile max, const struct pack_chapter **first)
{
    size_t n = 0;
    for (uint32_t i = 0; i < set->chapters_count; i++)
        if (set->chapters[i].profile > max && n++ == 0) *first = &set->chapters[i];
    return n;
}

enum rc pack_profile_fits(const struct pack_set *set, enum pack_profile max, struct err *err)
{
    const struct pack_chapter *bad = NULL;
    char many[32];
    size_t n = pack_profile_above(set, max, &bad);
    if (n == 0) return RC_OK;
    int len = snprintf(many, sizeof many, "%zu", n);
    return err_set(err, &E_pack_profile, NO_PLACE, bad->file, str_of(many, (size_t)len), str_c(profiles[bad->profile].zh), str_c(profiles[max].zh), str_c(profiles[bad->profile].en), str_c(profiles[max].en));
}

/* ---- leaving out ---- */

/* The names behind "register:" and "procedure:" at the head of blocks, and behind "chapter:"; a pack's manifest is told. */
struct heads { struct arena *a; struct buf leaves; struct str chapter; size_t n; bool manifest; };

static void head_take(struct heads *h, struct str line)
{
    size_t colon = str_find_char(line, ':');
    if (colon == SIZE_MAX) return;
    struct str kind = str_trim(str_sub(line, 0, colon)), name = str_trim(str_sub(line, colon + 1, line.len));
    size_t end = 0;
    while (end < name.len && name.ptr[end] != ' ' && name.ptr[end] != '#' && name.ptr[end] != '(') end++;
    name = str_sub(name, 0, end);
    h->manifest = h->manifest || str_eq(kind, STR("pack"));
    if (str_eq(kind, STR("chapter"))) h->chapter = name;
    if (!str_eq(kind, STR("register")) && !str_eq(kind, STR("procedure"))) return;
    if (h->n++ > 0) buf_lit(&h->leaves, ", ");
    buf_str(&h->leaves, name);
}

static void heads_read(struct heads *h, struct str text)
{
    bool inside = false, first = false;
    for (size_t from = 0; from < text.len;) {
        size_t to = from;
        while (to < text.len && text.ptr[to] != '\n') to++;
        struct str line = str_sub(text, from, to);
        from = to + 1;
        if (str_starts(line, STR("```"))) {
            first = !inside && str_starts(line, STR("```guiju"));
            inside = !inside;
        } else if (first && inside) {
            head_take(h, line);
            first = false;
        }
    }
}

static enum rc stub_make(struct arena *a, const struct pack_chapter *c, struct str *out, bool *manifest, struct err *err)
{
    struct heads h = {.a = a};
    struct buf b;
    (void)err;
    buf_init(&h.leaves, 1 << 16);
    buf_init(&b, 1 << 18);
    heads_read(&h, c->text);
    buf_lit(&b, "# ");
    buf_str(&b, c->title);
    buf_lit(&b, "\n\n本章要在“");
    buf_str(&b, str_c(profiles[c->profile].zh));
    buf_lit(&b, "”环境里用，没有装入这个辖区。要用它：把辖区放在相应的环境里，重新装入完整的规矩集。\n\nThis chapter needs the profile ");
    buf_str(&b, str_c(profiles[c->profile].word));
    buf_lit(&b, " and was left out of this area.\n\n```guiju\nchapter: ");
    buf_str(&b, h.chapter.len > 0 ? h.chapter : STR("left_out"));
    buf_lit(&b, "\nleft-out: ");
    buf_str(&b, str_c(profiles[c->profile].word));
    buf_lit(&b, "\n");
    if (h.n > 0) {
        buf_lit(&b, "leaves: [");
        buf_str(&b, buf_view(&h.leaves));
        buf_lit(&b, "]\n");
    }
    buf_lit(&b, "```\n");
    *out = str_dup(a, buf_view(&b));
    *manifest = h.manifest;
    buf_fini(&b);
    buf_fini(&h.leaves);
    return RC_OK;
}

enum rc pack_leave_out(struct arena *a, struct pack_source *sources, const struct pack_set *set, enum pack_profile max, const struct map *also, struct pack_left **out, size_t *n, struct err *err)
{
    *out = arena_array(a, struct pack_left, set->chapters_count + 1u);
    *n = 0;
    for (uint32_t i = 0; i < set->chapters_count; i++) {
        const struct pack_chapter *c = &set->chapters[i];
        struct str stub;
        bool manifest = false;
        if (c->profile <= max && (also == NULL || map_find(also, c->file) == NULL)) continue;
        struct pack_chapter as = *c;
        if (as.profile <= max) as.profile = (enum pack_profile)(max + 1); /* it rests on what asks for more */
        TRY(stub_make(a, &as, &stub, &manifest, err));
        if (manifest) return err_set(err, &E_pack_profile, NO_PLACE, c->file, STR("1"), str_c(profiles[as.profile].zh), str_c(profiles[max].zh), str_c(profiles[as.profile].en), str_c(profiles[max].en));
        pack_source_put(a, &sources[c->pack], c->file, stub);
        (*out)[(*n)++] = (struct pack_left){set->packs[c->pack].name, c->file, c->title, as.profile};
    }
    return RC_OK;
}
