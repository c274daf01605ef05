/* marks_test.c - words in PDF and old Office files are found however they are packed; what lies or is a bomb is refused or passed over, and nothing breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

#include "exchange/exchange.h"

struct told { char lines[8192]; size_t len; };

static void take(void *ctx, struct str line)
{
    struct told *t = ctx;
    if (t->len + line.len + 2 > sizeof t->lines) return;
    memcpy(t->lines + t->len, line.ptr, line.len);
    t->len += line.len;
    t->lines[t->len++] = '\n';
    t->lines[t->len] = '\0';
}

static bool has(const struct told *t, const char *line)
{
    size_t n = strlen(line);
    for (const char *p = t->lines; (p = strstr(p, line)) != NULL; p += n)
        if ((p == t->lines || p[-1] == '\n') && p[n] == '\n') return true;
    return false;
}

static const char *look(bool pdf, struct str bytes, struct told *t)
{
    struct err err;
    err_clear(&err);
    memset(t, 0, sizeof *t);
    enum rc rc = pdf ? exchange_pdf_lines(STR("a.pdf"), bytes, STR("密"), take, t, &err) : exchange_ole_lines(STR("a.doc"), bytes, STR("密"), take, t, &err);
    return rc == RC_OK ? "" : err_code(&err);
}

/* ---- PDF ---- */

static void put_stream(struct buf *b, unsigned num, const char *dict, struct str bytes, bool flate)
{
    static unsigned char packed[1 << 16];
    uLongf n = sizeof packed;
    if (flate) assert_int_equal(compress(packed, &n, (const Bytef *)bytes.ptr, bytes.len), Z_OK);
    struct str body = flate ? str_of((const char *)packed, n) : bytes;
    char head[256];
    int len = snprintf(head, sizeof head, "%u 0 obj\n<< %s %s /Length %zu >>\nstream\n", num, dict, flate ? "/Filter /FlateDecode" : "", body.len);
    buf_str(b, str_of(head, (size_t)len));
    buf_str(b, body);
    buf_lit(b, "\nendstream\nendobj\n");
}

/* 1 机 2 密 3 ★ 4 年 5 国 6 家 */
static const char map[] = "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
                          "4 beginbfchar <0001> <673A> <0002> <5BC6> <0003> <2605> <0004> <5E74> endbfchar\n1 beginbfrange <0005> <0006> [<56FD> <5BB6>] endbfrange\nendcmap";
static const char fonts[] = "5 0 obj\n<< /Type /Page /Resources << /Font << /F1 6 0 R /F2 8 0 R >> >> /Contents 9 0 R >>\nendobj\n"
                            "6 0 obj\n<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode 7 0 R >>\nendobj\n"
                            "8 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Times >>\nendobj\n";

static struct str made(struct buf *b, const char *page, bool flate, const char *more)
{
    buf_init(b, 1 << 24);
    buf_lit(b, "%PDF-1.7\n");
    buf_str(b, str_c(fonts));
    put_stream(b, 7, "", str_c(map), flate);
    put_stream(b, 9, "", str_c(page), flate);
    buf_str(b, str_c(more));
    buf_lit(b, "trailer << /Root 1 0 R >>\n%%EOF\n");
    return buf_view(b);
}

static void a_pdf_is_read_line_by_line(void **state)
{
    struct told t;
    struct buf b;
    (void)state;
    for (int flate = 0; flate < 2; flate++) {
        assert_string_equal(look(true, made(&b, "BT /F1 16 Tf 1 0 0 1 72 700 Tm <000100020003> Tj /F2 16 Tf (10) Tj /F1 16 Tf <0004> Tj ET", flate, ""), &t), "");
        assert_true(has(&t, "机密★10年"));
        buf_fini(&b);
    }
    /* Pieces on one height are one line, also each in a place of its own; on another height they are not, nor far off. */
    assert_string_equal(look(true, made(&b, "q 1 0 0 -1 0 842 cm BT /F1 12 Tf 1 0 0 -1 72 100 Tm [<0005> -20 <0006>] TJ ET BT /F1 12 Tf 1 0 0 -1 96 100 Tm <00010002> Tj ET Q\n"
                                            "BT /F1 12 Tf 72 300 Td <00010002> Tj 0 -20 Td <0003> Tj 300 0 Td <0002> Tj ET", true, ""), &t), "");
    assert_true(has(&t, "国家机密"));
    assert_true(has(&t, "机密"));
    assert_true(has(&t, "密"));
    assert_false(has(&t, "机密★"));
    buf_fini(&b);
    /* One byte a character, escapes, lines below each other. */
    assert_string_equal(look(true, made(&b, "BT /F3 12 Tf 14 TL 72 700 Td (\\001\\2\\)) Tj T* (\\002(x\\)) ' ET", false,
                                        "10 0 obj\n<< /Font 11 0 R >>\nendobj\n11 0 obj << /F3 12 0 R >> endobj\n12 0 obj << /Type /Font /ToUnicode 13 0 R >> endobj\n"
                                        "13 0 obj << >> stream\n1 beginbfchar <01> <673A> <02> <5BC6> <29> <2605> endbfchar\nendstream endobj\n"), &t), "");
    assert_true(has(&t, "机密★"));
    buf_fini(&b);
    assert_string_equal(look(true, made(&b, "BT /G1 12 Tf 72 700 Td (\xbb\xfa\xc3\xdc) Tj ET BT /G2 12 Tf 72 600 Td <79D85BC62605> Tj ET", true,
                                        "10 0 obj << /Font << /G1 11 0 R /G2 12 0 R >> >> endobj 11 0 obj << /Type /Font /Encoding /GBK-EUC-H >> endobj 12 0 obj << /Type /Font /Encoding /UniGB-UCS2-H >> endobj\n"), &t), "");
    assert_true(has(&t, "机密"));
    assert_true(has(&t, "秘密★"));
    buf_fini(&b);
}

static void objects_that_are_packed_together_count(void **state)
{
    struct told t;
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 20);
    buf_lit(&b, "%PDF-1.5\n");
    put_stream(&b, 3, "/Type /ObjStm /N 2 /First 9", STR("5 0 6 40 << /Resources << /Font << /F1 6 0 R >>>>>>  << /Type /Font /ToUnicode 7 0 R >>"), true);
    put_stream(&b, 7, "", str_c(map), true);
    put_stream(&b, 9, "", STR("BT /F1 1 Tf 12 0 0 12 72 700 Tm <000100020003> Tj ET"), true);
    assert_string_equal(look(true, buf_view(&b), &t), "");
    assert_true(has(&t, "机密★"));
    buf_fini(&b);
}

static void bombs_locks_and_nonsense(void **state)
{
    struct told t;
    struct buf b;
    z_stream z = {0};
    (void)state;
    assert_string_equal(look(true, made(&b, "BT /F1 16 Tf <0001> Tj ET", true, "20 0 obj << /Encrypt 21 0 R >> endobj"), &t), "exchange.pdf_locked");
    buf_fini(&b);
    /* 200 MiB of nothing in 200 KiB. */
    static char nothing[1 << 20], packed[1 << 19];
    assert_int_equal(deflateInit(&z, 9), Z_OK);
    z.next_out = (Bytef *)packed;
    z.avail_out = sizeof packed;
    for (int i = 0; i < 200; i++) {
        z.next_in = (Bytef *)nothing;
        z.avail_in = sizeof nothing;
        assert_int_equal(deflate(&z, i == 199 ? Z_FINISH : Z_NO_FLUSH), i == 199 ? Z_STREAM_END : Z_OK);
    }
    buf_init(&b, 1 << 20);
    buf_lit(&b, "%PDF-1.4\n1 0 obj << /Filter /FlateDecode >> stream\n");
    buf_str(&b, str_of(packed, sizeof packed - z.avail_out));
    buf_lit(&b, "\nendstream endobj");
    deflateEnd(&z);
    assert_string_equal(look(true, buf_view(&b), &t), "exchange.plain_large");
    /* The same as a picture is passed over. */
    memcpy(memmem(b.ptr, b.len, "/Filter /FlateDecode", 20), "/Subtype/Image      ", 20);
    assert_string_equal(look(true, buf_view(&b), &t), "");
    buf_fini(&b);
    static const char *const odd[] = {"%PDF-", "%PDF-1.4", "%PDF-1.4\n1 0 obj", "%PDF-1.4\n1 0 obj << /Font << /F1 1 0 R", "%PDF-1.4\n9 0 obj<<>>stream\nBT (", "%PDF-1.4\n9 0 obj<<>>stream\nBT <12",
                                      "%PDF-1.4\n9 0 obj<<>>stream\nBT ((((\\", "%PDF-1.4\n9 0 obj<< /Type /ObjStm /N 4000000000 /First 9 >>stream\n1 2 3 4 5", "%PDF-1.4\n9 0 obj<<>>stream\nq q Q Q Q BT ID",
                                      "%PDF-1.4\n7 0 obj<<>>stream\nbeginbfrange <0000> <FFFF> [<", "%PDF-1.4 99999999999999999999 0 obj endobj obj obj endstream"};
    for (size_t i = 0; i < ARRAY_LEN(odd); i++) assert_string_equal(look(true, str_c(odd[i]), &t), "");
    /* Cut anywhere, a sound one does no harm. */
    struct str whole = made(&b, "BT /F1 16 Tf 1 0 0 1 72 700 Tm <000100020003> Tj ET", true, "");
    for (size_t n = 0; n <= whole.len; n += 7) (void)look(true, str_sub(whole, 0, n), &t);
    buf_fini(&b);
}

/* ---- old Office files ---- */

static void put_u32(unsigned char *at, uint32_t v)
{
    for (int i = 0; i < 4; i++) at[i] = (unsigned char)(v >> (8 * i));
}

/* Sector 0 is the table; 1, 3, 2 one stream, whose text is torn between its first two. */
static struct str compound(unsigned char *f, bool ring)
{
    static const unsigned char magic[] = {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1};
    memset(f, 0, 512 * 6);
    memcpy(f, magic, sizeof magic);
    f[30] = 9;
    for (size_t i = 0; i < 109; i++) put_u32(f + 76 + i * 4, i == 0 ? 0 : 0xffffffff);
    put_u32(f + 68, 0xfffffffe);
    for (size_t i = 0; i < 128; i++) put_u32(f + 512 + i * 4, 0xffffffff);
    put_u32(f + 512, 0xfffffffd);
    put_u32(f + 512 + 4, 3);
    put_u32(f + 512 + 12, 2);
    put_u32(f + 512 + 8, ring ? 1 : 0xfffffffe);
    memcpy(f + 1024 + 508, "\x3a\x67\xc6\x5b", 4);            /* 机密 at the end of sector 1 */
    memcpy(f + 512 * 4, "\x05\x26" "1\0" "0\0" "t^", 8);      /* ★10年 at the front of sector 3 */
    memcpy(f + 512 * 5 + 100, "\xc3\xd8\xc3\xdc 5\xc4\xea", 8); /* in GBK, in no stream */
    return str_of((const char *)f, 512 * 6);
}

static void an_old_office_file_is_read_by_its_chains(void **state)
{
    static unsigned char f[512 * 6];
    struct told t;
    (void)state;
    for (int ring = 0; ring < 2; ring++) {
        assert_string_equal(look(false, compound(f, ring), &t), "");
        assert_true(has(&t, "机密★10年") || ring);
        assert_true(has(&t, "秘密 5年"));
    }
    /* At the other parity, and where there is no order. */
    compound(f, false);
    memmove(f + 1024 + 201, "\xd8\x79\xc6\x5b\x05\x26", 6);
    assert_string_equal(look(false, str_of((const char *)f, sizeof f), &t), "");
    assert_true(has(&t, "秘密★"));
    f[30] = 77;
    assert_string_equal(look(false, str_of((const char *)f, sizeof f), &t), "");
    assert_true(has(&t, "秘密★"));
    /* A word that is not there, tables that point nowhere, files that are cut. */
    compound(f, false);
    memset(f + 1024, 'x', 512 * 4);
    assert_string_equal(look(false, str_of((const char *)f, sizeof f), &t), "");
    assert_int_equal(t.len, 0);
    for (size_t i = 0; i < 128; i++) put_u32(f + 512 + i * 4, (uint32_t)(i * 2654435761u));
    put_u32(f + 68, 0);
    assert_string_equal(look(false, str_of((const char *)f, sizeof f), &t), "");
    for (size_t n = 0; n < sizeof f; n += 61) assert_string_equal(look(false, str_of((const char *)f, n), &t), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pdf_is_read_line_by_line),
        cmocka_unit_test(objects_that_are_packed_together_count),
        cmocka_unit_test(bombs_locks_and_nonsense),
        cmocka_unit_test(an_old_office_file_is_read_by_its_chains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
