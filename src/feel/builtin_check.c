/* builtin_check.c - check digits: citizen numbers (GB 11643-1999) and unified social credit codes (GB 32100-2015). */
#include "feel/builtins.h"

bool bi_citizen_ok(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    static const int weight[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    struct str s = arg[0].str;
    int sum = 0;
    bool ok = s.len == 18;
    for (size_t i = 0; ok && i < 17; i++) {
        ok = s.ptr[i] >= '0' && s.ptr[i] <= '9';
        sum += (s.ptr[i] - '0') * weight[i];
    }
    if (ok) { /* the birthday within must be a day */
        struct ymd d = {.year = (s.ptr[6] - '0') * 1000 + (s.ptr[7] - '0') * 100 + (s.ptr[8] - '0') * 10 + (s.ptr[9] - '0'),
                        .month = (int8_t)((s.ptr[10] - '0') * 10 + (s.ptr[11] - '0')), .day = (int8_t)((s.ptr[12] - '0') * 10 + (s.ptr[13] - '0'))};
        ok = d.year >= 1800 && ymd_ok(d) && "10X98765432"[sum % 11] == s.ptr[17];
    }
    *out = fv_bool(ok);
    return true;
}

bool bi_credit_ok(struct ev *e, const struct inode *n, const struct fv *arg, uint32_t args, struct fv *out)
{
    (void)e, (void)n, (void)args;
    static const char digits[] = "0123456789ABCDEFGHJKLMNPQRTUWXY"; /* 31: no I O S V Z */
    static const int weight[17] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    struct str s = arg[0].str;
    int sum = 0;
    bool ok = s.len == 18;
    for (size_t i = 0; ok && i < 17; i++) {
        const char *at = s.ptr[i] == '\0' ? NULL : strchr(digits, s.ptr[i]);
        ok = at != NULL;
        if (ok) sum += (int)(at - digits) * weight[i];
    }
    if (ok) ok = digits[(31 - sum % 31) % 31] == s.ptr[17];
    *out = fv_bool(ok);
    return true;
}
