/* paper.c - what stands on a paper: one form for each set of choices, so that papers that say the same are the same bytes. */
#include "ballot/inner.h"

static const struct { struct str word, zh; } approve_words[] = {{STR_INIT("yes"), STR_INIT("同意")}, {STR_INIT("no"), STR_INIT("反对")}, {STR_INIT("abstain"), STR_INIT("弃权")}};

static bool graded(const struct urn *u) { return u->b->kind == BALLOT_GRADE || u->b->kind == BALLOT_SCORE; }

/* The word as it is written on papers; empty: not one of this ballot. */
static struct str word_of(const struct urn *u, struct str text)
{
    if (graded(u)) {
        for (uint32_t i = 0; i < u->b->options_count; i++)
            if (str_eq(u->b->options[i].name, text) || str_eq(u->b->options[i].title, text)) return u->b->options[i].name;
        return STR("");
    }
    for (size_t i = 0; i < ARRAY_LEN(approve_words); i++)
        if ((str_eq(approve_words[i].word, text) || str_eq(approve_words[i].zh, text)) && (i == 0 || u->b->kind == BALLOT_APPROVE)) return approve_words[i].word;
    return STR("");
}

static struct str words_text(const struct urn *u)
{
    struct str out = STR("");
    if (graded(u)) {
        for (uint32_t i = 0; i < u->b->options_count; i++) out = str_cat(u->a, out, i > 0 ? STR(" ") : STR(""), u->b->options[i].title);
        return out;
    }
    return u->b->kind == BALLOT_APPROVE ? STR("同意 反对 弃权") : STR("同意");
}

static bool candidate_of(const struct urn *u, struct str text, uint32_t *idx)
{
    int64_t n;
    for (*idx = 0; *idx < u->candidates_count; (*idx)++)
        if (str_eq(u->candidates[*idx], text)) return true;
    if (!str_to_i64(text, &n) || n < 1 || n > u->candidates_count) return false;
    *idx = (uint32_t)(n - 1);
    return true;
}

static int64_t chosen_max(const struct urn *u) { return u->b->kind == BALLOT_CHOOSE ? u->places : u->candidates_count; }

enum rc paper_make(struct urn *u, struct str class, const struct ballot_choice *c, uint32_t n, struct str *out, struct err *err)
{
    struct str words[BALLOT_CANDIDATES_MAX] = {{NULL, 0}};
    int64_t chosen = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t idx;
        if (!candidate_of(u, c[i].candidate, &idx))
            return err_set(err, &E_ballot_paper_candidate, NO_PLACE, c[i].candidate, nearest_name(c[i].candidate, u->candidates_count, u->candidates));
        if (words[idx].len > 0) return err_set(err, &E_ballot_paper_twice, NO_PLACE, u->candidates[idx]);
        words[idx] = word_of(u, c[i].word);
        if (words[idx].len == 0) return err_set(err, &E_ballot_paper_word, NO_PLACE, c[i].word, words_text(u));
        chosen++;
    }
    bool counted = u->b->kind == BALLOT_CHOOSE || u->b->kind == BALLOT_NOMINATE;
    if (counted && chosen > chosen_max(u)) return err_set(err, &E_ballot_paper_many, NO_PLACE, str_i64(u->a, chosen), str_i64(u->a, chosen_max(u)));
    *out = class.len > 0 ? str_cat(u->a, class, STR(":")) : STR("");
    bool first = true;
    for (uint32_t i = 0; i < u->candidates_count; i++) {
        if (words[i].len == 0) continue;
        *out = str_cat(u->a, *out, first ? STR("") : STR(";"), str_u64(u->a, i + 1u), STR("="), words[i]);
        first = false;
    }
    MUST(out->len <= PAPER_TEXT_MAX); /* names of candidates and options are short: ballot_open() looks */
    return RC_OK;
}

/* Which class of voters it is of, and what stands behind that; false: none that is declared. */
static bool class_read(const struct urn *u, struct str *text, uint32_t *class_idx)
{
    size_t colon = str_find_char(*text, ':');
    *class_idx = 0;
    if (u->b->classes_count == 0) return colon == SIZE_MAX;
    if (colon == SIZE_MAX) return false;
    struct str name = str_sub(*text, 0, colon);
    *text = str_sub(*text, colon + 1, text->len);
    for (; *class_idx < u->b->classes_count; (*class_idx)++)
        if (str_eq(u->b->classes[*class_idx].name, name)) return true;
    return false;
}

/* One form for each set of choices: numbers ascend, words are as they are written. */
struct paper paper_read(const struct urn *u, struct str text)
{
    struct str *words = arena_array(u->a, struct str, u->candidates_count + 1);
    struct paper p = {.words = words};
    int64_t chosen = 0, last = 0;
    if (!class_read(u, &text, &p.class_idx)) return p;
    while (text.len > 0) {
        size_t end = str_find_char(text, ';');
        struct str one = str_sub(text, 0, MIN(end, text.len));
        text = end == SIZE_MAX ? STR("") : str_sub(text, end + 1, text.len);
        size_t eq = str_find_char(one, '=');
        int64_t n;
        if (eq == SIZE_MAX || !str_to_i64(str_sub(one, 0, eq), &n) || n <= last || n > u->candidates_count) return p;
        struct str word = str_sub(one, eq + 1, one.len);
        if (word.len == 0 || !str_eq(word_of(u, word), word)) return p;
        words[n - 1] = word;
        last = n;
        chosen++;
    }
    bool counted = u->b->kind == BALLOT_CHOOSE || u->b->kind == BALLOT_NOMINATE;
    p.valid = !counted || chosen <= chosen_max(u);
    return p;
}

bool paper_valid(const struct urn *u, struct str text)
{
    struct arena_mark m = arena_mark(u->a);
    bool valid = paper_read(u, text).valid;
    arena_reset(u->a, m);
    return valid;
}
