/*
 * hand.c - four comparisons over four columns, by hand: what a C programmer writes who knows the rule, the types and the codes.
 * Compiled at -O3 for the processor's widest vectors that gcc uses by itself (x86-64-v3 where it is one).
 */
#include "scale.h"

#if defined(__x86_64__)
#define WIDEST __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define WIDEST
#endif

WIDEST static uint64_t four_block(const uint8_t *status, const uint8_t *managed, const int32_t *birth, const int32_t *since, uint8_t a, uint8_t b,
                                  int32_t c, int32_t d)
{
    uint8_t hit[64];
    uint64_t bits = 0;
    for (int i = 0; i < 64; i++) hit[i] = (uint8_t)((status[i] == a) & (managed[i] != b) & (birth[i] < c) & (since[i] <= d));
    for (int i = 0; i < 64; i++) bits |= (uint64_t)hit[i] << i;
    return bits;
}

uint64_t four_by_hand(const struct four *f, int64_t first_id, int64_t *ids)
{
    uint64_t count = 0;
    for (uint32_t row = 0; row < f->rows; row += 64) { /* the arrays are padded to whole words */
        uint64_t bits = four_block(f->status + row, f->managed + row, f->birth + row, f->level_since + row, f->in_office, f->higher, f->born_before, f->level_before);
        bits &= f->has_birth[row / 64] & f->has_level_since[row / 64];
        if (f->rows - row < 64) bits &= ((uint64_t)1 << (f->rows - row)) - 1;
        if (ids != NULL)
            for (uint64_t left = bits; left != 0; left &= left - 1) ids[count++] = first_id + row + __builtin_ctzll(left);
        else
            count += (uint64_t)__builtin_popcountll(bits);
    }
    return count;
}
