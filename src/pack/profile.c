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
