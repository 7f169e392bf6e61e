/* How libpng's errors leave the shim: the sentence goes to the caller's buffer, the status is not 0. */
#ifndef TESSERA_PNG_REPORTING_H
#define TESSERA_PNG_REPORTING_H

#include "tessera_png.h"
#include <png.h>
#include <stdio.h>

static inline int report(char *message, const char *text) {
    snprintf(message, TESSERA_PNG_MESSAGE_BYTES, "%s", text);
    return 1;
}

/* libpng's error callback: must not return. */
static inline void report_error(png_structp png, png_const_charp text) {
    report(png_get_error_ptr(png), text);
    png_longjmp(png, 1);
}

static inline void ignore_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

#endif
