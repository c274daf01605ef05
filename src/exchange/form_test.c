/* form_test.c - dated lines read loosely and written strictly; base64; heads of pictures. */
#include "exchange/form.h"
#include "record/test_area.h"

static struct str strict(struct arena *a, const char *text, bool *fits)
{
    struct form_lines l;
    struct buf b;
    form_lines_read(a, str_c(text), &l);
    *fits = l.fits;
    buf_init(&b, 1 << 16);
    form_lines_put(&b, l.lines.at, l.lines.len, STR("\n"));
    struct str s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

static void lines_of_all_shapes(void **state)
{
    (void)state;
    static const struct { const char *in, *out; bool fits; } cases[] = {
        {"2010.03--2012.05  水利局科员", "2010.03--2012.05  水利局科员", true},
        {"201003-201205 水利局科员", "2010.03--2012.05  水利局科员", true},
        {"2010年3月至2012年5月，水利局科员", "2010.03--2012.05  水利局科员", true},
        {"２０１０．０３——２０１２．０５　水利局科员", "2010.03--2012.05  水利局科员", true},
        {"2010/3 ~ 2012/5：水利局科员", "2010.03--2012.05  水利局科员", true},
        {"2010.03一2012.05 水利局科员", "2010.03--2012.05  水利局科员", true},
        {"2012.05--         水利局科长", "2012.05--         水利局科长", true},
        {"2012.05至今 水利局科长", "2012.05--         水利局科长", true},
        {"2012.05－现在 水利局科长", "2012.05--         水利局科长", true},
        {"2010.03--2012.05  水利局科员\r\n（其间：2011.09--2014.07在党校学习）", "2010.03--2012.05  水利局科员\n（其间：2011.09--2014.07  在党校学习）", true},
        {"2010.03--2012.05  水利局科员（其间：2011.09—2011.12挂职；2012.01-2012.03借调）",
         "2010.03--2012.05  水利局科员\n（其间：2011.09--2011.12  挂职；2012.01--2012.03  借调）", true},
        {"2010.03--2012.05  水利局科员\n（期间负责驻村工作）", "2010.03--2012.05  水利局科员（期间负责驻村工作）", true},
        {"2010.03--2012.05  水利局\n    科员", "2010.03--2012.05  水利局科员", true},
        {"\n\n2010.03--2012.05  水利局科员\n\n", "2010.03--2012.05  水利局科员", true},
        {"简历如下\n2010.03--2012.05  水利局科员", "2010.03--2012.05  水利局科员", false},
        {"2010.03.15--2012.05  水利局科员", "2010.03--2012.05  水利局科员", false},
        {"2010--2012 水利局科员", "", false},
        {"2010.13--2012.05  水利局科员", "", false},
        {"2010.03--2012.05", "", false},
        {"1899.03--2012.05 甲", "", false},
        {"2010.03--2012.05  水利局科员\n2012 年起任科长", "2010.03--2012.05  水利局科员2012 年起任科长", false},
        {"", "", true},
    };
    struct arena a;
    arena_init(&a, 1 << 22);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool fits;
        struct str out = strict(&a, cases[i].in, &fits);
        if (!str_eq(out, str_c(cases[i].out)) || fits != cases[i].fits) fail_msg("%s\n gave " STR_FMT " (%d)", cases[i].in, STR_ARG(out), fits);
        if (!fits) continue;
        bool again;
        assert_true(str_eq(strict(&a, str_cz(&a, out), &again), out) && again); /* what is written strictly is read back */
    }
    arena_fini(&a);
}

static void lines_are_put_in_order(void **state)
{
    (void)state;
    struct form_line l[] = {{.from = 300, .text = STR("c")}, {.from = 100, .text = STR("a")}, {.from = 100, .within = true, .text = STR("w")}, {.from = 200, .text = STR("b")}};
    form_lines_sort(l, 4);
    assert_true(str_eq(l[0].text, STR("a")) && str_eq(l[1].text, STR("w")) && str_eq(l[2].text, STR("b")) && str_eq(l[3].text, STR("c")));
}

static void base64_both_ways(void **state)
{
    (void)state;
    static const struct { const char *text, *coded; } good[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    static const char *const bad[] = {"Z", "Zg=a", "Zg===", "照片", "Zg-_", "ZgAAA"};
    struct arena a;
    struct str out;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct buf b;
        buf_init(&b, 100);
        base64_put(&b, str_c(good[i].text));
        assert_true(str_eq(buf_view(&b), str_c(good[i].coded)));
        buf_fini(&b);
        assert_true(base64_read(&a, str_c(good[i].coded), &out) && str_eq(out, str_c(good[i].text)));
    }
    assert_true(base64_read(&a, STR(" Zm\r\n9v\t"), &out) && str_eq(out, STR("foo")));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (base64_read(&a, str_c(bad[i]), &out)) fail_msg("%s", bad[i]);
    arena_fini(&a);
}

/* Long texts are read by sixteen letters at a time: every byte at every place of such a piece, and lines of every length. */
static void base64_in_pieces(void **state)
{
    (void)state;
    enum { LEN = 600, PIECE = 16 };
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char bytes[LEN], coded[LEN * 2];
    struct arena a;
    struct buf b;
    struct str out;
    arena_init(&a, 1 << 24);
    buf_init(&b, LEN * 2);
    for (size_t i = 0; i < LEN; i++) bytes[i] = (char)(i * i * 37 + i * 101 + (i >> 3));
    for (size_t len = 0; len < LEN; len += 7) {
        buf_clear(&b);
        base64_put(&b, str_of(bytes, len));
        for (size_t width = 1; width < 90; width += 13) { /* as mail breaks its lines */
            size_t n = 0;
            for (size_t i = 0; i < b.len; i++) {
                coded[n++] = b.ptr[i];
                if (i % width == width - 1) coded[n++] = '\n';
                if (n > sizeof coded - 2) break;
            }
            if (n > sizeof coded - 2) continue;
            struct arena_mark m = arena_mark(&a);
            assert_true(base64_read(&a, str_of(coded, n), &out) && str_eq(out, str_of(bytes, len)));
            arena_reset(&a, m);
        }
    }
    for (size_t at = 0; at < PIECE; at++)
        for (int c = 0; c < 256; c++) {
            memset(coded, 'A', PIECE * 2);
            coded[at] = (char)c;
            bool letter = c != 0 && strchr(letters, c) != NULL, blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
            struct arena_mark m = arena_mark(&a);
            bool ok = base64_read(&a, str_of(coded, PIECE * 2), &out);
            if (ok != (letter || blank)) fail_msg("byte %d at %zu", c, at);
            if (letter) assert_int_equal(out.ptr[at / 4 * 3 + MIN(at % 4, (size_t)2)] != 0 || out.ptr[at / 4 * 3 + (at % 4 == 0 ? 0 : at % 4 - 1)] != 0, c != 'A');
            arena_reset(&a, m);
        }
    buf_fini(&b);
    arena_fini(&a);
}

static void heads_of_pictures(void **state)
{
    (void)state;
    uint32_t w, h;
    static const char jpeg[] = "\xff\xd8\xff\xe0\x00\x04\x01\x02\xff\xc0\x00\x11\x08\x01\xcc\x01\x78\x03\x01\x22\x00\x02\x11";
    assert_true(photo_size(str_of(jpeg, sizeof jpeg - 1), &w, &h));
    assert_int_equal(w, 376);
    assert_int_equal(h, 460);
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x04\0\0\0\x05\x08\x02";
    assert_true(photo_size(str_of(png, sizeof png - 1), &w, &h) && w == 4 && h == 5);
    assert_true(photo_size(STR("\xff\xd8\xff\xe0\xff\xff"), &w, &h) && w == 0); /* cut off: a picture of unknown size */
    assert_false(photo_size(STR("GIF89a"), &w, &h));
    assert_false(photo_size(STR(""), &w, &h));
}

/* ---- the photograph is cut out before the XML is parsed; what comes of a file is the same as without ---- */

enum { PHOTO_LEN = 6000 };

static struct str photo_text(struct arena *a, struct str *bytes)
{
    char *p = arena_alloc(a, PHOTO_LEN);
    struct buf b;
    memcpy(p, "\xff\xd8\xff\xe0\x00\x04\x01\x02\xff\xc0\x00\x11\x08\x01\xcc\x01\x78\x03\x01\x22\x00\x02\x11", 23);
    for (size_t i = 23; i < PHOTO_LEN; i++) p[i] = (char)(i * i);
    *bytes = str_of(p, PHOTO_LEN);
    buf_init(&b, PHOTO_LEN * 2);
    base64_put(&b, *bytes);
    struct str s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

static void photographs_are_cut_out(void **state)
{
    (void)state;
    /* % stands for the letters of a sound photograph, $ for some that are none; want: c cut, t taken though not cut, - it stays as its text is, x the file is refused */
    static const struct { const char *file; char want; } all[] = {
        {"<P><N>a</N><Z>%</Z></P>", 'c'},
        {"<?xml version='1.0' encoding='GBK'?><P><Z>%</Z></P>", 't'},
        {"<?xml version=\"1.0\" encoding=\"gb2312\"?><P><Z>%</Z></P>", 'c'},
        {"\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<P><Z>\r\n%\r\n</Z></P>", 'c'},
        {"<?xml version=\"1.0\" encoding=\"UTF-7\"?><P><Z>%</Z></P>", 'x'},
        {"<P><!-- <Z>%</Z> --><Z></Z></P>", '-'},
        {"<P><!-- <Z>%</Z> --><Z>*photo*</Z></P>", '-'},
        {"<P><N><![CDATA[<Z>%</Z>]]></N></P>", '-'},
        {"<P><Z/><Z>%</Z></P>", '-'},
        {"<P><N><Z>%</Z></N></P>", '-'},
        {"<P><Z a='1'>%</Z></P>", '-'},
        {"<P><Z>$</Z></P>", '-'},
        {"<P><Z>%<b/></Z></P>", '-'},
        {"<P><Z>%&#65;&#65;&#65;&#65;</Z></P>", 't'},
        {"<P><N>*photo*</N><Z>%</Z></P>", 't'},
        {"<P><Z><![CDATA[%]]></Z></P>", 't'},
        {"<P><Z>%</Y></P>", 'x'},
        {"<P><Z>%", 'x'},
        {"<!DOCTYPE P [<!ENTITY e 'x'>]><P><Z>%</Z></P>", 'x'},
    };
    struct pack_field field = {.type = FIELD_FILE};
    struct pack_form_element element = {.element = STR("Z"), .as = FORM_AS_PHOTO, .group = FORM_OWN, .field = &field};
    struct pack_form form = {.root = STR("P"), .elements = &element, .elements_count = 1};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct arena a;
        struct buf text, file, rest;
        struct str bytes, letters;
        struct xn *bare = NULL, *tree = NULL;
        struct err e;
        struct form_photo photo = {.f = &form};
        arena_init(&a, 256 << 20);
        buf_init(&text, FORM_FILE_MAX);
        buf_init(&file, FORM_FILE_MAX);
        buf_init(&rest, FORM_FILE_MAX);
        letters = photo_text(&a, &bytes);
        for (const char *c = all[i].file; *c != 0; c++) {
            if (*c == '%' || *c == '$') buf_str(&file, letters);
            if (*c == '$') buf_lit(&file, "???");
            if (*c != '%' && *c != '$') buf_char(&file, *c);
        }
        bool plain = form_tree(&form, &a, STR("f"), buf_view(&file), NULL, &bare, &e) == RC_OK;
        bool with = form_tree(&form, &a, STR("f"), buf_view(&file), &text, &tree, &e) == RC_OK;
        if (plain != with || with != (all[i].want != 'x')) fail_msg("%s: %d %d", all[i].file, plain, with);
        if (form_photo_cut(&photo, &a, buf_view(&file), &rest) && all[i].want == 't') fail_msg("%s: was cut", all[i].file);
        if (!with && !str_eq(str_c(err_code(&e)), STR("exchange.xml")) && !str_eq(str_c(err_code(&e)), STR("exchange.doctype"))) fail_msg("%s: %s", all[i].file, err_code(&e));
        const struct xn *z = with ? xn_child(tree, "Z") : NULL;
        struct str got = z != NULL ? z->taken : STR("");
        bool should = all[i].want == 'c' || all[i].want == 't';
        if (with && should && (!str_eq(str_sub(got, 0, PHOTO_LEN), bytes) || z->first != NULL || !str_eq(z->mark, area_file_hash(&a, got)))) fail_msg("%s: not taken", all[i].file);
        if (with && !should && got.len > 0) fail_msg("%s: taken", all[i].file);
        if (with && !should) { /* as it stands */
            struct buf x, y;
            buf_init(&x, FORM_FILE_MAX);
            buf_init(&y, FORM_FILE_MAX);
            xn_put(&x, bare);
            xn_put(&y, tree);
            assert_true(str_eq(buf_view(&x), buf_view(&y)));
            buf_fini(&x);
            buf_fini(&y);
        }
        buf_fini(&text);
        buf_fini(&file);
        buf_fini(&rest);
        arena_fini(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_all_shapes),
        cmocka_unit_test(lines_are_put_in_order),
        cmocka_unit_test(base64_both_ways),
        cmocka_unit_test(base64_in_pieces),
        cmocka_unit_test(heads_of_pictures),
        cmocka_unit_test(photographs_are_cut_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
