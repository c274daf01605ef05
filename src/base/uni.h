/*
 * uni.h - UTF-8 and what Chinese text needs: widths, folding for keys and for search, encodings, sort keys.
 * ICU does the Unicode work; only base/ includes its headers.
 */
#ifndef GUIJU_BASE_UNI_H
#define GUIJU_BASE_UNI_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Decode one code point at *at (< s.len) and move *at behind it.  U+FFFD and one byte on error. */
uint32_t utf8_next(struct str s, size_t *at);
size_t utf8_put(char out[4], uint32_t cp); /* bytes written */
void buf_utf8(struct buf *b, uint32_t cp);
bool utf8_ok(struct str s, size_t *bad_at);
/* RC_INPUT text.utf8 with the place; the hint says so if it looks like GB18030. */
enum rc utf8_check(struct str s, struct err *err) MUST_USE;
size_t utf8_count(struct str s);              /* code points */
/* Only the end of what is restricted (the last four characters): enough to tell two apart by eye, not to use it. */
struct str str_masked(struct arena *a, struct str s);
size_t utf8_offset(struct str s, size_t nth); /* byte offset of the nth code point, or s.len */
int cp_width(uint32_t cp);                    /* columns on a terminal: 0, 1, 2 */
size_t str_width(struct str s);
void buf_pad(struct buf *b, struct str s, size_t width, bool right_align); /* by columns */
bool cp_is_han(uint32_t cp);

struct str uni_nfc(struct arena *a, struct str s);
struct str uni_nfkc(struct arena *a, struct str s);
struct str uni_upper(struct arena *a, struct str s); /* root locale */
struct str uni_lower(struct arena *a, struct str s);
/* Keys (codes, citizen numbers): NFC, full-width digits and letters to ASCII, dots · • ・ to ·, blanks trimmed. */
struct str uni_fold_key(struct arena *a, struct str s);
/* Search: NFKC, lower case, blanks and dots removed; 张　三 and 张三 are alike. */
struct str uni_fold_search(struct arena *a, struct str s);
/* Private-use characters in s? */
bool uni_has_private(struct str s);

/* For text that is not UTF-8: reads the whole as GB18030 (and so GBK, GB2312); RC_INPUT text.gb18030 with the byte offset in place.off. */
enum rc gb18030_to_utf8(struct arena *a, struct str in, struct str *out, struct err *err) MUST_USE;

/* Pinyin of a text without tones: "zhang san", ü as v ("lv"), surname readings (单 Shan, 曾 Zeng, 仇 Qiu, 解 Xie, 查 Zha, 区 Ou;
 * 尉迟 Yu Chi) for the first characters when is_name.  Initials: "zs".  Thread-safe. Characters without a reading are kept if ASCII, else dropped. */
struct str pinyin_full(struct arena *a, struct str s, bool is_name);
struct str pinyin_initials(struct arena *a, struct str s, bool is_name);
/* After very many: readings that were asked stay, what answered them (some 2 MiB of ICU) goes until a new character comes.  Thread-safe. */
void pinyin_rest(void);

enum sort_order { SORT_PINYIN, SORT_STROKES };
/* ICU sort key bytes (compare by memcmp); collators are opened on first use and kept for the process (thread-safe). */
struct str uni_sort_key(struct arena *a, enum sort_order order, struct str s);
const char *uni_icu_version(void);

#endif
