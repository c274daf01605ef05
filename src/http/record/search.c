/*
 * search.c - the one box: names, pinyin, keys; and words that are conditions, understood from the declarations alone: titles of codes, numbers
 * with a unit, fields that are yes or no, names of what a ref leads to.  Nothing here knows the field.
 */
#include "http/inner.h"

enum { WORDS_MAX = 12, HITS_MAX = 30, FIND_MORE = 400, BEST = 6 };

struct chip { struct str label, filter, word; };
struct reading { const struct pack_register *reg; struct chip chips[WORDS_MAX]; size_t chips_n; struct str left[WORDS_MAX]; size_t left_n; unsigned score; };

/* ---- words ---- */

static bool parts_words(struct str s, size_t at, size_t *len)
{
    static const struct str marks[] = {STR_INIT(" "), STR_INIT("\t"), STR_INIT(","), STR_INIT(";"), STR_INIT("，"), STR_INIT("、"), STR_INIT("；"), STR_INIT("　"), STR_INIT("。")};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (str_starts(str_sub(s, at, s.len), marks[i])) {
            *len = marks[i].len;
            return true;
        }
    return false;
}

static size_t words_of(struct str s, struct str *out)
{
    size_t n = 0, from = 0, len = 0;
    for (size_t i = 0; i <= s.len;) {
        bool end = i == s.len || parts_words(s, i, &len);
        if (!end) {
            (void)utf8_next(s, &i);
            continue;
        }
        if (i > from && n < WORDS_MAX) out[n++] = str_sub(s, from, i);
        i = i == s.len ? i + 1 : i + len;
        from = i;
    }
    return n;
}

/* Do all characters of the word stand in the title, each as often?  "正科" in "乡科级正职". */
static bool letters_in(struct str word, struct str title)
{
    uint32_t left[64];
    size_t n = 0;
    for (size_t at = 0; at < title.len && n < ARRAY_LEN(left);) left[n++] = utf8_next(title, &at);
    size_t count = 0;
    for (size_t at = 0; at < word.len;) {
        uint32_t cp = utf8_next(word, &at);
        if (!cp_is_han(cp)) return false;
        size_t i = 0;
        while (i < n && left[i] != cp) i++;
        if (i == n) return false;
        left[i] = 0;
        count++;
    }
    return count >= 2;
}

/* The smaller the better; BEST: not at all. */
static unsigned fit(struct str word, struct str title)
{
    if (title.len == 0) return BEST;
    if (str_eq(word, title)) return 0;
    if (utf8_count(word) < 2) return BEST;
    if (str_starts(title, word)) return 1;
    if (str_find(title, word) != SIZE_MAX) return 2;
    return letters_in(word, title) ? 3 : BEST;
}

static struct str quoted(struct req *q, struct str text)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_char(&b, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') buf_char(&b, '\\');
        buf_char(&b, text.ptr[i]);
    }
    buf_char(&b, '"');
    struct str s = str_dup(&q->arena, buf_view(&b));
    buf_fini(&b);
    return s;
}

/* May one filter by it? */
static bool usable(struct req *q, const struct pack_register *r, const struct pack_field *f)
{
    if (f->class == PACK_PROTECTED || f->retired != DAY_OPEN) return false;
    const struct scope *s = grant_scope_by(q->grant, PACK_READ, r, 1u << f->class, &q->arena);
    return s->all || s->terms_count > 0;
}

/* ---- a number and its unit ---- */

struct bound { struct str number, unit, sign, zh, en; };

static bool bound_of(struct str word, struct bound *b)
{
    static const struct { struct str word, sign, zh, en; } ends[] = {
        {STR_INIT("及以上"), STR_INIT(">="), STR_INIT("以上"), STR_INIT("or more")}, {STR_INIT("及以下"), STR_INIT("<="), STR_INIT("以下"), STR_INIT("or less")},
        {STR_INIT("以上"), STR_INIT(">="), STR_INIT("以上"), STR_INIT("or more")},   {STR_INIT("以下"), STR_INIT("<="), STR_INIT("以下"), STR_INIT("or less")},
        {STR_INIT("以内"), STR_INIT("<="), STR_INIT("以内"), STR_INIT("or less")},   {STR_INIT("不满"), STR_INIT("<"), STR_INIT("不满"), STR_INIT("below")},
        {STR_INIT("+"), STR_INIT(">="), STR_INIT("以上"), STR_INIT("or more")},      {STR_INIT(""), STR_INIT("="), STR_INIT(""), STR_INIT("")}};
    static const struct { struct str word, sign; } starts[] = {{STR_INIT("不满"), STR_INIT("<")},  {STR_INIT("不到"), STR_INIT("<")}, {STR_INIT("超过"), STR_INIT(">")},
                                                               {STR_INIT("<="), STR_INIT("<=")},  {STR_INIT(">="), STR_INIT(">=")}, {STR_INIT("<"), STR_INIT("<")},
                                                               {STR_INIT(">"), STR_INIT(">")},    {STR_INIT("满"), STR_INIT(">=")}};
    *b = (struct bound){.sign = STR_NONE};
    for (size_t i = 0; i < ARRAY_LEN(starts) && b->sign.len == 0; i++)
        if (str_starts(word, starts[i].word)) {
            b->sign = starts[i].sign;
            b->zh = b->en = starts[i].word;
            word = str_sub(word, starts[i].word.len, word.len);
        }
    size_t digits = 0;
    while (digits < word.len && ((word.ptr[digits] >= '0' && word.ptr[digits] <= '9') || word.ptr[digits] == '.')) digits++;
    if (digits == 0 || digits > 12) return false;
    b->number = str_sub(word, 0, digits);
    word = str_sub(word, digits, word.len);
    struct dec d;
    if (!dec_parse(b->number, &d)) return false;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        if (!str_ends(word, ends[i].word)) continue;
        b->unit = str_sub(word, 0, word.len - ends[i].word.len);
        if (b->sign.len == 0) {
            b->sign = ends[i].sign;
            b->zh = ends[i].zh;
            b->en = ends[i].en;
        }
        return true;
    }
    return false;
}

static bool read_bound(struct req *q, struct reading *r, struct str word)
{
    struct bound b;
    if (!bound_of(word, &b)) return false;
    const struct pack_field *best = NULL;
    unsigned best_points = 0;
    for (uint32_t i = 0; i < r->reg->fields_count; i++) {
        const struct pack_field *f = &r->reg->fields[i];
        if (f->type != FIELD_NUMBER || f->unit.len == 0 || !str_eq(f->unit, b.unit) || !usable(q, r->reg, f)) continue;
        /* What changes with the day is what people mean: how old one is, not at which age something is due. */
        unsigned points = 1 + (f->daily ? 4u : 0u) + (f->derive != NULL ? 1u : 0u);
        if (points > best_points) {
            best = f;
            best_points = points;
        }
    }
    if (best == NULL) return false;
    struct str label = text2_in(&best->label, q->lang), filter_name = best->title.zh;
    bool tail = b.zh.len > 0 && str_eq(b.zh, q->lang == LANG_ZH ? b.zh : b.en) && (str_eq(b.zh, STR("以上")) || str_eq(b.zh, STR("以下")) || str_eq(b.zh, STR("以内")));
    struct chip *c = &r->chips[r->chips_n++];
    c->word = word;
    c->filter = str_cat(&q->arena, filter_name, STR(" "), b.sign, STR(" "), b.number);
    c->label = tail ? str_cat(&q->arena, label, STR(" "), b.number, b.unit, b.zh) : str_cat(&q->arena, label, STR(" "), b.sign, STR(" "), b.number, b.unit);
    r->score += 4;
    return true;
}

/* ---- codes, yes or no ---- */

struct code_hit { const struct pack_field *field; const struct pack_back *back; uint32_t row; unsigned points; size_t extra; };

static void look_at_codes(struct req *q, const struct pack_register *r, const struct pack_back *back, struct str word, struct code_hit *best)
{
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        if (f->type != FIELD_CHOICE || f->codes == NULL || !usable(q, r, f) || (back != NULL && f->derive != NULL)) continue;
        for (uint32_t k = 0; k < f->codes->feel.rows_count; k++) {
            struct str zh = f->codes->titles[k].zh, en = f->codes->titles[k].en;
            unsigned points = MIN(fit(word, zh), fit(word, en));
            if (points == BEST && word.len > 1 && str_eq(word, f->codes->feel.code[k])) points = 1;
            points = points == BEST ? BEST : points + (back != NULL ? 1u : 0u);
            if (points >= BEST) continue;
            size_t extra = zh.len > word.len ? zh.len - word.len : 0;
            if (best->field == NULL || points < best->points || (points == best->points && extra < best->extra))
                *best = (struct code_hit){f, back, k, points, extra};
        }
    }
}

static bool read_flag(struct req *q, struct reading *r, struct str word, unsigned *points)
{
    const struct pack_field *best = NULL;
    *points = BEST;
    for (uint32_t i = 0; i < r->reg->fields_count; i++) {
        const struct pack_field *f = &r->reg->fields[i];
        if (f->type != FIELD_BOOL || !usable(q, r->reg, f)) continue;
        unsigned p = MIN(fit(word, f->title.zh), fit(word, f->title.en));
        if (p > 2 || p >= *points) continue;
        best = f;
        *points = p;
    }
    if (best == NULL) return false;
    struct chip *c = &r->chips[r->chips_n];
    c->word = word;
    c->filter = str_cat(&q->arena, best->title.zh, STR(" = true"));
    c->label = text2_in(&best->label, q->lang);
    return true;
}

static bool read_code(struct req *q, struct reading *r, struct str word)
{
    struct code_hit hit = {0};
    unsigned flag = BEST;
    look_at_codes(q, r->reg, NULL, word, &hit);
    for (uint32_t i = 0; i < r->reg->backs_count; i++) {
        const struct pack_back *b = &r->reg->backs[i];
        if (b->from->parent == b->field && grant_may(q->grant, PACK_READ, b->from)) look_at_codes(q, b->from, b, word, &hit);
    }
    bool has_flag = read_flag(q, r, word, &flag);
    if (has_flag && (hit.field == NULL || flag < hit.points)) {
        r->chips_n++;
        r->score += 4 - MIN(flag, 3u);
        return true;
    }
    if (hit.field == NULL) return false;
    const struct text2 *title = &hit.field->codes->titles[hit.row];
    struct chip *c = &r->chips[r->chips_n++];
    c->word = word;
    struct str is = str_cat(&q->arena, hit.field->title.zh, STR(" = "), quoted(q, title->zh));
    c->filter = hit.back == NULL ? is : str_cat(&q->arena, STR("count("), hit.back->title, STR("["), is, STR("]) > 0"));
    c->label = str_cat(&q->arena, text2_in(&hit.field->label, q->lang), q->lang == LANG_ZH ? STR("：") : STR(": "), text2_in(title, q->lang));
    r->score += 4 - MIN(hit.points, 3u);
    return true;
}

/* ---- what refs lead to ---- */

static bool read_ref(struct req *q, struct reading *r, struct str word, const struct found *found, size_t n)
{
    for (uint32_t i = 0; i < r->reg->fields_count; i++) {
        const struct pack_field *f = &r->reg->fields[i];
        if (f->type != FIELD_REF || f->derive != NULL || f->ref == r->reg || f->ref->key == NULL || !usable(q, r->reg, f)) continue;
        for (size_t k = 0; k < n; k++) {
            if (!str_eq(found[k].reg->d.name, f->ref->d.name) || str_find(found[k].display, word) == SIZE_MAX || utf8_count(word) < 2) continue;
            struct record rec;
            struct sight s;
            struct err ignored;
            struct str key;
            if (record_seen(q, PACK_READ, f->ref, found[k].id, &rec, &s, &ignored) != RC_OK) continue;
            if (record_value_text(q->view->records, f->ref->key, &rec.values[f->ref->key->column], &q->arena, &key, &ignored) != RC_OK) continue;
            struct chip *c = &r->chips[r->chips_n++];
            c->word = word;
            c->filter = str_cat(&q->arena, f->title.zh, STR("."), f->ref->key->title.zh, STR(" = "), quoted(q, key));
            c->label = str_cat(&q->arena, text2_in(&f->label, q->lang), q->lang == LANG_ZH ? STR("：") : STR(": "), str_dup(&q->arena, found[k].display));
            r->score += 2;
            return true;
        }
    }
    return false;
}

/* ---- the box ---- */

static enum rc find_words(struct req *q, struct str text, size_t max, struct found **out, size_t *n, struct err *err)
{
    struct site *s = q->site;
    struct found *got = NULL;
    *n = 0;
    *out = NULL;
    pthread_mutex_lock(&s->find_lock);
    enum rc rc = find_view_ready(s, err);
    size_t count = 0;
    if (rc == RC_OK) rc = record_find(s->find_view.records, text, max, &q->arena, &got, &count, err);
    /* Registers of the search's own view may be of other packs than ours: by name, while that view is held. */
    if (rc == RC_OK) *out = arena_array(&q->arena, struct found, count + 1);
    for (size_t i = 0; rc == RC_OK && i < count; i++) {
        const struct pack_register *r = pack_register_find(q->view->set, got[i].reg->d.name);
        if (r != NULL) (*out)[(*n)++] = (struct found){r, got[i].id, got[i].display};
    }
    find_view_rest(s);
    pthread_mutex_unlock(&s->find_lock);
    return rc;
}

static bool is_title_of(const struct pack_register *r, struct str word)
{
    return str_eq(word, r->d.title.zh) || str_eq(word, r->d.label.zh) || str_eq(word, r->d.title.en) || str_eq(word, r->d.label.en) || str_eq(word, r->d.name);
}

static enum rc read_words(struct req *q, const struct str *words, size_t n, struct reading *best, struct err *err)
{
    struct found *found[WORDS_MAX];
    size_t found_n[WORDS_MAX] = {0};
    *best = (struct reading){0};
    for (size_t i = 0; i < n; i++) TRY(find_words(q, words[i], 10, &found[i], &found_n[i], err));
    for (uint32_t k = 0; k < q->view->set->registers_count; k++) {
        const struct pack_register *reg = q->view->set->registers[k];
        if (!grant_may(q->grant, PACK_READ, reg) || reg->parent != NULL || str_eq(q->view->set->packs[reg->d.pack].name, STR("core"))) continue;
        struct reading r = {.reg = reg};
        bool named = false;
        for (size_t i = 0; i < n; i++) {
            if (is_title_of(reg, words[i])) named = true;
            else if (!read_bound(q, &r, words[i]) && !read_code(q, &r, words[i]) && !read_ref(q, &r, words[i], found[i], found_n[i]) && r.left_n < WORDS_MAX)
                r.left[r.left_n++] = words[i];
        }
        if (named) r.score += 6;
        /* Codes that many registers share speak for the one with the most conditions; then for the one declared first. */
        if (r.chips_n > 0 && r.score > best->score) *best = r;
    }
    return RC_OK;
}

static void understood_put(struct req *q, const struct reading *r)
{
    put_key(&q->j, "understood");
    if (r->chips_n == 0) {
        json_null(&q->j);
        return;
    }
    struct str all = STR("");
    for (size_t i = 0; i < r->chips_n; i++) all = i == 0 ? r->chips[i].filter : str_cat(&q->arena, all, STR(" and "), r->chips[i].filter);
    json_object(&q->j);
    put_text(&q->j, "register", r->reg->d.name);
    put_text(&q->j, "title", text2_in(&r->reg->d.title, q->lang));
    put_text(&q->j, "filter", all);
    put_key(&q->j, "chips");
    json_array(&q->j);
    for (size_t i = 0; i < r->chips_n; i++) {
        json_object(&q->j);
        put_text(&q->j, "label", r->chips[i].label);
        put_text(&q->j, "filter", r->chips[i].filter);
        put_text(&q->j, "word", r->chips[i].word);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_key(&q->j, "left");
    json_array(&q->j);
    for (size_t i = 0; i < r->left_n; i++) json_string(&q->j, r->left[i]);
    json_end_array(&q->j);
    json_end_object(&q->j);
}

/* A second line for people: what else the declaration says that they are, their first derived text. */
static enum rc line_of(struct req *q, const struct pack_register *r, const struct record *rec, const struct sight *s, struct str *out, struct err *err)
{
    *out = STR_NONE;
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        struct sv v;
        if (f->derive == NULL || f->type != FIELD_TEXT || !sight_field(s, r, f)) continue;
        TRY(derived_get(q, r, f, rec->id, &v, err));
        if (v.kind == SV_TEXT) *out = str_dup(&q->arena, v.s);
        return RC_OK;
    }
    return RC_OK;
}

enum rc route_search(struct req *q, struct err *err)
{
    struct str text = str_trim(req_query(q, "q")), words[WORDS_MAX];
    struct found *found = NULL;
    size_t n = 0, shown = 0;
    struct reading r = {0};
    if (text.len > 400) return err_set(err, &E_http_query, NO_PLACE, STR("q"), STR("至多 400 字节"), STR("at most 400 bytes"));
    if (text.len > 0) {
        size_t words_n = words_of(text, words);
        TRY(find_words(q, text, FIND_MORE, &found, &n, err));
        TRY(read_words(q, words, words_n, &r, err));
    }
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = 0; i < n && shown < HITS_MAX; i++) {
        const struct pack_register *reg = found[i].reg;
        struct record rec;
        struct sight s = SIGHT_NONE;
        struct str display, line;
        struct err ignored;
        if (!grant_may(q->grant, PACK_READ, reg) || record_seen(q, PACK_READ, reg, found[i].id, &rec, &s, &ignored) != RC_OK) continue;
        TRY(display_of(q, reg, rec.id, &display, err));
        /* What was found by a name that is out of sight must not be found. */
        if (display.len > 0 && display.ptr[0] == '#') continue;
        TRY(line_of(q, reg, &rec, &s, &line, err));
        json_object(&q->j);
        put_text(&q->j, "register", reg->d.name);
        put_text(&q->j, "register_title", text2_in(&reg->d.title, q->lang));
        put_u64(&q->j, "id", rec.id);
        put_text(&q->j, "display", display);
        put_text_or_null(&q->j, "line", line);
        json_end_object(&q->j);
        shown++;
    }
    json_end_array(&q->j);
    understood_put(q, &r);
    json_end_object(&q->j);
    return RC_OK;
}
