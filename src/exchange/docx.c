/*
 * docx.c - documents from templates.  The template's XML is a tree; blocks and rows are copied for each record, then the texts of each paragraph
 * are joined, so that an editor may break a placeholder over as many runs as it likes.
 */
#include "exchange/form.h"

enum { PART_MAX = 16 << 20, ELEMENTS = 400000, OUT_ELEMENTS = 4000000, DEPTH = 40, TEXT_MAX = 1 << 20, FIT_LEAST = 12, FIT_USUAL = 21 };

struct picture { struct str bytes; bool png; uint32_t number; };

struct doc {
    const struct area_view *v;
    const struct docx_options *o;
    struct arena *a;
    const struct feel_host *host;
    void *ctx;
    VEC(struct picture) pictures;
    struct map compiled;         /* register, text -> program */
    size_t paragraph, made;
};

struct at { const struct pack_register *reg; int64_t id; };

/* ---- trees ---- */

static bool is(const struct xn *n, const char *name) { return str_eq(n->name, str_c(name)); }

static struct xn *copy(struct doc *d, const struct xn *n)
{
    struct xn *c = arena_new(d->a, struct xn);
    *c = *n;
    d->made++;
    c->first = c->last = c->next = c->prev = c->up = NULL;
    for (const struct xn *k = n->first; k != NULL; k = k->next) {
        struct xn *kid = copy(d, k);
        kid->up = c;
        kid->prev = c->last;
        if (c->last == NULL) c->first = kid;
        else c->last->next = kid;
        c->last = kid;
    }
    return c;
}

static void take_out(struct xn *n)
{
    if (n->prev != NULL) n->prev->next = n->next;
    else n->up->first = n->next;
    if (n->next != NULL) n->next->prev = n->prev;
    else n->up->last = n->prev;
    n->next = n->prev = NULL;
}

static void put_before(struct xn *where, struct xn *n)
{
    n->up = where->up;
    n->prev = where->prev;
    n->next = where;
    if (where->prev != NULL) where->prev->next = n;
    else where->up->first = n;
    where->prev = n;
}

static struct xn *make(struct doc *d, struct xn *up, const char *name)
{
    struct xn *n = arena_new(d->a, struct xn);
    n->name = str_c(name);
    n->prefix = STR("w");
    if (up != NULL) xn_hang(up, n);
    return n;
}

static void set_attr(struct doc *d, struct xn *n, const char *prefix, const char *name, struct str value)
{
    for (uint32_t i = 0; i < n->attrs_count; i++)
        if (str_eq(n->attrs[i].name, str_c(name))) {
            struct xml_attr *own = arena_array(d->a, struct xml_attr, n->attrs_count);
            memcpy(own, n->attrs, n->attrs_count * sizeof *own);
            own[i].value = value;
            n->attrs = own;
            return;
        }
    struct xml_attr *more = arena_array(d->a, struct xml_attr, n->attrs_count + 1u);
    if (n->attrs_count > 0) memcpy(more, n->attrs, n->attrs_count * sizeof *more);
    more[n->attrs_count] = (struct xml_attr){.name = str_c(name), .value = value, .ns = str_c(prefix)};
    n->attrs = more;
    n->attrs_count++;
}

/* ---- texts of a paragraph ---- */

struct piece { struct xn *t; size_t from; };
struct texts { VEC(struct piece) list; struct buf all; };

static void texts_of(struct doc *d, struct xn *n, struct texts *x)
{
    for (struct xn *c = n->first; c != NULL; c = c->next) {
        if (is(c, "p") || is(c, "txbxContent")) continue; /* a text box has paragraphs of its own */
        if (is(c, "t")) {
            struct piece p = {c, x->all.len};
            vec_push(d->a, &x->list, p);
            buf_str(&x->all, xn_text(d->a, c));
        } else {
            texts_of(d, c, x);
        }
    }
}

static struct str paragraph_text(struct doc *d, struct xn *p)
{
    struct texts x = {0};
    buf_init(&x.all, TEXT_MAX);
    texts_of(d, p, &x);
    struct str s = str_dup(d->a, buf_view(&x.all));
    buf_fini(&x.all);
    return s;
}

static void set_text(struct doc *d, struct xn *t, struct str s)
{
    t->first = t->last = NULL;
    if (s.len > 0) xn_set_text(d->a, t, s);
    set_attr(d, t, "xml", "space", STR("preserve"));
}

/* ---- expressions ---- */

/* As an editor leaves them: curled quotes, full-width signs. */
static struct str plain(struct arena *a, struct str s)
{
    static const struct { const char *from, *to; } pairs[] = {{"“", "\""}, {"”", "\""}, {"＝", "="}, {"（", "("}, {"）", ")"}, {"｜", "|"}, {"，", ", "}, {"＃", "#"}, {"？", "?"}, {"\xc2\xa0", " "}};
    struct buf b;
    buf_init(&b, s.len * 2 + 16);
    for (size_t i = 0; i < s.len;) {
        bool done = false;
        for (size_t k = 0; k < ARRAY_LEN(pairs) && !done; k++) {
            size_t n = strlen(pairs[k].from);
            if (i + n > s.len || memcmp(s.ptr + i, pairs[k].from, n) != 0) continue;
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

static struct str braced(struct doc *d, struct str s) { return str_cat(d->a, STR("{{"), s, STR("}}")); }

static enum rc program_of(struct doc *d, const struct pack_register *reg, struct str text, struct str shown, struct feel_program **out, struct err *err)
{
    struct str key = str_cat(d->a, reg->d.name, STR("\n"), text);
    struct err why;
    *out = map_find(&d->compiled, key);
    if (*out != NULL) return RC_OK;
    err_clear(&why);
    if (listed_compile(reg, text, false, NULL, d->a, out, NULL, &why) != RC_OK) {
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
    *self = (struct fv){.kind = FV_RECORD, .reg = &at.reg->feel, .id = at.id};
    *run = (struct feel_run){.arena = d->a, .host = d->host, .host_ctx = d->ctx, .today = d->o->as_of, .vars = self, .vars_count = 1};
    return feel_run(p, run, out, err);
}

/* ---- pictures ---- */

static bool is_file(const struct feel_program *p)
{
    const struct feel_node *n = p->root;
    if (n->op != FEEL_MEMBER || n->member == NULL || n->reg == NULL) return false;
    const struct pack_register *reg = n->reg->host;
    return reg != NULL && n->member->slot < reg->fields_count && reg->fields[n->member->slot].type == FIELD_FILE;
}

static enum rc put_picture(struct doc *d, struct xn *t, struct str hash, struct str format, struct err *err)
{
    struct picture pic = {.number = (uint32_t)d->pictures.len + 1};
    uint64_t mm[2] = {33, 44};
    uint32_t w, h;
    size_t x = str_find_char(format, 'x');
    if (x != SIZE_MAX) {
        (void)str_to_u64(str_trim(str_sub(format, 0, x)), &mm[0]);
        (void)str_to_u64(str_trim(str_sub(format, x + 1, format.len)), &mm[1]);
    }
    enum rc rc = area_file_get(d->v, hash, d->a, &pic.bytes, err);
    if (rc == RC_ABSENT) return RC_OK;
    TRY(rc);
    if (!photo_size(pic.bytes, &w, &h)) return RC_OK;
    pic.png = str_starts(pic.bytes, STR("\x89PNG"));
    vec_push(d->a, &d->pictures, pic);
    enum { EMU = 36000 };
    char xml[1600];
    int n = snprintf(xml, sizeof xml,
                     "<w:drawing xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" "
                     "xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" "
                     "xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">"
                     "<wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"%llu\" cy=\"%llu\"/><wp:docPr id=\"%u\" name=\"p%u\"/>"
                     "<a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr><pic:cNvPr id=\"%u\" name=\"p%u\"/>"
                     "<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"rIdGuiju%u\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>"
                     "<a:off x=\"0\" y=\"0\"/><a:ext cx=\"%llu\" cy=\"%llu\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>"
                     "</a:graphic></wp:inline></w:drawing>",
                     (unsigned long long)MIN(mm[0], 400U) * EMU, (unsigned long long)MIN(mm[1], 400U) * EMU, pic.number, pic.number, pic.number, pic.number, pic.number,
                     (unsigned long long)MIN(mm[0], 400U) * EMU, (unsigned long long)MIN(mm[1], 400U) * EMU);
    struct xn *drawing;
    TRY(xml_tree(d->a, STR("picture"), str_dup(d->a, str_of(xml, (size_t)n)), 100, &drawing, err));
    xn_hang(t->up, drawing);
    return RC_OK;
}

/* ---- letters that shrink to their cell ---- */

static uint64_t root_of(uint64_t v)
{
    uint64_t r = 0;
    while ((r + 1) * (r + 1) <= v) r++;
    return r;
}

/* Twice as many letters have half the area each. */
static void fit(struct doc *d, struct xn *t, size_t count, uint64_t room)
{
    struct xn *run = t->up, *pr = xn_child(run, "rPr");
    uint64_t size = FIT_USUAL;
    if (room == 0 || count <= room || !is(run, "r")) return;
    if (pr == NULL) {
        pr = make(d, NULL, "rPr");
        if (run->first != NULL) put_before(run->first, pr);
        else xn_hang(run, pr);
    }
    struct xn *sz = xn_child(pr, "sz"), *cs = xn_child(pr, "szCs");
    if (sz != NULL) (void)str_to_u64(xn_attr(sz, "val"), &size);
    if (sz == NULL) sz = make(d, pr, "sz");
    if (cs == NULL) cs = make(d, pr, "szCs");
    uint64_t smaller = size * root_of(room * 10000 / count) / 100;
    struct str text = str_u64(d->a, MAX(smaller, (uint64_t)FIT_LEAST));
    set_attr(d, sz, "w", "val", text);
    set_attr(d, cs, "w", "val", text);
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

/* The text of a t with line breaks as the editor has them. */
static void break_lines(struct doc *d, struct xn *t)
{
    struct str s = xn_text(d->a, t);
    size_t nl = str_find_char(s, '\n');
    while (nl != SIZE_MAX) {
        struct xn *before = make(d, NULL, "t"), *br = make(d, NULL, "br");
        set_text(d, before, str_sub(s, 0, nl > 0 && s.ptr[nl - 1] == '\r' ? nl - 1 : nl));
        put_before(t, before);
        put_before(t, br);
        s = str_sub(s, nl + 1, s.len);
        nl = str_find_char(s, '\n');
        if (nl == SIZE_MAX) set_text(d, t, s);
    }
}

static enum rc value_put(struct doc *d, struct at at, struct str inside, struct xn *t, struct str *out, struct err *err)
{
    struct str expr, format;
    struct feel_program *p;
    struct feel_run run;
    struct fv self, v;
    uint64_t room = 0;
    *out = STR("");
    format_of(plain(d->a, inside), &expr, &format);
    TRY(program_of(d, at.reg, expr, inside, &p, err));
    TRY(run_at(d, at, p, &run, &self, &v, err));
    if (v.kind == FV_NULL) return RC_OK;
    if (is_file(p)) return put_picture(d, t, v.str, format, err);
    if (str_starts(format, STR("fit"))) {
        (void)str_to_u64(str_sub(format, 3, format.len), &room);
        format = STR("");
    }
    struct buf b;
    buf_init(&b, TEXT_MAX);
    if (v.kind == FV_BOOL && format.len == 0) buf_str(&b, v.b ? STR("是") : STR("否"));
    else fv_show(&run, &v, format.len > 0 ? format : STR_NONE, d->o->lang, &b);
    *out = str_dup(d->a, buf_view(&b));
    buf_fini(&b);
    fit(d, t, utf8_count(*out), room);
    return RC_OK;
}

static enum rc paragraph(struct doc *d, struct xn *p, struct at at, struct err *err)
{
    struct texts x = {0};
    buf_init(&x.all, TEXT_MAX);
    texts_of(d, p, &x);
    struct str all = str_dup(d->a, buf_view(&x.all));
    buf_fini(&x.all);
    struct { size_t from, to; } marks[200];
    size_t n = 0;
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
            if (to <= marks[m].from || from >= marks[m].to || from == to) continue;
            struct str s = xn_text(d->a, t), before, after;
            /* What stands behind was replaced already: only the beginning keeps its places. */
            before = marks[m].from > from ? str_sub(s, 0, marks[m].from - from) : STR("");
            after = marks[m].to < to ? str_sub(s, marks[m].to - from, s.len) : STR("");
            if (first && !str_eq(inside, STR("/"))) TRY(value_put(d, at, inside, t, &value, err));
            set_text(d, t, str_cat(d->a, before, first ? value : STR(""), after));
            first = false;
        }
    }
    for (size_t i = 0; n > 0 && i < x.list.len; i++) break_lines(d, x.list.at[i].t);
    return RC_OK;
}

/* ---- blocks, rows ---- */

static enum rc fill(struct doc *d, struct xn *n, struct at at, uint32_t depth, struct err *err);

/* {{#…}}, {{?…}} alone on a line, or the first such in a row.  kind 0: none. */
static char mark_in(struct doc *d, struct str s, bool whole, struct str *inside, struct str *mark)
{
    (void)d;
    struct str t = str_trim(s);
    for (size_t at = 0; at < t.len;) {
        size_t open = str_find(str_sub(t, at, t.len), STR("{{"));
        if (open == SIZE_MAX) return 0;
        open += at;
        size_t shut = str_find(str_sub(t, open, t.len), STR("}}"));
        if (shut == SIZE_MAX) return 0;
        *mark = str_sub(t, open, open + shut + 2);
        struct str body = str_trim(str_sub(t, open + 2, open + shut));
        bool wide_hash = str_starts(body, STR("＃")), wide_ask = str_starts(body, STR("？"));
        char kind = body.len == 0 ? (char)0 : wide_hash ? '#' : wide_ask ? '?' : body.ptr[0];
        if (kind == '#' || kind == '?' || (kind == '/' && body.len == 1)) {
            *inside = str_trim(str_sub(body, wide_hash || wide_ask ? 3 : 1, body.len));
            if (!whole || mark->len == t.len) return kind;
            return 0;
        }
        if (whole) return 0;
        at = open + shut + 2;
    }
    return 0;
}

static enum rc list_of(struct doc *d, struct at at, struct str expr, struct str mark, struct fv *out, struct err *err)
{
    struct feel_program *p;
    struct feel_run run;
    struct fv self;
    TRY(program_of(d, at.reg, plain(d->a, expr), mark, &p, err));
    TRY(run_at(d, at, p, &run, &self, out, err));
    if (out->kind == FV_NULL) *out = fv_list(NULL, 0);
    bool records = out->kind == FV_LIST;
    for (uint32_t i = 0; records && i < out->count; i++) records = out->items[i].kind == FV_RECORD;
    return records ? RC_OK : err_set(err, &E_docx_list, NO_PLACE, str_u64(d->a, d->paragraph), mark);
}

static enum rc condition(struct doc *d, struct at at, struct str expr, struct str mark, bool *yes, struct err *err)
{
    struct feel_program *p;
    struct feel_run run;
    struct fv self, v;
    TRY(program_of(d, at.reg, plain(d->a, expr), mark, &p, err));
    TRY(run_at(d, at, p, &run, &self, &v, err));
    *yes = v.kind == FV_BOOL ? v.b : v.kind == FV_STRING ? v.str.len > 0 : v.kind == FV_LIST ? v.count > 0 : v.kind != FV_NULL;
    return RC_OK;
}

static enum rc too_large(struct doc *d, struct err *err)
{
    return d->made < OUT_ELEMENTS ? RC_OK : err_set(err, &E_docx_large, NO_PLACE, STR("4000000 元素 (elements)"));
}

/* The mark is taken out of a row's texts, wherever its runs are. */
static enum rc mark_out(struct doc *d, struct xn *n, struct str mark, bool *done, struct err *err)
{
    for (struct xn *c = n->first; c != NULL && !*done; c = c->next) {
        if (!is(c, "p")) {
            TRY(mark_out(d, c, mark, done, err));
            continue;
        }
        struct texts x = {0};
        buf_init(&x.all, TEXT_MAX);
        texts_of(d, c, &x);
        struct str all = str_dup(d->a, buf_view(&x.all));
        buf_fini(&x.all);
        size_t from = str_find(all, mark), to = from + mark.len;
        if (from == SIZE_MAX) continue;
        *done = true;
        for (size_t i = 0; i < x.list.len; i++) {
            size_t a = x.list.at[i].from, b = i + 1 < x.list.len ? x.list.at[i + 1].from : all.len;
            if (b <= from || a >= to || a == b) continue;
            struct str s = xn_text(d->a, x.list.at[i].t);
            set_text(d, x.list.at[i].t, str_cat(d->a, from > a ? str_sub(s, 0, from - a) : STR(""), to < b ? str_sub(s, to - a, s.len) : STR("")));
        }
    }
    return RC_OK;
}

static enum rc row(struct doc *d, struct xn *tr, struct at at, uint32_t depth, struct err *err)
{
    struct buf all;
    struct str inside, mark;
    struct fv list;
    bool done = false;
    buf_init(&all, TEXT_MAX);
    struct texts x = {0};
    buf_init(&x.all, TEXT_MAX);
    for (struct xn *tc = tr->first; tc != NULL; tc = tc->next)
        for (struct xn *p = tc->first; p != NULL; p = p->next)
            if (is(p, "p")) buf_str(&all, paragraph_text(d, p));
    struct str text = str_dup(d->a, buf_view(&all));
    buf_fini(&all);
    buf_fini(&x.all);
    if (mark_in(d, text, false, &inside, &mark) != '#') return fill(d, tr, at, depth, err);
    TRY(list_of(d, at, inside, mark, &list, err));
    TRY(mark_out(d, tr, mark, &done, err));
    for (uint32_t i = 0; i < list.count; i++) {
        struct xn *one = copy(d, tr);
        TRY(too_large(d, err));
        put_before(tr, one);
        struct at item = {list.items[i].reg->host, list.items[i].id};
        TRY(fill(d, one, item, depth, err));
    }
    take_out(tr);
    return RC_OK;
}

/* From a line {{#…}} or {{?…}} to its {{/}}. */
static enum rc block(struct doc *d, struct xn *open, char kind, struct str inside, struct str mark, struct at at, uint32_t depth, struct xn **next, struct err *err)
{
    struct xn *shut = NULL;
    int nested = 0;
    for (struct xn *c = open->next; c != NULL && shut == NULL; c = c->next) {
        struct str in, m;
        char k = is(c, "p") ? mark_in(d, paragraph_text(d, c), true, &in, &m) : (char)0;
        if (k == '#' || k == '?') nested++;
        if (k == '/' && nested-- == 0) shut = c;
    }
    if (shut == NULL) return err_set(err, &E_docx_shape, NO_PLACE, str_u64(d->a, d->paragraph), mark, STR("{{/}}"));
    struct fv list = fv_list(NULL, 0);
    bool yes = false;
    if (kind == '#') TRY(list_of(d, at, inside, mark, &list, err));
    else TRY(condition(d, at, inside, mark, &yes, err));
    struct xn *holder = make(d, NULL, "holder");
    while (open->next != shut) {
        struct xn *c = open->next;
        take_out(c);
        xn_hang(holder, c);
    }
    uint32_t times = kind == '#' ? list.count : yes;
    for (uint32_t i = 0; i < times; i++) {
        struct xn *one = copy(d, holder);
        TRY(too_large(d, err));
        struct at item = kind == '#' ? (struct at){list.items[i].reg->host, list.items[i].id} : at;
        TRY(fill(d, one, item, depth + 1, err));
        while (one->first != NULL) {
            struct xn *c = one->first;
            take_out(c);
            put_before(shut, c);
        }
    }
    *next = shut->next;
    take_out(open);
    take_out(shut);
    return RC_OK;
}

static enum rc fill(struct doc *d, struct xn *n, struct at at, uint32_t depth, struct err *err)
{
    if (depth > DEPTH) return err_set(err, &E_exchange_xml_deep, NO_PLACE, STR("docx"), str_u64(d->a, DEPTH));
    for (struct xn *c = n->first, *next; c != NULL; c = next) {
        struct str inside, mark;
        next = c->next;
        if (is(c, "p")) {
            d->paragraph++;
            char kind = mark_in(d, paragraph_text(d, c), true, &inside, &mark);
            if (kind == '#' || kind == '?') TRY(block(d, c, kind, inside, mark, at, depth, &next, err));
            else {
                TRY(paragraph(d, c, at, err));
                TRY(fill(d, c, at, depth + 1, err)); /* text boxes */
            }
        } else if (is(c, "tr")) {
            TRY(row(d, c, at, depth + 1, err));
        } else if (c->first != NULL) {
            TRY(fill(d, c, at, depth + 1, err));
        }
    }
    return RC_OK;
}

/* ---- the package ---- */

static enum rc fill_body(struct doc *d, struct xn *root, const struct pack_register *over, const uint64_t *ids, size_t n, struct err *err)
{
    struct xn *body = xn_child(root, "body");
    if (body == NULL) return err_set(err, &E_exchange_zip_absent, NO_PLACE, STR("docx"), STR("w:body"));
    struct xn *holder = copy(d, body), *section = NULL;
    body->first = body->last = NULL;
    if (holder->last != NULL && is(holder->last, "sectPr")) {
        section = holder->last;
        take_out(section);
    }
    for (size_t i = 0; i < n; i++) {
        struct xn *one = copy(d, holder);
        TRY(too_large(d, err));
        d->paragraph = 0;
        struct at at = {over, (int64_t)ids[i]};
        TRY(fill(d, one, at, 0, err));
        if (i > 0) { /* each begins on a page of its own */
            struct xn *p = make(d, body, "p"), *r = make(d, p, "r"), *br = make(d, r, "br");
            set_attr(d, br, "w", "type", STR("page"));
        }
        while (one->first != NULL) {
            struct xn *c = one->first;
            take_out(c);
            xn_hang(body, c);
        }
    }
    if (section != NULL) xn_hang(body, section);
    return RC_OK;
}

static struct str put_tree(struct doc *d, struct xn *root)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 30);
    buf_lit(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
    xn_put(&b, root);
    struct str s = str_dup(d->a, buf_view(&b));
    buf_fini(&b);
    return s;
}

/* Before the end of the root, which both parts have: relationships, kinds of content. */
static struct str add_before_end(struct doc *d, struct str xml, const char *end, struct str what)
{
    size_t at = str_find(xml, str_c(end));
    return at == SIZE_MAX ? xml : str_cat(d->a, str_sub(xml, 0, at), what, str_sub(xml, at, xml.len));
}

static struct str picture_name(struct doc *d, const struct picture *p)
{
    return str_cat(d->a, STR("media/guiju"), str_u64(d->a, p->number), p->png ? STR(".png") : STR(".jpg"));
}

#define W_SPACE "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""

/* Small and grey, by itself: it must not push the form to another page. */
static struct str mark_paragraph(struct doc *d)
{
    struct buf b;
    buf_init(&b, 8192);
    buf_lit(&b, "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\"/><w:jc w:val=\"right\"/></w:pPr><w:r><w:rPr><w:color w:val=\"808080\"/><w:sz w:val=\"13\"/></w:rPr><w:t>");
    xml_put_text(&b, d->o->mark, false);
    buf_lit(&b, "</w:t></w:r></w:p>");
    struct str s = str_dup(d->a, buf_view(&b));
    buf_fini(&b);
    return s;
}

/* In every footer that there is; where a section has none, one of its own. */
static struct str put_mark(struct doc *d, struct zip_part *parts, size_t n)
{
    struct str foot = mark_paragraph(d), bytes;
    bool some = false;
    for (size_t i = 0; i < n; i++) {
        if (!str_starts(parts[i].name, STR("word/footer")) || !str_ends(parts[i].name, STR(".xml"))) continue;
        parts[i].bytes = add_before_end(d, parts[i].bytes, "</w:ftr>", foot);
        some = true;
    }
    if (some) return STR("");
    bytes = str_cat(d->a, STR("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><w:ftr " W_SPACE ">"), foot, STR("</w:ftr>"));
    for (size_t i = 0; i < n; i++) {
        struct zip_part *p = &parts[i];
        if (str_eq(p->name, STR("[Content_Types].xml")))
            p->bytes = add_before_end(d, p->bytes, "</Types>",
                                      STR("<Override PartName=\"/word/footer90.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>"));
        if (!str_eq(p->name, STR("word/document.xml"))) continue;
        struct buf b;
        buf_init(&b, (size_t)1 << 30);
        for (size_t at = 0; at < p->bytes.len;) {
            struct str rest = str_sub(p->bytes, at, p->bytes.len);
            size_t next = str_find(rest, STR("<w:sectPr")), end = next == SIZE_MAX ? SIZE_MAX : str_find_char(str_sub(rest, next, rest.len), '>');
            if (end == SIZE_MAX) {
                buf_str(&b, rest);
                break;
            }
            bool empty = rest.ptr[next + end - 1] == '/';
            buf_str(&b, str_sub(rest, 0, next + end - (empty ? 1 : 0)));
            buf_lit(&b, "><w:footerReference xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" w:type=\"default\" r:id=\"rIdGuijuMark\"/>");
            if (empty) buf_lit(&b, "</w:sectPr>");
            at += next + end + 1;
        }
        p->bytes = str_dup(d->a, buf_view(&b));
        buf_fini(&b);
    }
    return bytes;
}

enum rc exchange_docx(const struct area_view *v, struct str bytes, const struct pack_register *over, const uint64_t *ids, size_t n, const struct docx_options *o,
                      struct arena *a, struct str *out, struct err *err)
{
    struct doc *d = arena_new(a, struct doc);
    struct zip_in *z;
    *d = (struct doc){.v = v, .o = o, .a = a};
    record_host(v->records, a, &d->host, &d->ctx);
    if (o->sight != NULL) o->sight->host(o->sight->ctx, &d->host, &d->ctx);
    TRY(zip_in_open(a, STR("docx 模板"), bytes, &z, err));
    if (zip_in_find(z, STR("word/document.xml")) == NULL) return err_set(err, &E_exchange_zip_absent, NO_PLACE, STR("docx 模板"), STR("word/document.xml"));
    size_t count = zip_in_count(z), parts_n = 0;
    VEC(struct zip_part) parts = {0};
    for (size_t i = 0; i < count; i++) {
        const struct zip_entry *e = zip_in_at(z, i);
        struct zip_part part = {.name = e->name};
        struct xn *root;
        TRY(zip_in_read(z, e, PART_MAX, a, &part.bytes, err));
        bool document = str_eq(e->name, STR("word/document.xml"));
        bool around = (str_starts(e->name, STR("word/header")) || str_starts(e->name, STR("word/footer"))) && str_ends(e->name, STR(".xml"));
        if (str_ends(e->name, STR("/"))) continue;
        if (document || (around && n > 0)) {
            TRY(xml_tree(a, e->name, part.bytes, ELEMENTS, &root, err));
            struct at at = {over, n > 0 ? (int64_t)ids[0] : 0};
            TRY(document ? fill_body(d, root, over, ids, n, err) : fill(d, root, at, 0, err));
            part.bytes = put_tree(d, root);
        }
        vec_push(a, &parts, part);
    }
    (void)parts_n;
    struct str rels = STR("");
    if (o->mark.len > 0) {
        struct str foot = put_mark(d, parts.at, parts.len);
        if (foot.len > 0) {
            struct zip_part part = {.name = STR("word/footer90.xml"), .bytes = foot};
            vec_push(a, &parts, part);
            rels = STR("<Relationship Id=\"rIdGuijuMark\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\" Target=\"footer90.xml\"/>");
        }
    }
    for (size_t i = 0; i < d->pictures.len; i++) {
        const struct picture *p = &d->pictures.at[i];
        rels = str_cat(a, rels, STR("<Relationship Id=\"rIdGuiju"), str_u64(a, p->number),
                       STR("\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image\" Target=\""), picture_name(d, p), STR("\"/>"));
        struct zip_part part = {.name = str_cat(a, STR("word/"), picture_name(d, p)), .bytes = p->bytes};
        vec_push(a, &parts, part);
    }
    bool has_rels = false;
    for (size_t i = 0; i < parts.len && rels.len > 0; i++) {
        if (str_eq(parts.at[i].name, STR("word/_rels/document.xml.rels"))) {
            parts.at[i].bytes = add_before_end(d, parts.at[i].bytes, "</Relationships>", rels);
            has_rels = true;
        }
        if (!str_eq(parts.at[i].name, STR("[Content_Types].xml"))) continue;
        if (str_find(parts.at[i].bytes, STR("Extension=\"png\"")) == SIZE_MAX)
            parts.at[i].bytes = add_before_end(d, parts.at[i].bytes, "</Types>", STR("<Default Extension=\"png\" ContentType=\"image/png\"/>"));
        if (str_find(parts.at[i].bytes, STR("Extension=\"jpg\"")) == SIZE_MAX)
            parts.at[i].bytes = add_before_end(d, parts.at[i].bytes, "</Types>", STR("<Default Extension=\"jpg\" ContentType=\"image/jpeg\"/>"));
    }
    if (rels.len > 0 && !has_rels) {
        struct zip_part part = {.name = STR("word/_rels/document.xml.rels"),
                                .bytes = str_cat(a, STR("<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"), rels, STR("</Relationships>"))};
        vec_push(a, &parts, part);
    }
    return zip_bytes(parts.at, parts.len, a, out, err);
}

enum rc exchange_template(const struct pack_set *set, const struct pack_form *f, struct str *out, struct err *err)
{
    for (uint32_t i = set->assets_count; i-- > 0;) /* a local pack's own goes before */
        if (str_eq(set->assets[i].name, f->template_file)) {
            *out = set->assets[i].text;
            return RC_OK;
        }
    return err_set(err, &E_docx_template, NO_PLACE, f->template_file);
}
