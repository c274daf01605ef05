/*
 * han.c - readings and order of Chinese text.
 * ICU transliterates one character at a time, which is slow and not safe among threads; so each
 * character is asked once a process, under a lock, and its reading kept in a table of words that
 * are only ever set from 0 to one value.  That is what makes a million names a matter of a second.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <unicode/ucol.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/uni.h"

enum { TABLE_FIRST = 0x3400, TABLE_END = 0xa000, READING_MAX = 7 };

/* Letters from the low byte up; the top byte says that the character has been asked. */
#define ASKED (UINT64_C(1) << 56)

static _Atomic uint64_t table[TABLE_END - TABLE_FIRST];
static pthread_mutex_t latin_lock = PTHREAD_MUTEX_INITIALIZER;
static UTransliterator *latin; /* under latin_lock; opened when a character has not been asked yet */

static uint64_t pack(const char *letters, size_t len)
{
    uint64_t v = ASKED;
    for (size_t i = 0; i < len && i < READING_MAX; i++) v |= (uint64_t)(unsigned char)letters[i] << (8 * i);
    return v;
}

static size_t unpack(uint64_t v, char to[READING_MAX])
{
    size_t len = 0;
    for (; len < READING_MAX && (v >> (8 * len) & 0xff) != 0; len++) to[len] = (char)(v >> (8 * len) & 0xff);
    return len;
}

/* With the lock held. */
static uint64_t transliterate(uint32_t cp)
{
    UErrorCode e = U_ZERO_ERROR;
    if (latin == NULL) {
        static const UChar id[] = u"Han-Latin";
        latin = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &e);
        MUST(U_SUCCESS(e) && latin != NULL); /* comes with every complete ICU */
    }
    enum { ROOM = 64 };
    UChar text[ROOM], flat[ROOM];
    int32_t len = 0;
    if (cp > 0xffff) {
        text[len++] = (UChar)(0xd800 + ((cp - 0x10000) >> 10));
        text[len++] = (UChar)(0xdc00 + ((cp - 0x10000) & 0x3ff));
    } else {
        text[len++] = (UChar)cp;
    }
    /* A compatibility character (U+F900) is first replaced by the one that it stands for. */
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&e), *nfd = unorm2_getNFDInstance(&e);
    len = unorm2_normalize(nfc, text, len, flat, ROOM, &e);
    if (U_FAILURE(e)) return ASKED;
    u_memcpy(text, flat, len);
    int32_t limit = len;
    utrans_transUChars(latin, text, &len, ROOM, 0, &limit, &e);
    int32_t n = U_FAILURE(e) ? 0 : unorm2_normalize(nfd, text, len, flat, ROOM, &e);
    if (U_FAILURE(e)) return ASKED;
    char letters[READING_MAX];
    size_t count = 0;
    for (int32_t i = 0; i < n; i++) {
        UChar c = flat[i];
        if (c == 0x308 && count > 0 && letters[count - 1] == 'u') { /* two dots: ü is typed as v */
            letters[count - 1] = 'v';
        } else if (c >= 'a' && c <= 'z') {
            if (count == READING_MAX) return ASKED;
            letters[count++] = (char)c;
        } else if (c < 0x300 || c > 0x36f) {
            return ASKED; /* not a reading: the character came back as it was */
        }
    }
    return pack(letters, count);
}

static uint64_t ask(uint32_t cp)
{
    MUST(pthread_mutex_lock(&latin_lock) == 0);
    uint64_t v = transliterate(cp);
    MUST(pthread_mutex_unlock(&latin_lock) == 0);
    return v;
}

void pinyin_rest(void)
{
    MUST(pthread_mutex_lock(&latin_lock) == 0);
    if (latin != NULL) utrans_close(latin);
    latin = NULL;
    MUST(pthread_mutex_unlock(&latin_lock) == 0);
}

/* Letters of a Han character; 0 where it has no reading. */
static size_t reading(uint32_t cp, char to[READING_MAX])
{
    if (cp < TABLE_FIRST || cp >= TABLE_END) return cp_is_han(cp) ? unpack(ask(cp), to) : 0;
    _Atomic uint64_t *cell = &table[cp - TABLE_FIRST];
    uint64_t v = atomic_load_explicit(cell, memory_order_relaxed);
    if (v == 0) {
        v = ask(cp); /* two threads may both ask: the answer is the same */
        atomic_store_explicit(cell, v, memory_order_relaxed);
    }
    return unpack(v, to);
}

/* ---- surnames whose reading is not the usual one ---- */

static const struct {
    uint16_t cp;
    char letters[6];
} surname[] = {
    {u'单', "shan"}, {u'曾', "zeng"}, {u'仇', "qiu"}, {u'解', "xie"},  {u'查', "zha"}, {u'区', "ou"},
    {u'盖', "ge"},   {u'朴', "piao"}, {u'翟', "zhai"}, {u'乐', "yue"}, {u'缪', "miao"}, {u'种', "chong"},
    {u'繁', "po"},   {u'员', "yun"},  {u'秘', "bi"},  {u'折', "she"},  {u'召', "shao"}, {u'粘', "nian"},
    {u'阚', "kan"},  {u'卜', "bu"},   {u'都', "du"},  {u'薄', "bo"},   {u'洗', "xian"}, {u'佴', "nai"},
    {u'厍', "she"},  {u'句', "gou"},  {u'祭', "zhai"}, {u'逄', "pang"}, {u'晁', "chao"}, {u'任', "ren"},
    {u'華', "hua"},  {u'單', "shan"}, {u'蓋', "ge"},  {u'樂', "yue"},  {u'區', "ou"},   {u'員', "yun"},
};

static const struct {
    uint16_t cp[2];
    char letters[2][6];
} surname_of_two[] = {
    {{u'尉', u'迟'}, {"yu", "chi"}},    {{u'万', u'俟'}, {"mo", "qi"}},     {{u'单', u'于'}, {"chan", "yu"}},
    {{u'长', u'孙'}, {"zhang", "sun"}}, {{u'澹', u'台'}, {"tan", "tai"}},   {{u'尉', u'遲'}, {"yu", "chi"}},
    {{u'萬', u'俟'}, {"mo", "qi"}},     {{u'單', u'于'}, {"chan", "yu"}},   {{u'長', u'孫'}, {"zhang", "sun"}},
    {{u'令', u'狐'}, {"ling", "hu"}},   {{u'皇', u'甫'}, {"huang", "fu"}},  {{u'夏', u'侯'}, {"xia", "hou"}},
};

/* Given by surname tables: how many characters at the beginning, with their letters. */
static size_t surname_at(struct str s, const char *letters[2])
{
    uint32_t cp[2] = {0, 0};
    size_t at = 0, n = 0;
    for (; n < 2 && at < s.len; n++) cp[n] = utf8_next(s, &at);
    /* 单于 is a surname of two only where a given name follows: 单于 alone is 单 with the name 于. */
    if (n == 2 && at < s.len)
        for (size_t i = 0; i < ARRAY_LEN(surname_of_two); i++)
            if (surname_of_two[i].cp[0] == cp[0] && surname_of_two[i].cp[1] == cp[1]) {
                letters[0] = surname_of_two[i].letters[0];
                letters[1] = surname_of_two[i].letters[1];
                return 2;
            }
    if (n >= 1)
        for (size_t i = 0; i < ARRAY_LEN(surname); i++)
            if (surname[i].cp == cp[0]) {
                letters[0] = surname[i].letters;
                return 1;
            }
    return 0;
}

static uint32_t to_ascii(uint32_t cp)
{
    if (cp >= 0xff01 && cp <= 0xff5e) return cp - 0xfee0;
    return cp == 0x3000 ? ' ' : cp;
}

static struct str spell(struct arena *a, struct str s, bool is_name, bool initials)
{
    if (is_name) { /* blanks before a name would hide its surname */
        size_t at = 0, next = 0;
        while (next < s.len && to_ascii(utf8_next(s, &next)) == ' ') at = next;
        s = str_sub(s, at, s.len);
    }
    size_t size = 0;
    MUST(!mul_overflows(s.len, (size_t)3, &size)); /* a character of 3 bytes gives at most 7 letters and a blank */
    char *p = arena_alloc(a, size + 1);
    size_t len = 0, index = 0;
    const char *given[2] = {NULL, NULL};
    size_t given_count = is_name ? surname_at(s, given) : 0;
    bool gap = false; /* the next word stands apart */
    for (size_t at = 0; at < s.len; index++) {
        uint32_t cp = to_ascii(utf8_next(s, &at));
        char word[READING_MAX];
        size_t n = 0;
        bool han = cp >= 0x80;
        if (index < given_count) {
            n = strlen(given[index]);
            memcpy(word, given[index], n);
        } else if (han) {
            n = reading(cp, word);
        } else if (cp > ' ' && cp < 0x7f) {
            word[n++] = (char)cp;
        }
        if (n == 0) {
            gap = len > 0;
            continue;
        }
        if (initials) {
            p[len++] = word[0];
            continue;
        }
        if (len > 0 && (gap || han)) p[len++] = ' ';
        memcpy(p + len, word, n);
        len += n;
        gap = han;
    }
    MUST(len <= size);
    return str_of(p, len);
}

struct str pinyin_full(struct arena *a, struct str s, bool is_name)
{
    return spell(a, s, is_name, false);
}

struct str pinyin_initials(struct arena *a, struct str s, bool is_name)
{
    return spell(a, s, is_name, true);
}

/* ---- order ---- */

static UCollator *collator[2]; /* const once open: ICU then allows any number of threads */
static pthread_once_t collators_once = PTHREAD_ONCE_INIT;

static void collators_open(void)
{
    static const char *const name[2] = {"zh@collation=pinyin", "zh@collation=stroke"};
    for (int i = 0; i < 2; i++) {
        UErrorCode e = U_ZERO_ERROR;
        collator[i] = ucol_open(name[i], &e);
        MUST(U_SUCCESS(e) && collator[i] != NULL);
    }
}

struct str uni_sort_key(struct arena *a, enum sort_order order, struct str s)
{
    MUST(pthread_once(&collators_once, collators_open) == 0);
    const UCollator *c = collator[order == SORT_STROKES ? 1 : 0];
    /* Names are short: at once, without an iterator. */
    UChar wide[64];
    uint8_t whole[256];
    int32_t wide_len = 0;
    UErrorCode why = U_ZERO_ERROR;
    if (s.len < ARRAY_LEN(wide) && u_strFromUTF8(wide, ARRAY_LEN(wide), &wide_len, s.ptr == NULL ? "" : s.ptr, (int32_t)s.len, &why) != NULL && U_SUCCESS(why)) {
        int32_t n = ucol_getSortKey(c, wide, wide_len, whole, (int32_t)sizeof whole);
        if (n > 0 && n <= (int32_t)sizeof whole) return str_dup(a, str_of((const char *)whole, (size_t)n - 1)); /* without the zero at its end */
    }
    UCharIterator it;
    uiter_setUTF8(&it, s.ptr == NULL ? "" : s.ptr, (int32_t)MIN(s.len, (size_t)INT32_MAX));
    uint32_t state[2] = {0, 0};
    uint8_t part[256];
    struct buf b;
    buf_init(&b, SIZE_MAX);
    for (;;) { /* the key comes in parts, so that a long text needs no guess */
        UErrorCode e = U_ZERO_ERROR;
        int32_t n = ucol_nextSortKeyPart(c, &it, state, part, (int32_t)sizeof part, &e);
        MUST(U_SUCCESS(e) && n >= 0);
        buf_put(&b, part, (size_t)n);
        if ((size_t)n < sizeof part) break;
    }
    MUST(!buf_failed(&b));
    struct str key = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return key;
}
