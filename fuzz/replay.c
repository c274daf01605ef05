/* replay.c - runs a fuzz door over every file of its corpus, in ordinary builds: what once was found stays found. */
#include <dirent.h>

#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_MAX = 1 << 20 };

static bool run_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (f == NULL) return false;
    uint8_t *data = malloc(FILE_MAX);
    MUST(data != NULL);
    size_t len = fread(data, 1, FILE_MAX, f);
    fclose(f);
    (void)LLVMFuzzerTestOneInput(data, len);
    free(data);
    printf("ok %s\n", name);
    return true;
}

int main(int argc, char **argv)
{
    DIR *d = argc > 1 ? opendir(argv[1]) : NULL;
    if (d == NULL) {
        printf("not ok no corpus at %s\n", argc > 1 ? argv[1] : "?");
        return 1;
    }
    size_t n = 0;
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        if (e->d_name[0] != '.') n += run_file(argv[1], e->d_name);
    closedir(d);
    if (n == 0) printf("not ok an empty corpus\n");
    return n == 0;
}
