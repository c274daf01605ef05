/*
 * banned.h - functions that turn a slip into a hole, or that read a number by the locale.
 * Using one is a compile error.  Included last by core.h, after the system headers it names.
 */
#ifndef GUIJU_BASE_BANNED_H
#define GUIJU_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Macros under clang with _FORTIFY_SOURCE; a macro cannot be poisoned. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok
#pragma GCC poison strtod strtof strtold atof atoi atol atoll
#pragma GCC poison localtime gmtime ctime asctime

#endif
