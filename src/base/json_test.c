/* json_test.c - the strict reader and the canonical writer. */
#include "base/test.h"

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* ---- the writer ---- */

static void writes_canonically(void **state)
{
    (void)state;
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_out_init(&j, &b);
    json_object(&j);
    json_key(&j, STR(""));
    json_null(&j);
    json_key(&j, STR("a"));
    json_array(&j);
    json_i64(&j, -1);
    json_i64(&j, 9007199254740991);
    json_i64(&j, 9007199254740992);
    json_i64(&j, INT64_MIN);
    json_array(&j);
    json_end_array(&j);
    json_object(&j);
    json_end_object(&j);
    json_end_array(&j);
    json_key(&j, STR("b"));
    json_bool(&j, true);
    json_key(&j, STR("b2"));
    json_bool(&j, false);
    json_key(&j, STR("姓名"));
    json_string(&j, STR("张\"三\\\n\x01/\x7f"));
    json_key(&j, STR("编号"));
    json_raw(&j, STR("[1]"));
    json_end_object(&j);
    EXPECT_TEXT(buf_view(&b), "{\"\":null,\"a\":[-1,9007199254740991,\"9007199254740992\",\"-9223372036854775808\",[],{}],"
                              "\"b\":true,\"b2\":false,\"姓名\":\"张\\\"三\\\\\\u000a\\u0001/\x7f\",\"编号\":[1]}");
    buf_fini(&b);
}

static void keys_for_people_take_any_order(void **state)
{
    (void)state;
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_out_init(&j, &b);
    json_object(&j);
    json_key_any(&j, STR("z"));
    json_i64(&j, 1);
    json_key_any(&j, STR("a"));
    json_i64(&j, 2);
    json_end_object(&j);
    EXPECT_TEXT(buf_view(&b), "{\"z\":1,\"a\":2}");
    buf_fini(&b);
}

static void broken_utf8_is_replaced(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    json_put_string(&b, STR("a\xff\"\xe5\xbc"));
    EXPECT_TEXT(buf_view(&b), "\"a\xef\xbf\xbd\\\"\xef\xbf\xbd\xef\xbf\xbd\"");
    assert_true(utf8_ok(buf_view(&b), NULL));
    buf_clear(&b);
    json_put_string(&b, STR_NONE);
    EXPECT_TEXT(buf_view(&b), "\"\"");
    buf_fini(&b);
}

static struct json_out out;
static struct buf out_buf;

static void open_object(void)
{
    buf_init(&out_buf, 1 << 16);
    json_out_init(&out, &out_buf);
    json_object(&out);
}

static void right_order(void)
{
    open_object();
    json_key(&out, STR("a"));
    json_null(&out);
    json_key(&out, STR("b"));
    json_null(&out);
    json_end_object(&out);
}

static void wrong_order(void)
{
    open_object();
    json_key(&out, STR("b"));
    json_null(&out);
    json_key(&out, STR("a"));
}

static void same_key(void)
{
    open_object();
    json_key(&out, STR("a"));
    json_null(&out);
    json_key(&out, STR("a"));
}

static void value_without_key(void)
{
    open_object();
    json_null(&out);
}

static void key_without_value(void)
{
    open_object();
    json_key(&out, STR("a"));
    json_end_object(&out);
}

static void wrong_end(void)
{
    open_object();
    json_end_array(&out);
}

static void key_in_array(void)
{
    open_object();
    json_key(&out, STR("a"));
    json_array(&out);
    json_key(&out, STR("b"));
}

static void too_deep(void)
{
    open_object();
    json_key(&out, STR("a"));
    for (int i = 0; i < 64; i++) json_array(&out);
}

static void misuse_of_the_writer_stops_the_program(void **state)
{
    (void)state;
    assert_false(breaks(right_order));
    assert_true(breaks(wrong_order));
    assert_true(breaks(same_key));
    assert_true(breaks(value_without_key));
    assert_true(breaks(key_without_value));
    assert_true(breaks(wrong_end));
    assert_true(breaks(key_in_array));
    assert_true(breaks(too_deep));
}

/* ---- the reader ---- */

static struct json *parse(const char *text)
{
    struct json *j = NULL;
    struct err e;
    err_clear(&e);
    if (json_parse(&arena, str_c(text), &j, &e) != RC_OK) fail_msg("%s: %s", text, e.en);
    return j;
}

static void reads_every_kind(void **state)
{
    (void)state;
    struct json *j = parse(" { \"a\" : [ 1 , -0.5e+3 , \"x\" , true , false , null , { } , [ ] ] , \"b\" : \"\" } \r\n\t");
    assert_int_equal(j->kind, JSON_OBJECT);
    assert_int_equal(j->count, 2);
    const struct json *a = json_get(j, STR("a"));
    assert_non_null(a);
    assert_int_equal(a->count, 8);
    static const enum json_kind kinds[] = {JSON_NUMBER, JSON_NUMBER, JSON_STRING, JSON_TRUE, JSON_FALSE, JSON_NULL, JSON_OBJECT, JSON_ARRAY};
    const struct json *v = a->first;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++, v = v->next) assert_int_equal(v->kind, kinds[i]);
    assert_null(v);
    EXPECT_TEXT(a->first->text, "1");
    EXPECT_TEXT(a->first->next->text, "-0.5e+3"); /* as it was written */
    assert_int_equal(a->first->off, 11);
    EXPECT_TEXT(json_get(j, STR("b"))->text, "");
    assert_null(json_get(j, STR("c")));
    assert_null(json_get(a, STR("a")));
    assert_null(json_get(NULL, STR("a")));
}

static void a_value_alone_is_a_text(void **state)
{
    (void)state;
    assert_int_equal(parse("42")->kind, JSON_NUMBER);
    EXPECT_TEXT(parse("42")->text, "42");
    EXPECT_TEXT(parse("\"x\"")->text, "x");
    assert_int_equal(parse("true")->kind, JSON_TRUE);
    assert_int_equal(parse("null")->kind, JSON_NULL);
    assert_int_equal(parse(" [] ")->count, 0);
    EXPECT_TEXT(parse("123456789012345678901234567890.123456789e-1000")->text, "123456789012345678901234567890.123456789e-1000");
}

static void decodes_escapes(void **state)
{
    (void)state;
    EXPECT_TEXT(parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")->text, "\"\\/\b\f\n\r\t");
    EXPECT_TEXT(parse("\"\\u5f20\\u4E09\"")->text, "张三");
    EXPECT_TEXT(parse("\"\\ud842\\udfb7野家\"")->text, "𠮷野家");
    EXPECT_TEXT(parse("\"\\u007f\\u0080\\u07ff\\u0800\\uffff\"")->text, "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf");
    struct str zero = parse("\"a\\u0000b\"")->text;
    assert_int_equal(zero.len, 3);
    assert_memory_equal(zero.ptr, "a\0b", 3);
    EXPECT_TEXT(parse("{\"\\u0061\":1}")->first->key, "a");
    struct str s = parse("[\"甲\\n\",1]")->first->text;
    assert_int_equal(s.ptr[s.len], 0);
}

/* RFC 8259, its corners: each of these is not JSON. */
static const struct {
    const char *text;
    size_t off; /* where the mistake is told to be; SIZE_MAX: not tested */
} not_json[] = {
    {"", 0},
    {" ", 1},
    {"[", 1},
    {"[1", 2},
    {"[1,", 3},
    {"[1,]", 3},
    {"[,1]", 1},
    {"[1 2]", 3},
    {"[1;2]", SIZE_MAX},
    {"]", 0},
    {"[1]]", 3},
    {"[1}", 2},
    {"{\"a\":1]", SIZE_MAX},
    {"{", 1},
    {"{}}", 2},
    {"{,}", 1},
    {"{\"a\"}", 4},
    {"{\"a\":}", 5},
    {"{\"a\":1,}", 7},
    {"{\"a\":1 \"b\":2}", 7},
    {"{\"a\" 1}", 5},
    {"{\"a\"::1}", 5},
    {"{a:1}", SIZE_MAX},
    {"{'a':1}", SIZE_MAX},
    {"{1:1}", SIZE_MAX},
    {"{null:1}", SIZE_MAX},
    {"{[]:1}", SIZE_MAX},
    {"{\"a\":1,\"a\":2}", 7},
    {"{\"a\":1,\"\\u0061\":2}", 7},
    {"{\"a\":\"b\":\"c\"}", 8},
    {"[\"a\":1]", 4},
    {"1 2", 2},
    {"[] []", 3},
    {"{} x", SIZE_MAX},
    {"nul", 0},
    {"nulll", 0},
    {"True", 0},
    {"[tru]", 1},
    {"[true false]", 6},
    {"NaN", 0},
    {"[NaN]", SIZE_MAX},
    {"[Infinity]", SIZE_MAX},
    {"[-Infinity]", SIZE_MAX},
    {"undefined", 0},
    {"[01]", 1},
    {"[-01]", 1},
    {"[00]", 1},
    {"[-]", 1},
    {"[+1]", SIZE_MAX},
    {"[.5]", SIZE_MAX},
    {"[1.]", 1},
    {"[1.e5]", 1},
    {"[1e]", 1},
    {"[1e+]", 1},
    {"[1.2.3]", 1},
    {"[1-2]", 1},
    {"[0x1F]", 1},
    {"[1_000]", 1},
    {"[1a]", 1},
    {"[--1]", 1},
    {"[-a]", 1},
    {"[1e1.5]", 1},
    {"\"", SIZE_MAX},
    {"\"abc", SIZE_MAX},
    {"\"\\\"", SIZE_MAX},
    {"\"\\", SIZE_MAX},
    {"[\"\\x41\"]", SIZE_MAX},
    {"[\"\\a\"]", SIZE_MAX},
    {"[\"\\u12\"]", SIZE_MAX},
    {"[\"\\u12G4\"]", SIZE_MAX},
    {"[\"\\U0041\"]", SIZE_MAX},
    {"[\"\\ud800\"]", 2},
    {"[\"\\udc00\"]", 2},
    {"[\"x\\ud800\\u0041\"]", 3},
    {"[\"\\ud800\\ud800\"]", 2},
    {"[\"\\ud800x\"]", 2},
    {"[\"a\nb\"]", 3},
    {"[\"a\tb\"]", 3},
    {"[\"a\x1f\"]", 3},
    {"['a']", SIZE_MAX},
    {"[1]//x", SIZE_MAX},
    {"/**/[1]", 0},
    {"[1]\x0c", SIZE_MAX},
    {"\xef\xbb\xbf[1]", 0},
    {"[1\xc2\xa0]", SIZE_MAX},
    {"[１]", SIZE_MAX},
    {"{\"a\"：1}", SIZE_MAX},
    {"\"a\"\"b\"", 3},
    {"[\"a\"\"b\"]", 4},
    {"[1\"a\"]", SIZE_MAX},
    {"[[]1]", 3},
    {":1", SIZE_MAX},
    {",", SIZE_MAX},
};

static void refuses_what_is_not_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(not_json); i++) {
        struct json *j = NULL;
        struct err e;
        err_clear(&e);
        enum rc rc = json_parse(&arena, str_c(not_json[i].text), &j, &e);
        if (rc != RC_INPUT || strcmp(err_code(&e), "json.syntax") != 0) fail_msg("\"%s\": %d %s", not_json[i].text, (int)rc, err_code(&e));
        assert_null(j);
        if (not_json[i].off != SIZE_MAX && e.place.off != not_json[i].off)
            fail_msg("\"%s\": said to be at %u, not %zu", not_json[i].text, e.place.off, not_json[i].off);
        assert_true(e.place.line > 0 && e.zh[0] != '\0' && e.en[0] != '\0');
    }
}

static void bytes_after_a_nul_are_not_forgotten(void **state)
{
    (void)state;
    struct json *j;
    struct err e;
    assert_int_equal(json_parse(&arena, STR("[1]\0[2]"), &j, &e), RC_INPUT);
    assert_int_equal(json_parse(&arena, STR("[1,\0 2]"), &j, &e), RC_INPUT);
    assert_int_equal(json_parse(&arena, STR("\"a\0b\""), &j, &e), RC_INPUT);
    assert_int_equal(json_parse(&arena, STR_NONE, &j, &e), RC_INPUT);
}

static void refuses_broken_utf8(void **state)
{
    (void)state;
    static const char *const bad[] = {"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe5\xbc\"", "\"\x80\"", "\"\xf8\x88\x80\x80\x80\""};
    struct json *j;
    struct err e;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(json_parse(&arena, str_c(bad[i]), &j, &e), RC_INPUT);
        EXPECT_CODE(e, "text.utf8");
        assert_int_equal(e.place.off, 1);
    }
    assert_int_equal(json_parse(&arena, STR("{\"\xd0\xd5\xc3\xfb\":1}"), &j, &e), RC_INPUT);
    assert_string_equal(e.hint_zh, "看起来像 GB18030 编码：请另存为 UTF-8");
}

static void depth_is_limited(void **state)
{
    (void)state;
    char t[400];
    struct json *j;
    struct err e;
    memset(t, '[', 64);
    memset(t + 64, ']', 64);
    assert_int_equal(json_parse(&arena, str_of(t, 128), &j, &e), RC_OK);
    memset(t, '[', 65);
    memset(t + 65, ']', 65);
    assert_int_equal(json_parse(&arena, str_of(t, 130), &j, &e), RC_LIMIT);
    EXPECT_CODE(e, "json.depth");
    assert_int_equal(e.place.off, 64);
    memset(t, '[', 200); /* a text that never closes is too deep, too */
    assert_int_equal(json_parse(&arena, str_of(t, 200), &j, &e), RC_LIMIT);
    EXPECT_TEXT(parse("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[\"")->text,
                "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[[[");
}

static void a_text_too_large_for_the_arena_is_refused(void **state)
{
    (void)state;
    struct arena small;
    struct buf b;
    arena_init(&small, 8192);
    buf_init(&b, 1 << 20);
    buf_char(&b, '[');
    for (int i = 0; i < 500; i++) buf_lit(&b, "1,");
    buf_lit(&b, "1]");
    struct json *j;
    struct err e;
    assert_int_equal(json_parse(&small, buf_view(&b), &j, &e), RC_LIMIT);
    EXPECT_CODE(e, "base.limit");
    assert_int_equal(json_parse(&arena, buf_view(&b), &j, &e), RC_OK);
    assert_int_equal(j->count, 501);
    buf_fini(&b);
    arena_fini(&small);
}

static void many_keys_and_one_twice(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_char(&b, '{');
    for (int i = 0; i < 3000; i++) {
        buf_lit(&b, "\"k");
        buf_i64(&b, i * 7919 % 3000);
        buf_lit(&b, "\":0,");
    }
    size_t at = b.len;
    struct json *j;
    struct err e;
    buf_lit(&b, "\"k1500\":1}");
    assert_int_equal(json_parse(&arena, buf_view(&b), &j, &e), RC_INPUT);
    EXPECT_CODE(e, "json.syntax");
    assert_int_equal(e.place.off, at);
    memcpy(b.ptr + at, "\"x1500\"", 7);
    assert_int_equal(json_parse(&arena, buf_view(&b), &j, &e), RC_OK);
    assert_int_equal(j->count, 3001);
    buf_fini(&b);
}

/* ---- the writer and the reader agree ---- */

static struct str random_text(uint64_t *seed)
{
    static const uint32_t some[] = {0, 1, '\n', '"', '\\', '/', 'a', 0x7f, 0x80, 0x5f20, 0x4e09, 0xfffd, 0xffff, 0x20bb7, 0x10ffff, ' '};
    struct buf b;
    buf_init(&b, 1000);
    for (size_t n = next_random(seed) % 12; n > 0; n--) buf_utf8(&b, some[next_random(seed) % ARRAY_LEN(some)]);
    struct str s = str_dup(&arena, buf_view(&b));
    buf_fini(&b);
    return s;
}

static void write_random(struct json_out *j, uint64_t *seed, int depth)
{
    switch (next_random(seed) % (depth > 4 ? 4 : 6)) {
    case 0: json_null(j); break;
    case 1: json_bool(j, next_random(seed) % 2 == 0); break;
    case 2: json_i64(j, (int64_t)next_random(seed) >> (next_random(seed) % 64)); break;
    case 3: json_string(j, random_text(seed)); break;
    case 4:
        json_array(j);
        for (size_t n = next_random(seed) % 5; n > 0; n--) write_random(j, seed, depth + 1);
        json_end_array(j);
        break;
    default:
        json_object(j);
        for (int64_t n = 0, end = (int64_t)(next_random(seed) % 20); n < end; n++) {
            json_key(j, str_cat(&arena, STR("k"), str_i64(&arena, 100 + n), random_text(seed)));
            write_random(j, seed, depth + 1);
        }
        json_end_object(j);
        break;
    }
}

static void write_again(struct json_out *j, const struct json *v)
{
    switch (v->kind) {
    case JSON_NULL: json_null(j); break;
    case JSON_TRUE: json_bool(j, true); break;
    case JSON_FALSE: json_bool(j, false); break;
    case JSON_NUMBER: json_raw(j, v->text); break;
    case JSON_STRING: json_string(j, v->text); break;
    case JSON_ARRAY:
        json_array(j);
        for (const struct json *c = v->first; c != NULL; c = c->next) write_again(j, c);
        json_end_array(j);
        break;
    case JSON_OBJECT:
        json_object(j);
        for (const struct json *c = v->first; c != NULL; c = c->next) {
            json_key(j, c->key);
            write_again(j, c);
        }
        json_end_object(j);
        break;
    }
}

static void what_was_written_reads_back(void **state)
{
    (void)state;
    uint64_t seed = 23;
    struct arena_mark m = arena_mark(&arena);
    struct buf one, two;
    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    for (int n = 0; n < 500; n++) {
        struct json_out j;
        struct json *v;
        struct err e;
        buf_clear(&one);
        buf_clear(&two);
        json_out_init(&j, &one);
        write_random(&j, &seed, 0);
        assert_false(buf_failed(&one));
        assert_int_equal(json_parse(&arena, buf_view(&one), &v, &e), RC_OK);
        json_out_init(&j, &two);
        write_again(&j, v);
        assert_true(str_eq(buf_view(&one), buf_view(&two)));
        arena_reset(&arena, m);
    }
    buf_fini(&one);
    buf_fini(&two);
}

/* Cutting and changing bytes must end in a tree or in an error, never elsewhere (the sanitisers watch). */
static void damaged_texts_do_no_harm(void **state)
{
    (void)state;
    static const char whole[] = "{\"a\":[1,-2.5e3,\"\\u5f20\\ud842\\udfb7\\n\",true,null,{\"b\":{}}],\"姓名\":\"张三\"}";
    uint64_t seed = 31;
    size_t good = 0, bad = 0;
    struct arena_mark m = arena_mark(&arena);
    for (int n = 0; n < 20000; n++) {
        char t[sizeof whole];
        memcpy(t, whole, sizeof whole);
        size_t len = n % 3 == 0 ? (size_t)(next_random(&seed) % sizeof whole) : sizeof whole - 1;
        static const char some[] = "{}[]:,\"\\u019aefn-+.tl \n\x80\xff";
        for (uint64_t k = next_random(&seed) % 3; k > 0; k--) t[next_random(&seed) % sizeof whole] = some[next_random(&seed) % sizeof some];
        struct json *v;
        struct err e;
        if (json_parse(&arena, str_of(t, len), &v, &e) == RC_OK)
            good++;
        else
            bad++;
        arena_reset(&arena, m);
    }
    assert_true(good > 1000 && bad > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_canonically),
        cmocka_unit_test(keys_for_people_take_any_order),
        cmocka_unit_test(broken_utf8_is_replaced),
        cmocka_unit_test(misuse_of_the_writer_stops_the_program),
        cmocka_unit_test(reads_every_kind),
        cmocka_unit_test(a_value_alone_is_a_text),
        cmocka_unit_test(decodes_escapes),
        cmocka_unit_test(refuses_what_is_not_json),
        cmocka_unit_test(bytes_after_a_nul_are_not_forgotten),
        cmocka_unit_test(refuses_broken_utf8),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(a_text_too_large_for_the_arena_is_refused),
        cmocka_unit_test(many_keys_and_one_twice),
        cmocka_unit_test(what_was_written_reads_back),
        cmocka_unit_test(damaged_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
