/* json_fuzz.c - any bytes as a json file to import: read, checked, applied where it can be, told where it cannot. */
#include "record_area.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_import(data, size, true);
    return 0;
}
