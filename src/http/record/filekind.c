/*
 * filekind.c - which files are taken: the kinds that are declared here, by their bytes, their ending and the type that the giver said; and what bears a mark
 * of secrecy.  What is taken is kept as it came; what it is called and said to be must fit what it is.
 */
#include "exchange/exchange.h"
#include "http/record/filekind.h"

enum family { F_PNG, F_JPEG, F_PDF, F_OLE, F_ZIP, F_DOCX, F_XLSX, F_PPTX, F_OFD, F_TEXT, F_NONE };
enum { PICTURE_BYTES = 20 << 20, TEXT_BYTES = 16 << 20, ANY_BYTES = 64 << 20 };

/* also: what browsers and office programs call it besides. */
static const struct file_kind kinds[] = {
    {F_PNG, PICTURE_BYTES, STR_INIT(".png"), STR_INIT("image/png"), "image/x-png", "PNG 图片", "a PNG picture"},
    {F_JPEG, PICTURE_BYTES, STR_INIT(".jpg"), STR_INIT("image/jpeg"), "image/jpg image/pjpeg", "JPEG 图片", "a JPEG picture"},
    {F_JPEG, PICTURE_BYTES, STR_INIT(".jpeg"), STR_INIT("image/jpeg"), "image/jpg image/pjpeg", "JPEG 图片", "a JPEG picture"},
    {F_PDF, ANY_BYTES, STR_INIT(".pdf"), STR_INIT("application/pdf"), "application/x-pdf", "PDF 文件", "a PDF"},
    {F_DOCX, ANY_BYTES, STR_INIT(".docx"), STR_INIT("application/vnd.openxmlformats-officedocument.wordprocessingml.document"), "application/zip", "docx 文档", "a docx document"},
    {F_XLSX, ANY_BYTES, STR_INIT(".xlsx"), STR_INIT("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), "application/zip", "xlsx 表格", "an xlsx spreadsheet"},
    {F_PPTX, ANY_BYTES, STR_INIT(".pptx"), STR_INIT("application/vnd.openxmlformats-officedocument.presentationml.presentation"), "application/zip", "pptx 演示", "pptx slides"},
    {F_OFD, ANY_BYTES, STR_INIT(".ofd"), STR_INIT("application/ofd"), "application/zip application/vnd.ofd", "OFD 版式文件", "an OFD document"},
    {F_ZIP, ANY_BYTES, STR_INIT(".zip"), STR_INIT("application/zip"), "application/x-zip-compressed application/x-zip", "zip 压缩包", "a zip file"},
    {F_OLE, ANY_BYTES, STR_INIT(".doc"), STR_INIT("application/msword"), "", "doc 文档", "a doc document"},
    {F_OLE, ANY_BYTES, STR_INIT(".xls"), STR_INIT("application/vnd.ms-excel"), "", "xls 表格", "an xls spreadsheet"},
    {F_OLE, ANY_BYTES, STR_INIT(".wps"), STR_INIT("application/vnd.ms-works"), "application/wps-office.wps application/kswps application/msword", "WPS 文字", "a WPS document"},
    {F_OLE, ANY_BYTES, STR_INIT(".et"), STR_INIT("application/wps-office.et"), "application/kset application/vnd.ms-excel", "WPS 表格", "a WPS spreadsheet"},
    {F_TEXT, TEXT_BYTES, STR_INIT(".txt"), STR_INIT("text/plain"), "", "纯文本", "plain text"},
    {F_TEXT, TEXT_BYTES, STR_INIT(".csv"), STR_INIT("text/csv"), "text/plain application/vnd.ms-excel application/csv", "CSV 表格", "a CSV table"},
};

static bool named_as(struct str list, struct str word)
{
    for (size_t from = 0; word.len > 0 && from < list.len;) {
        size_t to = from;
        while (to < list.len && list.ptr[to] != ' ') to++;
        if (str_eq(str_sub(list, from, to), word)) return true;
        from = to + 1;
    }
    return false;
}

/* Without letters' size: A.PDF is a PDF. */
static bool ends_as(struct str name, struct str end)
{
    if (name.len <= end.len) return false;
    for (size_t i = 0; i < end.len; i++) {
        char c = name.ptr[name.len - end.len + i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != end.ptr[i]) return false;
    }
    return true;
}

static enum family family_of(struct str bytes)
{
    static const struct { struct str magic; enum family family; } magics[] = {{STR_INIT("\x89PNG\r\n\x1a\n"), F_PNG}, {STR_INIT("\xff\xd8\xff"), F_JPEG}, {STR_INIT("%PDF-"), F_PDF},
                                                                              {STR_INIT("PK\x03\x04"), F_ZIP}, {STR_INIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), F_OLE}};
    size_t bad = 0;
    for (size_t i = 0; i < ARRAY_LEN(magics); i++)
        if (str_starts(bytes, magics[i].magic)) return magics[i].family;
    bool text = utf8_ok(bytes, &bad) && (bytes.len == 0 || memchr(bytes.ptr, 0, bytes.len) == NULL) && str_find(str_sub(bytes, 0, 512), STR("<")) == SIZE_MAX;
    return text ? F_TEXT : F_NONE;
}

const struct file_kind *file_kind_of(struct str bytes)
{
    enum family f = family_of(bytes);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i].family == (int)f) return &kinds[i];
    return NULL;
}

bool file_name_fits(struct str type, struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_eq(kinds[i].type, type) && ends_as(name, kinds[i].end)) return true;
    return false;
}

/* ---- marks of secrecy ---- */

static struct str skip_blanks(struct str s)
{
    for (;;) {
        if (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) s = str_sub(s, 1, s.len);
        else if (str_starts(s, STR("　"))) s = str_sub(s, 3, s.len);
        else return s;
    }
}

static struct str word_at(struct str s)
{
    static const struct str words[] = {STR_INIT("绝密"), STR_INIT("机密"), STR_INIT("秘密")};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_starts(s, words[i])) return words[i];
    return STR("");
}

/* 秘密★10年, wherever it stands; 绝密级, 机密级; a line that is the word alone, or the word and a term (机密 长期, 秘密5年). */
static bool line_marked(struct str line)
{
    for (size_t i = 0; i + 6 <= line.len; i++) {
        struct str word = word_at(str_sub(line, i, line.len));
        if (word.len == 0) continue;
        struct str rest = str_sub(line, i + word.len, line.len), after = skip_blanks(rest);
        if (str_starts(after, STR("★")) || str_starts(after, STR("☆"))) return true;
        if (str_starts(rest, STR("级")) && !str_eq(word, STR("秘密"))) return true;
        if (skip_blanks(str_sub(line, 0, i)).len > 0) continue;
        if (after.len == 0 || str_eq(after, STR("长期"))) return true;
        size_t digits = 0;
        while (digits < after.len && after.ptr[digits] >= '0' && after.ptr[digits] <= '9') digits++;
        struct str unit = skip_blanks(str_sub(after, digits, after.len));
        if (digits > 0 && digits < 4 && (str_eq(unit, STR("年")) || str_eq(unit, STR("个月")))) return true;
    }
    return false;
}

static bool text_marked(struct str text, struct str *mark)
{
    for (size_t from = 0; from <= text.len;) {
        size_t to = from;
        while (to < text.len && text.ptr[to] != '\n') to++;
        struct str line = str_trim(str_sub(text, from, to));
        if (line_marked(line)) {
            *mark = str_sub(line, 0, utf8_offset(line, 20));
            return true;
        }
        from = to + 1;
    }
    return false;
}

/* In a name: 绝密 or 机密 at all; 秘密 at its beginning or in brackets, for there are regulations about secrets that are none. */
static bool name_marked(struct str name, struct str *mark)
{
    static const struct str anywhere[] = {STR_INIT("绝密"), STR_INIT("机密"), STR_INIT("秘密★"), STR_INIT("（秘密"), STR_INIT("(秘密"), STR_INIT("【秘密"), STR_INIT("[秘密"), STR_INIT("〔秘密")};
    for (size_t i = 0; i < ARRAY_LEN(anywhere); i++)
        if (str_find(name, anywhere[i]) != SIZE_MAX) {
            *mark = anywhere[i];
            return true;
        }
    if (!str_starts(name, STR("秘密"))) return false;
    struct str rest = str_sub(name, 6, name.len);
    *mark = STR("秘密");
    return rest.len == 0 || memchr(" -_.0123456789[(", rest.ptr[0], 16) != NULL || str_starts(rest, STR("（")) || str_starts(rest, STR("【")) || str_starts(rest, STR("：")) || str_starts(rest, STR("　"));
}

/* ---- taking one ---- */

static enum rc package_look(struct str name, struct str bytes, struct arena *a, enum family *family, struct str *mark, bool *marked, struct err *err)
{
    static const enum family of[] = {[PACKAGE_ZIP] = F_ZIP, [PACKAGE_DOCX] = F_DOCX, [PACKAGE_XLSX] = F_XLSX, [PACKAGE_PPTX] = F_PPTX, [PACKAGE_OFD] = F_OFD};
    enum package_kind kind;
    bool macros;
    struct buf text;
    TRY(exchange_package_text(name.len > 0 ? name : STR("?"), bytes, a, &kind, &macros, &text, err));
    struct str found;
    *marked = text_marked(buf_view(&text), &found);
    if (*marked) *mark = str_dup(a, found);
    buf_fini(&text);
    if (macros) return err_set(err, &E_http_file_macros, NO_PLACE, name);
    *family = of[kind];
    return RC_OK;
}

struct marks { struct arena *a; struct str mark; bool marked; };

static void line_look(void *ctx, struct str line)
{
    struct marks *m = ctx;
    struct str found;
    if (m->marked || !text_marked(line, &found)) return;
    m->marked = true;
    m->mark = str_dup(m->a, found);
}

/* Each of the three words ends in it. */
static enum rc packed_look(struct str name, struct str bytes, enum family is, struct arena *a, struct str *mark, bool *marked, struct err *err)
{
    struct marks m = {.a = a};
    struct str what = name.len > 0 ? name : STR("?");
    if (is == F_PDF) TRY(exchange_pdf_lines(what, bytes, STR("密"), line_look, &m, err));
    else TRY(exchange_ole_lines(what, bytes, STR("密"), line_look, &m, err));
    *marked = m.marked;
    *mark = m.mark;
    return RC_OK;
}

static enum rc differs(struct str name, enum family is, struct err *err)
{
    const struct file_kind *k = NULL;
    for (size_t i = 0; i < ARRAY_LEN(kinds) && k == NULL; i++)
        if (kinds[i].family == (int)is) k = &kinds[i];
    return err_set(err, &E_http_file_differs, NO_PLACE, name, str_c(k == NULL ? "没有见过的类型" : k->zh), str_c(k == NULL ? "of a kind that is not known" : k->en));
}

enum rc file_take(struct str name, struct str said, struct str bytes, struct arena *a, const struct file_kind **out, struct err *err)
{
    enum family is = family_of(bytes);
    struct str mark = STR("");
    bool marked = name_marked(name, &mark);
    *out = NULL;
    if (!marked && is == F_ZIP) TRY(package_look(name, bytes, a, &is, &mark, &marked, err));
    if (!marked && is != F_ZIP) marked = text_marked(str_sub(bytes, 0, 1 << 20), &mark);
    if (!marked && (is == F_PDF || is == F_OLE)) TRY(packed_look(name, bytes, is, a, &mark, &marked, err));
    if (marked) return err_set(err, &E_http_file_secret, NO_PLACE, mark);
    if (is == F_NONE) return err_set(err, &E_http_file_type, NO_PLACE, name);
    size_t dot = SIZE_MAX;
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == '.') dot = i;
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(kinds) && *out == NULL; i++) {
        bool fits = dot == SIZE_MAX || dot == 0 || ends_as(name, kinds[i].end);
        known = known || (dot != SIZE_MAX && fits);
        /* Any package may be kept as the zip that it is. */
        bool same = kinds[i].family == (int)is || (kinds[i].family == F_ZIP && (is == F_DOCX || is == F_XLSX || is == F_PPTX || is == F_OFD));
        if (fits && same) *out = &kinds[i];
    }
    if (*out == NULL) return dot != SIZE_MAX && !known ? err_set(err, &E_http_file_type, NO_PLACE, name) : differs(name, is, err);
    size_t end = str_find_char(said, ';');
    struct str type = str_trim(end == SIZE_MAX ? said : str_sub(said, 0, end));
    if (type.len > 0 && !str_eq(type, STR("application/octet-stream")) && !str_eq(type, (*out)->type) && !named_as(str_c((*out)->also), type))
        return err_set(err, &E_http_file_said, NO_PLACE, name, type, (*out)->type);
    if (bytes.len > (*out)->max) return err_set(err, &E_http_too_large, NO_PLACE, str_u64(a, (*out)->max));
    return RC_OK;
}

enum rc http_file_check(struct str name, struct str bytes, struct arena *a, struct str *type, struct str *called, struct err *err)
{
    const struct file_kind *k;
    if (bytes.len == 0) return err_set(err, &E_http_file_type, NO_PLACE, name);
    if (!record_file_name_ok(name)) return err_set(err, &E_http_file_name, NO_PLACE, str_u64(a, RECORD_FILE_NAME_MAX));
    TRY(file_take(name, STR(""), bytes, a, &k, err));
    *type = k->type;
    *called = file_name_fits(k->type, name) ? name : str_cat(a, name, k->end);
    return RC_OK;
}
