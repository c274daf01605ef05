/*
 * pdf_objects.c - the objects of a PDF, found by going through the file once, not by its tables, which may lie; streams unpacked by zlib within a budget; fonts by the names
 * that pages give them, and the maps from their codes to characters.
 */
#include <zlib.h>

#include "exchange/pdf_text.h"

enum { OBJECTS_MAX = 200000, MAPS_MAX = 48, FONTS_MAX = 128, FONT_REFS_MAX = 20000, PAIRS_MAX = 1 << 20, INFLATED_MAX = 96 << 20 };

/* ---- bytes ---- */

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0'; }
bool pdf_edge(char c) { return is_blank(c) || c == '/' || c == '<' || c == '>' || c == '[' || c == ']' || c == '(' || c == ')' || c == '{' || c == '}' || c == '%'; }
bool pdf_digit(char c) { return c >= '0' && c <= '9'; }

static struct str skip(struct str s)
{
    while (s.len > 0 && is_blank(s.ptr[0])) s = str_sub(s, 1, s.len);
    return s;
}

/* A whole number at the front; *rest behind it. */
static bool number_front(struct str s, uint32_t *out, struct str *rest)
{
    uint64_t n = 0;
    size_t i = 0;
    s = skip(s);
    while (i < s.len && i < 10 && pdf_digit(s.ptr[i])) n = n * 10 + (uint64_t)(s.ptr[i++] - '0');
    if (i == 0 || n > UINT32_MAX) return false;
    *out = (uint32_t)n;
    *rest = str_sub(s, i, s.len);
    return true;
}

/* Behind "/Name", which nothing longer begins with; ptr NULL: not there. */
static struct str behind(struct str text, struct str name)
{
    for (size_t from = 0; from < text.len;) {
        size_t at = str_find(str_sub(text, from, text.len), name);
        if (at == SIZE_MAX) return STR_NONE;
        size_t end = from + at + name.len;
        if (end == text.len || pdf_edge(text.ptr[end])) return str_sub(text, end, text.len);
        from = end;
    }
    return STR_NONE;
}

static bool ref_front(struct str s, uint32_t *num, struct str *rest)
{
    uint32_t generation;
    if (!number_front(s, num, rest) || !number_front(*rest, &generation, rest)) return false;
    *rest = skip(*rest);
    if (rest->len == 0 || rest->ptr[0] != 'R') return false;
    *rest = str_sub(*rest, 1, rest->len);
    return true;
}

bool pdf_name_in(struct str text, struct str key, struct str name)
{
    struct str v = skip(behind(text, key));
    return v.ptr != NULL && str_starts(v, name) && (v.len == name.len || pdf_edge(v.ptr[name.len]));
}

/* ---- objects ---- */

/* The numbers that stand before "obj". */
static bool number_before(struct str all, size_t at, uint32_t *num)
{
    size_t i = at;
    for (int k = 0; k < 2; k++) {
        size_t end;
        while (i > 0 && is_blank(all.ptr[i - 1]) && at - i < 32) i--;
        end = i;
        while (i > 0 && pdf_digit(all.ptr[i - 1]) && at - i < 32) i--;
        if (i == end) return false;
        struct str rest;
        if (k == 1) return number_front(str_sub(all, i, end), num, &rest);
    }
    return false;
}

static bool word_at(struct str all, size_t at, const char *word)
{
    size_t n = strlen(word);
    return at + n <= all.len && memcmp(all.ptr + at, word, n) == 0 && (at + n == all.len || pdf_edge(all.ptr[at + n]));
}

static enum rc objects_find(struct pdf *p, struct str all)
{
    struct object now = {0};
    size_t text_from = 0;
    bool open = false;
    for (size_t i = 0; i + 3 <= all.len; i++) {
        char c = all.ptr[i];
        bool opens = c == 'o' && word_at(all, i, "obj") && (i == 0 || all.ptr[i - 1] != 'd') && number_before(all, i, &now.num);
        bool streams = open && c == 's' && (i == 0 || all.ptr[i - 1] != 'd') && word_at(all, i, "stream");
        bool ends = open && c == 'e' && word_at(all, i, "endobj");
        if (open && (opens || streams || ends)) {
            if (p->objects.len >= OBJECTS_MAX) return err_set(p->err, &E_exchange_plain_large, NO_PLACE, STR("200000"));
            struct object o = {.num = now.num, .text = str_sub(all, text_from, i)};
            if (opens) o.num = 0; /* its own end is missing: whose it is does not matter */
            if (streams) {
                size_t from = i + 6;
                if (from < all.len && all.ptr[from] == '\r') from++;
                if (from < all.len && all.ptr[from] == '\n') from++;
                const char *end = memmem(all.ptr + from, all.len - from, "endstream", 9);
                size_t to = end == NULL ? all.len : (size_t)(end - all.ptr);
                o.stream = str_sub(all, from, to);
                i = to;
            }
            vec_push(&p->a, &p->objects, o);
            open = false;
        }
        if (opens) {
            open = true;
            text_from = i + 3;
        }
    }
    return RC_OK;
}

/* Plain or Flate; anything else, pictures, fonts and tables of places: empty. */
enum rc pdf_unpacked(struct pdf *p, const struct object *o, struct arena *a, struct str *out)
{
    struct str filter = skip(behind(o->text, STR("/Filter")));
    bool flate = filter.ptr != NULL && (str_starts(filter, STR("/FlateDecode")) || str_starts(filter, STR("/Fl ")));
    *out = STR("");
    if (filter.len > 0 && filter.ptr[0] == '[') { /* one alone */
        struct str in = skip(str_sub(filter, 1, filter.len));
        if (str_starts(in, STR("/FlateDecode"))) {
            in = skip(str_sub(in, 12, in.len));
            flate = in.len > 0 && in.ptr[0] == ']';
        }
    }
    if (o->stream.len == 0 || pdf_name_in(o->text, STR("/Subtype"), STR("/Image")) || pdf_name_in(o->text, STR("/Type"), STR("/XRef")) || behind(o->text, STR("/Length1")).ptr != NULL) return RC_OK;
    if (filter.ptr == NULL) {
        *out = o->stream;
        return RC_OK;
    }
    if (!flate) return RC_OK;
    z_stream z = {.next_in = (Bytef *)(uintptr_t)o->stream.ptr, .avail_in = (uInt)o->stream.len};
    if (inflateInit(&z) != Z_OK) return err_set0(p->err, &E_no_memory, NO_PLACE);
    struct buf b;
    buf_init(&b, INFLATED_MAX);
    static const size_t step = 64 << 10;
    int got = Z_OK;
    while (got == Z_OK && p->inflated <= INFLATED_MAX) {
        char *to = buf_room(&b, step);
        if (to == NULL) break;
        z.next_out = (Bytef *)to;
        z.avail_out = (uInt)step;
        got = inflate(&z, Z_NO_FLUSH); /* broken further on: what came before it is looked at */
        size_t n = step - z.avail_out;
        buf_grew(&b, n);
        p->inflated += n;
        if (n == 0 && z.avail_in == 0) break;
    }
    inflateEnd(&z);
    enum rc rc = p->inflated > INFLATED_MAX || buf_failed(&b) ? err_set(p->err, &E_exchange_plain_large, NO_PLACE, STR("96 MiB")) : RC_OK;
    if (rc == RC_OK) *out = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return rc;
}

/* Objects that are packed together: only what they say counts, for they have no streams. */
static enum rc objects_packed(struct pdf *p)
{
    size_t n = p->objects.len;
    for (size_t i = 0; i < n; i++) {
        const struct object *o = &p->objects.at[i];
        uint32_t count, first, num, at, next = 0;
        struct str bytes, rest;
        if (!pdf_name_in(o->text, STR("/Type"), STR("/ObjStm"))) continue;
        if (!number_front(behind(o->text, STR("/N")), &count, &rest) || !number_front(behind(o->text, STR("/First")), &first, &rest)) continue;
        TRY(pdf_unpacked(p, o, &p->a, &bytes));
        struct str heads = str_sub(bytes, 0, MIN((size_t)first, bytes.len));
        if (!number_front(heads, &num, &heads) || !number_front(heads, &at, &heads)) continue;
        for (uint32_t k = 0; k < count; k++) {
            uint32_t next_num = 0;
            bool more = number_front(heads, &next_num, &heads) && number_front(heads, &next, &heads);
            size_t from = MIN((size_t)first + at, bytes.len), to = more ? MIN((size_t)first + next, bytes.len) : bytes.len;
            if (p->objects.len >= OBJECTS_MAX) return err_set(p->err, &E_exchange_plain_large, NO_PLACE, STR("200000"));
            if (more && next < at) break; /* they lie one behind the other */
            if (from < to) vec_push(&p->a, &p->objects, (struct object){.num = num, .text = str_sub(bytes, from, to)});
            if (!more) break;
            num = next_num;
            at = next;
        }
    }
    return RC_OK;
}

static int by_number(const void *x, const void *y)
{
    const struct placed *a = x, *b = y;
    return a->num != b->num ? (a->num < b->num ? -1 : 1) : a->idx < b->idx ? -1 : a->idx > b->idx;
}

static void objects_place(struct pdf *p)
{
    p->placed = arena_array(&p->a, struct placed, p->objects.len + 1);
    for (size_t i = 0; i < p->objects.len; i++) p->placed[i] = (struct placed){p->objects.at[i].num, (uint32_t)i};
    if (p->objects.len > 1) qsort(p->placed, p->objects.len, sizeof *p->placed, by_number);
}

/* The last of a number is the one that counts. */
static const struct object *object_of(const struct pdf *p, uint32_t num)
{
    size_t from = 0, to = p->objects.len;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (p->placed[mid].num <= num) from = mid + 1;
        else to = mid;
    }
    return from > 0 && p->placed[from - 1].num == num ? &p->objects.at[p->placed[from - 1].idx] : NULL;
}

/* ---- from codes to characters ---- */

static int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

/* "<5BC6>": bytes in *out (at most max), how many; *rest behind it. */
bool pdf_hex(struct str s, unsigned char *out, size_t max, size_t *n, struct str *rest)
{
    size_t i = 1, digits = 0;
    s = skip(s);
    *n = 0;
    if (s.len == 0 || s.ptr[0] != '<') return false;
    for (; i < s.len && s.ptr[i] != '>'; i++) {
        int h = hex_digit(s.ptr[i]);
        if (h < 0) continue;
        if (digits / 2 < max) out[digits / 2] = (unsigned char)(digits % 2 == 0 ? h << 4 : out[digits / 2] | h);
        digits++;
    }
    if (i == s.len) return false;
    *n = MIN((digits + 1) / 2, max);
    *rest = str_sub(s, i + 1, s.len);
    return true;
}

static uint32_t char_of(const unsigned char *b, size_t n)
{
    if (n == 1) return b[0];
    if (n < 2) return 0;
    uint32_t c = (uint32_t)b[0] << 8 | b[1];
    if (c >= 0xd800 && c < 0xdc00 && n >= 4) c = 0x10000 + ((c - 0xd800) << 10) + (((uint32_t)b[2] << 8 | b[3]) - 0xdc00);
    return c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) ? c : 0;
}

static void map_read(struct code_map *m, struct str s)
{
    unsigned char a[8], b[8], c[8];
    size_t an, bn, cn;
    size_t pairs = 0;
    for (;;) {
        size_t at = str_find(s, STR("beginbf"));
        if (at == SIZE_MAX) return;
        s = str_sub(s, at + 7, s.len);
        bool range = str_starts(s, STR("range"));
        s = str_sub(s, MIN(s.len, (size_t)(range ? 5 : 4)), s.len);
        while (pdf_hex(s, a, sizeof a, &an, &s)) {
            uint32_t from = an == 0 ? 0 : an == 1 ? a[0] : (uint32_t)a[0] << 8 | a[1], to = from;
            m->wide = m->wide || an >= 2;
            if (range) {
                if (!pdf_hex(s, b, sizeof b, &bn, &s)) break;
                to = bn == 0 ? 0 : bn == 1 ? b[0] : (uint32_t)b[0] << 8 | b[1];
            }
            s = skip(s);
            pairs += 1 + (to >= from ? to - from : 0);
            if (pairs > PAIRS_MAX) return;
            if (range && s.len > 0 && s.ptr[0] == '[') {
                s = str_sub(s, 1, s.len);
                for (uint32_t k = from; k <= to && k < 65536 && pdf_hex(s, c, sizeof c, &cn, &s); k++) m->to[k] = char_of(c, cn);
                size_t end = str_find_char(s, ']');
                s = str_sub(s, end == SIZE_MAX ? s.len : end + 1, s.len);
                continue;
            }
            if (!pdf_hex(s, c, sizeof c, &cn, &s)) break;
            uint32_t first = char_of(c, cn);
            for (uint32_t k = from; first != 0 && k <= to && k < 65536; k++) m->to[k] = first + (k - from);
        }
    }
}

/* *way: a map of the document, or one of WAY_…. */
static enum rc way_of(struct pdf *p, struct str font, int *way)
{
    uint32_t num;
    struct str rest, encoding = skip(behind(font, STR("/Encoding")));
    *way = WAY_PLAIN;
    if (str_starts(encoding, STR("/UniGB-U"))) *way = WAY_UCS2;
    else if (str_starts(encoding, STR("/GB"))) *way = WAY_GBK;
    if (!ref_front(behind(font, STR("/ToUnicode")), &num, &rest)) return RC_OK;
    for (size_t i = 0; i < p->maps.len; i++)
        if (p->maps.at[i].num == num) {
            *way = (int)i;
            return RC_OK;
        }
    const struct object *o = object_of(p, num);
    struct str bytes;
    if (o == NULL || p->maps.len >= MAPS_MAX) return RC_OK;
    struct arena_mark mark = arena_mark(&p->work);
    TRY(pdf_unpacked(p, o, &p->work, &bytes));
    struct code_map m = {.num = num, .to = arena_array(&p->a, uint32_t, 65536)};
    map_read(&m, bytes);
    arena_reset(&p->work, mark);
    *way = (int)p->maps.len;
    vec_push(&p->a, &p->maps, m);
    return RC_OK;
}

struct font *pdf_font(struct pdf *p, struct str name)
{
    for (size_t i = 0; i < p->fonts.len; i++)
        if (str_eq(p->fonts.at[i].name, name)) return &p->fonts.at[i];
    return NULL;
}

/* "/F1 12 0 R /F2 13 0 R" up to the end of the dictionary. */
static enum rc fonts_take(struct pdf *p, struct str s)
{
    for (;;) {
        uint32_t num;
        int way;
        size_t n = 1;
        s = skip(s);
        if (s.len < 2 || s.ptr[0] != '/') return RC_OK;
        while (n < s.len && !pdf_edge(s.ptr[n])) n++;
        struct str name = str_sub(s, 1, n), rest;
        if (!ref_front(str_sub(s, n, s.len), &num, &rest)) return RC_OK;
        s = rest;
        if (++p->font_refs > FONT_REFS_MAX) return RC_OK;
        const struct object *o = object_of(p, num);
        if (o == NULL) continue;
        TRY(way_of(p, o->text, &way));
        struct font *f = pdf_font(p, name);
        if (f == NULL) {
            if (p->fonts.len >= FONTS_MAX) return RC_OK;
            vec_push(&p->a, &p->fonts, (struct font){.name = name});
            f = &p->fonts.at[p->fonts.len - 1];
        }
        bool had = false;
        for (size_t i = 0; i < f->n; i++) had = had || f->ways[i] == way;
        if (!had && f->n < PDF_WAYS) f->ways[f->n++] = way;
    }
}

static enum rc fonts_find(struct pdf *p)
{
    size_t looked = 0;
    for (size_t i = 0; i < p->objects.len && looked < 20000; i++) {
        uint32_t num;
        struct str rest, s = p->objects.at[i].text;
        while ((s = behind(s, STR("/Font"))).ptr != NULL && looked++ < 20000) {
            struct str v = skip(s);
            if (str_starts(v, STR("<<"))) TRY(fonts_take(p, str_sub(v, 2, v.len)));
            else if (ref_front(v, &num, &rest)) {
                const struct object *o = object_of(p, num);
                struct str d = o == NULL ? STR("") : skip(o->text);
                if (str_starts(d, STR("<<"))) TRY(fonts_take(p, str_sub(d, 2, d.len)));
            }
        }
    }
    return RC_OK;
}

enum rc pdf_objects(struct pdf *p, struct str what, struct str bytes)
{
    TRY(objects_find(p, bytes));
    if (behind(bytes, STR("/Encrypt")).ptr != NULL) return err_set(p->err, &E_exchange_pdf_locked, NO_PLACE, what);
    TRY(objects_packed(p));
    objects_place(p);
    return fonts_find(p);
}
