/* bare_sheet.c - the least that a spreadsheet can cost: libxlsxwriter's constant memory over the cells of a CSV.  usage: bare_sheet FILE.csv OUT.xlsx */
#include <stdio.h>
#include <string.h>
#include <xlsxwriter.h>

int main(int argc, char **argv)
{
    static char line[1 << 16];
    if (argc != 3) return 2;
    FILE *f = fopen(argv[1], "rb");
    lxw_workbook_options o = {.constant_memory = LXW_TRUE};
    lxw_workbook *b = workbook_new_opt(argv[2], &o);
    lxw_worksheet *s = b == NULL ? NULL : workbook_add_worksheet(b, NULL);
    if (f == NULL || s == NULL) return 1;
    for (lxw_row_t row = 0; fgets(line, sizeof line, f) != NULL; row++) {
        lxw_col_t col = 0;
        for (char *c = line, *next; c != NULL; c = next) {
            next = strchr(c, ',');
            if (next != NULL) *next++ = '\0';
            c[strcspn(c, "\r\n")] = '\0';
            if (*c != '\0') (void)worksheet_write_string(s, row, col, c, NULL);
            col++;
        }
    }
    fclose(f);
    return workbook_close(b) == LXW_NO_ERROR ? 0 : 1;
}
