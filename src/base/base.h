/*
 * base.h - the ground floor: what every other module stands on.
 * Include this one header; the parts below are never included alone from outside base/.
 * Nothing here knows of registers, rules or files of the field.  See README.md here.
 */
#ifndef GUIJU_BASE_H
#define GUIJU_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/core.h"  /* attributes, MUST, checked arithmetic, banned functions */
#include "base/str.h"   /* struct str, struct buf */
#include "base/arena.h" /* memory by lifetime */
#include "base/err.h"   /* enum rc, struct err, struct diags */
#include "base/spill.h" /* memory that lies in a file without a name */
#include "base/coll.h"  /* growing arrays, maps by text */
#include "base/dec.h"   /* decimal128 */
#include "base/date.h"  /* dates, times, durations, calendars */
#include "base/json.h"  /* canonical JSON, reader that keeps a number's text */
#include "base/uni.h"   /* UTF-8, widths, folding, encodings */
#include "base/hash.h"  /* SHA-256, SM3, random bytes */
#include "base/crew.h"  /* threads for one piece of work */

#endif
