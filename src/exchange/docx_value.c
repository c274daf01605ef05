/* docx_value.c - placeholders: expressions over a record, words of the document itself, lists and conditions, pictures. */
#include "exchange/docx.h"

/* ---- expressions ---- */

/* As an editor leaves them: curled quotes, full-width signs. */
static struct str plain(struct arena *a, struct str s)
{
    static const struct { const char *from, *to; } pairs[] = {{"“", "\""}, {"”", "\""}, {"＝", "="}, {"（", "("}, {"）", ")"}, {"｜", "|"}, {"，", ", "}, {"＠", "@"}, {"＃", "#"}, {"？", "?"}, {"\xc2\xa0", " "}};
    struct buf b;
    bool quoted = false; /* what is said between quotes is printed as it stands */
    buf_init(&b, s.len * 2 + 16);
    for (size_t i = 0; i < s.len;) {
        bool done = false;
        if (s.ptr[i] == '"') quoted = !quoted;
        for (size_t k = 0; k < ARRAY_LEN(pairs) && !done; k++) {
            size_t n = strlen(pairs[k].from);
            if (i + n > s.len || memcmp(s.ptr + i, pairs[k].from, n) != 0) continue;
            if (quoted && pairs[k].to[0] != '"') continue;
            if (pairs[k].to[0] == '"') quoted = !quoted;
            buf_str(&b, str_c(pairs[k].to));
            i += n;
            done = true;
        }
        if (!done) buf_char(&b, s.ptr[i++]);
    }
    struct str out = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return out;
}

static struct str braced(struct doc *d, struct str s) { return str_starts(s, STR("{{")) ? s : str_cat(d->a, STR("{{"), s, STR("}}")); }

static enum rc program_of(struct doc *d, struct at at, struct str text, struct str shown, struct feel_program **out, struct err *err)
{
    struct str key = str_cat(d->a, at.reg != NULL ? at.reg->d.name : at.of->key, STR("\n"), text);
    struct err why;
    *out = map_find(&d->compiled, key);
    if (*out != NULL) return RC_OK;
    err_clear(&why);
    if (printed_compile(at.reg != NULL ? at.reg->scope : at.of->scope, text, d->a, out, &why) != RC_OK) {
        struct str number = str_u64(d->a, d->paragraph);
        if (strcmp(err_code(&why), "list.use") == 0) {
            if (err != NULL) *err = why;
            return err_rc(&why);
        }
        return err_set(err, &E_docx_expr, NO_PLACE, number, braced(d, shown), str_c(why.zh), str_c(why.en), str_c(why.hint_zh), str_c(why.hint_en));
    }
    (void)map_put(d->a, &d->compiled, key, *out);
    return RC_OK;
}

static enum rc run_at(struct doc *d, struct at at, const struct feel_program *p, struct feel_run *run, struct fv *self, struct fv *out, struct err *err)
{
    *self = fv_null();
    if (at.reg != NULL) *self = (struct fv){.kind = FV_RECORD, .reg = &at.reg->feel, .id = at.id};
    *run = (struct feel_run){.arena = d->a, .host = d->host, .host_ctx = d->ctx, .today = d->o->as_of, .zone = d->v->set->zone, .vars = at.reg != NULL ? self : at.of->vars,
                             .vars_count = at.reg != NULL ? 1 : at.of->count};
    return feel_run(p, run, out, err);
}

enum rc docx_mistake(struct doc *d, enum rc rc, struct err *err)
{
    if (d->check == NULL || rc == RC_OK || rc == RC_LIMIT) return rc;
    if (err != NULL)
        diags_put(d->check, SEV_ERROR, &E_docx_form, d->place, d->named, str_dup(d->a, str_c(err->zh)), str_dup(d->a, str_c(err->en)), str_dup(d->a, str_c(err->hint_zh)), str_dup(d->a, str_c(err->hint_en)));
    return RC_OK;
}

/* ---- pictures ---- */

static bool is_file(const struct feel_program *p)
{
    const struct feel_node *n = p->root;
    if (n->op != FEEL_MEMBER || n->member == NULL || n->reg == NULL) return false;
    const struct pack_register *reg = n->reg->host;
    return reg != NULL && n->member->slot < reg->fields_count && reg->fields[n->member->slot].type == FIELD_FILE;
}

/* The record whose field it is: this one, or the one that the way before the field leads to. */
static enum rc picture_bytes(struct doc *d, struct at at, const struct feel_program *p, struct str *out, struct err *err)
{
    const struct feel_node *n = p->root;
    const struct pack_register *reg = n->reg->host;
    struct feel_program way = *p;
    struct feel_run run;
    struct fv self, of = fv_null();
    if (at.reg != NULL) of = (struct fv){.kind = FV_RECORD, .reg = &at.reg->feel, .id = at.id};
    if (n->kids_count > 0) {
        way.root = n->kids[0];
        TRY(run_at(d, at, &way, &run, &self, &of, err));
    }
    if (of.kind != FV_RECORD || of.reg->host != reg || of.id <= 0) return err_set(err, &E_area_file_absent, NO_PLACE, STR(""));
    return area_file_of(d->v, d->o->grant, reg, &reg->fields[n->member->slot], (uint64_t)of.id, d->a, out, err);
}

static enum rc put_picture(struct doc *d, struct xn *t, struct at at, const struct feel_program *p, struct str format, struct err *err)
{
    struct picture pic = {.number = (uint32_t)d->pictures.len + 1};
    uint64_t mm[2] = {33, 44};
    uint32_t w, h;
    size_t x = str_find_char(format, 'x');
    if (x != SIZE_MAX) {
        (void)str_to_u64(str_trim(str_sub(format, 0, x)), &mm[0]);
        (void)str_to_u64(str_trim(str_sub(format, x + 1, format.len)), &mm[1]);
    }
    enum rc rc = picture_bytes(d, at, p, &pic.bytes, err);
    if (rc == RC_ABSENT) return RC_OK;
    TRY(rc);
    if (!photo_size(pic.bytes, &w, &h) || w == 0 || h == 0) return RC_OK;
    pic.png = str_starts(pic.bytes, STR("\x89PNG"));
    vec_push(d->a, &d->pictures, pic);
    enum { EMU = 36000, WHOLE = 100000 };
    mm[0] = MAX(MIN(mm[0], (uint64_t)400), (uint64_t)1);
    mm[1] = MAX(MIN(mm[1], (uint64_t)400), (uint64_t)1);
    /* Another shape is cut at both sides alike, never stretched. */
    uint64_t wide = (uint64_t)w * mm[1], high = (uint64_t)h * mm[0];
    uint64_t side = wide > high ? (WHOLE - WHOLE * high / wide) / 2 : 0, end = high > wide ? (WHOLE - WHOLE * wide / high) / 2 : 0;
    char xml[1800];
    int n = snprintf(xml, sizeof xml,
                     "<w:drawing xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" "
                     "xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" "
                     "xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">"
                     "<wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"%llu\" cy=\"%llu\"/><wp:docPr id=\"%u\" name=\"p%u\"/>"
                     "<a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr><pic:cNvPr id=\"%u\" name=\"p%u\"/>"
                     "<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"rIdGuiju%u\"/><a:srcRect l=\"%llu\" t=\"%llu\" r=\"%llu\" b=\"%llu\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>"
                     "<a:off x=\"0\" y=\"0\"/><a:ext cx=\"%llu\" cy=\"%llu\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>"
                     "</a:graphic></wp:inline></w:drawing>",
                     (unsigned long long)mm[0] * EMU, (unsigned long long)mm[1] * EMU, pic.number, pic.number, pic.number, pic.number, pic.number,
                     (unsigned long long)side, (unsigned long long)end, (unsigned long long)side, (unsigned long long)end,
                     (unsigned long long)mm[0] * EMU, (unsigned long long)mm[1] * EMU);
    if (n < 0 || (size_t)n >= sizeof xml) return RC_OK;
    struct xn *drawing;
    TRY(xml_tree(d->a, STR("picture"), str_dup(d->a, str_of(xml, (size_t)n)), 100, &drawing, err));
    xn_hang(t->up, drawing);
    return RC_OK;
}

/* ---- one paragraph ---- */

static void format_of(struct str s, struct str *expr, struct str *format)
{
    *expr = s;
    *format = STR("");
    bool quoted = false;
    size_t bar = SIZE_MAX;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') quoted = !quoted;
        if (s.ptr[i] == '|' && !quoted) bar = i;
    }
    if (bar == SIZE_MAX) return;
    *expr = str_trim(str_sub(s, 0, bar));
    *format = str_trim(str_sub(s, bar + 1, s.len));
}


/* ---- words of the document itself: {{@序号}} ---- */

enum word { WORD_NONE, WORD_NUMBER, WORD_COUNT, WORD_AS_OF, WORD_HINTS };

static enum word word_of(struct str expr)
{
    static const struct { struct str zh, en; enum word word; } words[] = {
        {STR_INIT("@序号"), STR_INIT("@number"), WORD_NUMBER}, {STR_INIT("@人数"), STR_INIT("@count"), WORD_COUNT},
        {STR_INIT("@截至"), STR_INIT("@as-of"), WORD_AS_OF}, {STR_INIT("@提示"), STR_INIT("@hints"), WORD_HINTS}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(expr, words[i].zh) || str_eq(expr, words[i].en)) return words[i].word;
    return WORD_NONE;
}

static enum rc word_value(struct doc *d, struct at at, enum word w, struct str *out, struct err *err)
{
    struct ymd day = ymd_of(d->o->as_of);
    char text[64];
    int n = 0;
    *out = STR("");
    switch (w) {
    case WORD_NONE: return RC_OK;
    case WORD_NUMBER: *out = str_u64(d->a, d->number); return RC_OK;
    case WORD_COUNT: *out = str_u64(d->a, d->o->sheet == NULL ? d->n : at.of == NULL ? d->n : at.of->vars[PACK_SLOT_LIST].count); return RC_OK;
    case WORD_AS_OF:
        n = d->o->lang == LANG_ZH ? snprintf(text, sizeof text, "%d年%d月%d日", day.year, day.month, day.day) : snprintf(text, sizeof text, "%04d-%02d-%02d", day.year, day.month, day.day);
        *out = str_dup(d->a, str_of(text, (size_t)n));
        return RC_OK;
    case WORD_HINTS: return at.reg == NULL ? RC_OK : docx_hints(d, at, out, err);
    }
    return RC_OK;
}

/* ---- values ---- */

/* Records whose lines a form of the packs declares (résumés): as that form writes them. */
static enum rc record_lines(struct doc *d, const struct fv *list, struct str *out, struct err *err)
{
    const struct pack_set *set = d->v->set;
    const struct pack_form_group *g = NULL;
    const struct pack_register *reg = list->count > 0 && list->items[0].kind == FV_RECORD ? list->items[0].reg->host : NULL;
    for (uint32_t f = 0; f < set->forms_count && reg != NULL; f++)
        for (uint32_t i = 0; i < set->forms[f]->groups_count && g == NULL; i++)
            if (set->forms[f]->groups[i].reg == reg && set->forms[f]->groups[i].from != NULL) g = &set->forms[f]->groups[i];
    *out = STR("");
    if (g == NULL) return RC_OK;
    struct form_line *lines = arena_array(d->a, struct form_line, list->count + 1u);
    uint32_t n = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        struct record rec;
        uint64_t id = (uint64_t)list->items[i].id;
        const struct exchange_sight *sight = d->o->sight;
        if (sight != NULL && !(sight->field(sight->ctx, reg, id, g->from) && sight->field(sight->ctx, reg, id, g->until) && sight->field(sight->ctx, reg, id, g->text))) continue;
        TRY(record_get(d->v->records, reg, id, d->a, &rec, err));
        lines[n++] = form_line_of(g, rec.values);
    }
    form_lines_sort(lines, n);
    struct buf b;
    buf_init(&b, DOCX_TEXT_MAX);
    form_lines_put(&b, lines, n, STR("\n"));
    *out = str_dup(d->a, buf_view(&b));
    buf_fini(&b);
    return RC_OK;
}

/* 张三 as 张　三: names of two stand as wide as names of three. */
static struct str padded(struct arena *a, struct str s)
{
    size_t first = utf8_offset(s, 1);
    return utf8_count(s) == 2 && s.len == 6 ? str_cat(a, str_sub(s, 0, first), STR("\xe3\x80\x80"), str_sub(s, first, s.len)) : s;
}

/* A list of records has no text of its own: a template that says one was meant otherwise. */
static enum rc format_check(struct doc *d, const struct feel_program *p, struct str format, struct str inside, struct err *err)
{
    const struct feel_type *t = p->type;
    struct fit fit;
    bool several = t != NULL && (t->kind == FT_CONTEXT || (t->kind == FT_LIST && t->item != NULL && t->item->kind == FT_CONTEXT));
    (void)fit_parse(format, &fit);
    return several ? err_set(err, &E_docx_no_text, NO_PLACE, str_u64(d->a, d->paragraph), braced(d, inside)) : RC_OK;
}

static enum rc value_put(struct doc *d, struct at at, struct str inside, struct xn *t, struct str *out, struct fit *fit, struct err *err)
{
    struct str expr, format;
    struct feel_program *p;
    struct feel_run run;
    struct fv self, v;
    *out = STR("");
    *fit = (struct fit){0};
    format_of(plain(d->a, inside), &expr, &format);
    enum word w = word_of(expr);
    if (d->check != NULL) {
        enum rc rc = w != WORD_NONE ? RC_OK : program_of(d, at, expr, inside, &p, err);
        if (rc == RC_OK && w == WORD_NONE) rc = format_check(d, p, format, inside, err);
        return docx_mistake(d, rc, err);
    }
    if (w != WORD_NONE) {
        TRY(word_value(d, at, w, out, err));
        if (out->len == 0 && !fit_parse(format, fit)) *out = format; /* what stands where there is nothing */
        if (fit_parse(format, fit) && !fit_put(d, t, *out, fit)) d->tight = str_cat(d->a, d->tight, braced(d, inside), STR("\n"));
        return RC_OK;
    }
    TRY(program_of(d, at, expr, inside, &p, err));
    TRY(run_at(d, at, p, &run, &self, &v, err));
    if (v.kind == FV_NULL) return RC_OK;
    if (is_file(p)) return v.kind == FV_STRING ? put_picture(d, t, at, p, format, err) : RC_OK;
    bool name = str_starts(format, STR("name"));
    if (name) format = str_cat(d->a, STR("fit"), str_sub(format, 4, format.len));
    if (fit_parse(format, fit) || name) format = STR("");
    if (fit->kind == FIT_LINES && v.kind == FV_LIST) {
        TRY(record_lines(d, &v, out, err));
    } else {
        struct buf b;
        buf_init(&b, DOCX_TEXT_MAX);
        if (v.kind == FV_BOOL && format.len == 0) buf_str(&b, v.b ? STR("是") : STR("否"));
        else fv_show(&run, &v, format.len > 0 ? format : STR_NONE, d->o->lang, &b);
        *out = str_dup(d->a, buf_view(&b));
        buf_fini(&b);
    }
    if (name) *out = padded(d->a, *out);
    if (!fit_put(d, t, *out, fit)) d->tight = str_cat(d->a, d->tight, braced(d, inside), STR("\n"));
    return RC_OK;
}

enum { MARKS_MAX = 200 };

enum rc docx_paragraph(struct doc *d, struct xn *p, struct at at, struct err *err)
{
    struct docx_texts x;
    docx_texts_of(d, p, &x);
    struct str all = x.all;
    struct { size_t from, to; } marks[MARKS_MAX];
    size_t n = 0;
    bool lines = false;
    for (size_t at_ = 0; n < ARRAY_LEN(marks);) {
        size_t open = str_find(str_sub(all, at_, all.len), STR("{{"));
        if (open == SIZE_MAX) break;
        open += at_;
        size_t shut = str_find(str_sub(all, open, all.len), STR("}}"));
        if (shut == SIZE_MAX) return err_set(err, &E_docx_shape, NO_PLACE, str_u64(d->a, d->paragraph), str_sub(all, open, open + 40), STR("}}"));
        marks[n].from = open;
        marks[n++].to = open + shut + 2;
        at_ = open + shut + 2;
    }
    for (size_t m = n; m-- > 0;) { /* from behind, so that places before stay true */
        struct str inside = str_trim(str_sub(all, marks[m].from + 2, marks[m].to - 2)), value = STR("");
        bool first = true;
        for (size_t i = 0; i < x.list.len; i++) {
            struct xn *t = x.list.at[i].t;
            size_t from = x.list.at[i].from, to = i + 1 < x.list.len ? x.list.at[i + 1].from : all.len;
            struct fit fit;
            if (to <= marks[m].from || from >= marks[m].to || from == to) continue;
            struct str s = xn_text(d->a, t), before, after;
            /* What stands behind was replaced already: only the beginning keeps its places. */
            before = marks[m].from > from ? str_sub(s, 0, marks[m].from - from) : STR("");
            after = marks[m].to < to ? str_sub(s, marks[m].to - from, s.len) : STR("");
            if (first && !str_eq(inside, STR("/"))) {
                TRY(value_put(d, at, inside, t, &value, &fit, err));
                lines = lines || fit.kind == FIT_LINES;
            }
            docx_set_text(d, t, str_cat(d->a, before, first ? value : STR(""), after));
            first = false;
        }
    }
    if (lines) fit_lines(d, p);
    else
        for (size_t i = 0; n > 0 && i < x.list.len; i++) docx_break_lines(d, x.list.at[i].t);
    return RC_OK;
}

/* ---- lists and conditions ---- */

bool docx_is_chosen(struct doc *d, struct str expr)
{
    struct str e = plain(d->a, expr);
    return str_eq(e, STR("所选")) || str_eq(e, STR("selected"));
}

/* "expression | strokes | condition": the parts, outside quotes. */
static size_t bars(struct doc *d, struct str s, struct str **out)
{
    VEC(struct str) list = {0};
    bool quoted = false;
    size_t from = 0;
    for (size_t i = 0; i <= s.len; i++) {
        if (i < s.len && s.ptr[i] == '"') quoted = !quoted;
        if (i < s.len && (quoted || s.ptr[i] != '|')) continue;
        vec_push(d->a, &list, str_trim(str_sub(s, from, i)));
        from = i + 1;
    }
    *out = list.at;
    return list.len;
}

static enum rc is_true(struct doc *d, struct at at, const struct feel_program *p, bool *yes, struct err *err)
{
    struct feel_run run;
    struct fv self, v;
    TRY(run_at(d, at, p, &run, &self, &v, err));
    *yes = v.kind == FV_BOOL ? v.b : v.kind == FV_STRING ? v.str.len > 0 : v.kind == FV_LIST ? v.count > 0 : v.kind != FV_NULL;
    return RC_OK;
}

static enum rc list_where(struct doc *d, struct at_list *list, struct str text, struct str mark, struct err *err)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        struct feel_program *p;
        bool yes = true;
        TRY(program_of(d, list->at[i], text, mark, &p, err));
        if (d->check == NULL) TRY(is_true(d, list->at[i], p, &yes, err));
        if (yes) list->at[n++] = list->at[i];
    }
    list->count = n;
    return RC_OK;
}

struct sorted { struct at at; struct str key; uint32_t number; };

static int by_key(const void *x, const void *y)
{
    const struct sorted *a = x, *b = y;
    int c = str_cmp(a->key, b->key);
    return c != 0 ? c : a->number < b->number ? -1 : a->number > b->number;
}

/* By how each is called: a line by its own name. */
static enum rc list_sort(struct doc *d, struct at_list *list, bool strokes, struct err *err)
{
    struct sorted *s = arena_array(d->a, struct sorted, list->count + 1u);
    for (uint32_t i = 0; i < list->count; i++) {
        struct at at = list->at[i];
        struct str called = STR("");
        if (at.reg != NULL) TRY(record_display(d->v->records, at.reg, (uint64_t)at.id, d->a, &called, err));
        for (uint32_t l = 0; at.reg == NULL && d->o->sheet != NULL && l < d->o->sheet->lines_count; l++)
            if (d->o->sheet->lines[l].vars == at.of->vars) called = d->o->sheet->lines[l].display;
        s[i] = (struct sorted){at, uni_sort_key(d->a, strokes ? SORT_STROKES : SORT_PINYIN, called), i};
    }
    if (list->count > 1) qsort(s, list->count, sizeof *s, by_key);
    for (uint32_t i = 0; i < list->count; i++) list->at[i] = s[i].at;
    return RC_OK;
}

static enum rc no_list(struct doc *d, struct str mark, struct err *err) { return err_set(err, &E_docx_list, NO_PLACE, str_u64(d->a, d->paragraph), mark); }

/* Of a template that is looked at: one of the kind that the list is of; none where that is not known before it runs. */
static enum rc list_shape(struct doc *d, struct at at, const struct feel_program *p, struct str mark, struct at_list *out, struct err *err)
{
    const struct feel_type *t = p->type, *item = t != NULL && t->kind == FT_LIST ? t->item : NULL;
    if (t == NULL || t->kind == FT_ANY || (t->kind == FT_LIST && (item == NULL || item->kind == FT_ANY))) return RC_OK;
    if (item != NULL && item->kind == FT_RECORD) out->at[out->count++] = (struct at){.reg = item->reg->host};
    else if (item != NULL && item->kind == FT_CONTEXT && at.of != NULL) out->at[out->count++] = docx_case_item(d, &at, item, NULL);
    else return no_list(d, mark, err);
    return RC_OK;
}

static enum rc list_of(struct doc *d, struct at at, struct str expr, struct str mark, bool all, struct at_list *out, struct err *err)
{
    struct feel_program *p;
    struct feel_run run;
    struct fv self, v;
    *out = (struct at_list){.at = arena_array(d->a, struct at, 1)};
    TRY(program_of(d, at, expr, mark, &p, err));
    if (docx_case_lines(&at, p)) {
        docx_case_each(d, all, out);
        return RC_OK;
    }
    if (d->check != NULL) return list_shape(d, at, p, mark, out, err);
    TRY(run_at(d, at, p, &run, &self, &v, err));
    if (v.kind == FV_NULL) return RC_OK;
    if (v.kind != FV_LIST) return no_list(d, mark, err);
    const struct feel_type *item = p->type != NULL && p->type->kind == FT_LIST ? p->type->item : NULL;
    out->at = arena_array(d->a, struct at, v.count + 1u);
    for (uint32_t i = 0; i < v.count; i++) {
        if (v.items[i].kind == FV_RECORD) out->at[out->count++] = (struct at){.reg = v.items[i].reg->host, .id = v.items[i].id};
        else if (v.items[i].kind == FV_CONTEXT && at.of != NULL && item != NULL && item->kind == FT_CONTEXT) out->at[out->count++] = docx_case_item(d, &at, item, &v.items[i]);
        else return no_list(d, mark, err);
    }
    return RC_OK;
}

/* rows8, 8行: as many rows. */
static bool rows_word(struct str s, uint32_t *rows)
{
    enum { ROWS_MAX = 500 };
    uint64_t n;
    struct str digits = str_starts(s, STR("rows")) ? str_sub(s, 4, s.len) : str_ends(s, STR("行")) ? str_sub(s, 0, s.len - STR("行").len) : STR("");
    if (!str_to_u64(str_trim(digits), &n) || n == 0 || n > ROWS_MAX) return false;
    *rows = (uint32_t)n;
    return true;
}

enum rc docx_list(struct doc *d, struct at at, struct str expr, struct str mark, struct at_list *out, struct err *err)
{
    static const struct str all_words[] = {STR_INIT("全部"), STR_INIT("all")}, strokes[] = {STR_INIT("笔画"), STR_INIT("strokes")}, pinyin[] = {STR_INIT("拼音"), STR_INIT("pinyin")};
    struct str *parts;
    bool all = false;
    size_t n = bars(d, plain(d->a, expr), &parts);
    *out = (struct at_list){0};
    for (size_t i = 1; i < n; i++) all = all || str_eq(parts[i], all_words[0]) || str_eq(parts[i], all_words[1]);
    if (docx_is_chosen(d, parts[0])) {
        out->at = arena_array(d->a, struct at, d->n + 1);
        for (size_t i = 0; i < d->n; i++) out->at[out->count++] = (struct at){.reg = d->over, .id = (int64_t)d->ids[i]};
        if (d->check != NULL && d->over != NULL) out->at[out->count++] = (struct at){.reg = d->over};
    } else {
        enum rc rc = list_of(d, at, parts[0], mark, all, out, err);
        if (rc != RC_OK) {
            *out = (struct at_list){0};
            return docx_mistake(d, rc, err);
        }
    }
    for (size_t i = 1; i < n; i++) {
        if (rows_word(parts[i], &out->rows)) continue;
        bool by_strokes = str_eq(parts[i], strokes[0]) || str_eq(parts[i], strokes[1]), by_pinyin = str_eq(parts[i], pinyin[0]) || str_eq(parts[i], pinyin[1]);
        if (str_eq(parts[i], all_words[0]) || str_eq(parts[i], all_words[1])) continue;
        if (!by_strokes && !by_pinyin) TRY(docx_mistake(d, list_where(d, out, parts[i], mark, err), err));
        else if (d->check == NULL) TRY(list_sort(d, out, by_strokes, err));
    }
    return RC_OK;
}

enum rc docx_condition(struct doc *d, struct at at, struct str expr, struct str mark, bool *yes, struct err *err)
{
    struct feel_program *p;
    enum rc rc = program_of(d, at, plain(d->a, expr), mark, &p, err);
    *yes = true;
    if (d->check != NULL) return docx_mistake(d, rc, err);
    TRY(rc);
    return is_true(d, at, p, yes, err);
}
