/*
 * entry_fuzz.c - heads of entries and lists of erase entries from foreign bytes.
 * What is accepted has one encoding: writing it again gives the same bytes.
 */
#include "journal/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = str_of((const char *)data, size);
    struct entry e;
    struct hash commit[CLASS_COUNT];
    uint8_t mask, again[ENTRY_HEAD_MAX];
    if (entry_head_get(in, &e, &mask, commit)) {
        MUST(entry_fault(&e, mask) == NULL);
        MUST(entry_head_put(&e, mask, commit, again) == size);
        MUST(memcmp(again, data, size) == 0);
    }
    if (size <= 64 * 1024) {
        struct arena a;
        struct erased_body *list = NULL;
        size_t n = 0;
        arena_init(&a, 64 * 1024 * 1024);
        if (entry_erased_get(&a, in, UINT64_C(1) << 40, &list, &n))
            for (size_t i = 0; i < n; i++) MUST(list[i].seq >= 1 && list[i].seq < UINT64_C(1) << 40 && list[i].c < CLASS_COUNT);
        arena_fini(&a);
    }
    return 0;
}
