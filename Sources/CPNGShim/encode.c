#include "tessera_png.h"
#include "reporting.h"

#include <stdlib.h>
#include <string.h>

/* Everything that must survive a longjmp lives here, outside the frame that calls setjmp. */
typedef struct {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
    png_structp png;
    png_infop info;
} encoder;

static void append_bytes(png_structp png, png_bytep source, size_t count) {
    encoder *e = png_get_io_ptr(png);
    if (count > e->capacity - e->count) {
        const size_t capacity = (e->count + count) * 2;
        uint8_t *grown = realloc(e->bytes, capacity);
        if (!grown) png_error(png, "out of memory");
        e->bytes = grown;
        e->capacity = capacity;
    }
    memcpy(e->bytes + e->count, source, count);
    e->count += count;
}

static void nothing_to_flush(png_structp png) { (void)png; }

static int write_all(encoder *e, const uint8_t *samples, tessera_png_layout layout, const char *comment,
                     char *message) {
    e->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, report_error, ignore_warning);
    if (e->png) e->info = png_create_info_struct(e->png);
    if (!e->info) return report(message, "out of memory");
    if (setjmp(png_jmpbuf(e->png))) return 1;

    png_set_write_fn(e->png, e, append_bytes, nothing_to_flush);
    png_set_compression_level(e->png, 3);
    png_set_IHDR(e->png, e->info, layout.width, layout.height, layout.bits,
                 layout.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (comment) {
        png_text text = {.compression = PNG_TEXT_COMPRESSION_NONE, .key = (char *)"Comment", .text = (char *)comment};
        png_set_text(e->png, e->info, &text, 1);
    }
    png_write_info(e->png, e->info);
    const uint16_t one = 1;
    if (layout.bits == 16 && *(const uint8_t *)&one == 1) png_set_swap(e->png);
    const size_t stride = (size_t)layout.width * layout.channels * (layout.bits / 8);
    for (uint32_t y = 0; y < layout.height; y++) png_write_row(e->png, samples + stride * y);
    png_write_end(e->png, e->info);
    return 0;
}

int tessera_png_encode(const void *samples, tessera_png_layout layout, const char *comment, uint8_t **bytes,
                       size_t *count, char *message) {
    encoder e = {0};
    const int status = write_all(&e, samples, layout, comment, message);
    png_destroy_write_struct(&e.png, &e.info);
    if (status) {
        free(e.bytes);
        return status;
    }
    *bytes = e.bytes;
    *count = e.count;
    return 0;
}
