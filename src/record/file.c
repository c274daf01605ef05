/* file.c - a file as a field holds it: its hash, and behind that its size, its media type and the name that its giver called it by. */
#include "record/inner.h"

enum { HASH_HEX = 64 };

static bool hex_ok(struct str s)
{
    if (s.len != HASH_HEX) return false;
    for (size_t i = 0; i < s.len; i++)
        if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f'))) return false;
    return true;
}

/* type/subtype, as RFC 6838 lets them be written, small letters only. */
static bool type_ok(struct str s)
{
    size_t slash = SIZE_MAX;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '/' && slash == SIZE_MAX) slash = i;
        else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || ((c == '.' || c == '+' || c == '-') && i > 0))) return false;
    }
    return s.len <= RECORD_FILE_TYPE_MAX && slash != SIZE_MAX && slash > 0 && slash + 1 < s.len;
}

/* What a name on a page may not do: lead elsewhere, break a line, or turn the direction of what is read ("fdp.exe"). */
static bool letter_ok(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == '/' || c == '\\' || c == 0xfeff || c == 0x2028 || c == 0x2029) return false;
    return !((c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfffe || c == 0xffff);
}

bool record_file_name_ok(struct str s)
{
    size_t bad = 0;
    if (s.len == 0 || s.len > RECORD_FILE_NAME_MAX || !utf8_ok(s, &bad)) return false;
    if (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' ' || str_eq(s, STR(".")) || str_eq(s, STR(".."))) return false;
    for (size_t at = 0; at < s.len;)
        if (!letter_ok(utf8_next(s, &at))) return false;
    return true;
}

bool record_file_read(struct str text, struct record_file *out)
{
    *out = (struct record_file){.hash = str_sub(text, 0, HASH_HEX)};
    if (!hex_ok(out->hash)) return false;
    if (text.len == HASH_HEX) return true;
    struct str rest = str_sub(text, HASH_HEX + 1, text.len);
    size_t a = str_find_char(rest, ' ');
    if (text.ptr[HASH_HEX] != ' ' || a == SIZE_MAX) return false;
    struct str size = str_sub(rest, 0, a), more = str_sub(rest, a + 1, rest.len);
    size_t b = str_find_char(more, ' ');
    if (b == SIZE_MAX || size.len > 10 || (size.len > 1 && size.ptr[0] == '0') || !str_to_u64(size, &out->size)) return false;
    out->type = str_sub(more, 0, b);
    out->name = str_sub(more, b + 1, more.len);
    return type_ok(out->type) && record_file_name_ok(out->name);
}

struct str record_file_text(struct arena *a, const struct record_file *f)
{
    if (f->name.len == 0 || f->type.len == 0) return f->hash;
    return str_cat(a, f->hash, STR(" "), str_u64(a, f->size), STR(" "), f->type, STR(" "), f->name);
}

struct str record_file_hash(struct str text)
{
    struct record_file f;
    return record_file_read(text, &f) ? f.hash : STR("");
}
