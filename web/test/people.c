/* people.c - gives accounts of an area their passwords, so that tests can come in.  Usage: web_people AREA ID PASSWORD [ID PASSWORD ...] */
#include <stdio.h>
#include <stdlib.h>

#include "area/area.h"

static int said(const struct err *err)
{
    fprintf(stderr, "%s\n", err->zh);
    return 1;
}

int main(int argc, char **argv)
{
    struct area *ar = NULL;
    struct err err = {0};
    struct area_options o = {0};
    if (argc < 4) return 2;
    if (area_open(str_c(argv[1]), &o, &ar, &err) != RC_OK) return said(&err);
    int status = 0;
    for (int i = 2; i + 1 < argc && status == 0; i += 2) {
        static const char first[] = "一次性的 第一个 长口令";
        uint64_t id = strtoull(argv[i], NULL, 10);
        /* Set by the operator first, then changed by its owner: nobody has to change it when coming in. */
        struct area_password given = {.actor = 0, .account = id, .now = str_c(first)};
        struct area_password own = {.actor = id, .account = id, .old = str_c(first), .now = str_c(argv[i + 1])};
        if (area_password_set(ar, &given, &err) != RC_OK || area_password_set(ar, &own, &err) != RC_OK) status = said(&err);
    }
    area_close(&ar);
    return status;
}
