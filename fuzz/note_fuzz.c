/*
 * note_fuzz.c - signed notes, checkpoints and verifier keys from foreign bytes.
 * The parts of a note that was accepted are the note; a key that was accepted prints as it was.
 */
#include "journal/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct str key = STR_INIT("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    struct str in = str_of((const char *)data, size), text, signatures;
    struct arena a;
    struct checkpoint c;
    struct note_key k;
    struct err err;
    arena_init(&a, 1024 * 1024);
    if (note_split(in, &text, &signatures, &err) == RC_OK) {
        MUST(text.len + 1 + signatures.len == size && str_ends(text, STR("\n")));
        MUST(text.ptr == in.ptr && signatures.ptr == in.ptr + text.len + 1);
    }
    if (checkpoint_read(&a, in, STR_NONE, &c, &err) == RC_OK) {
        MUST(c.origin.len > 0 && (c.alg == HASH_SHA256 || c.alg == HASH_SM3));
        MUST(str_find_char(c.origin, '\n') == SIZE_MAX);
    }
    if (checkpoint_read(&a, in, key, &c, &err) == RC_OK) MUST(c.origin.len > 0);
    if (note_key_parse(in, &k)) {
        struct buf b;
        buf_init(&b, 4096);
        note_key_print(&k, &b);
        MUST(str_eq(buf_view(&b), in));
        buf_fini(&b);
    }
    arena_fini(&a);
    return 0;
}
