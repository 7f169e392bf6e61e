#include "tessera_png.h"
#include "reporting.h"

#include <stdlib.h>
#include <string.h>

/* Everything that must survive a longjmp lives here, outside the frame that calls setjmp. */
typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t position;
    uint8_t *samples;
    png_bytep *rows;
    png_structp png;
    png_infop info;
} decoder;

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    decoder *d = png_get_io_ptr(png);
    if (count > d->count - d->position) {
        char text[96];
        snprintf(text, sizeof text, "the file is cut off: it ends after %zu bytes", d->count);
        png_error(png, text);
    }
    memcpy(target, d->bytes + d->position, count);
    d->position += count;
}

static void release(decoder *d) {
    png_destroy_read_struct(&d->png, &d->info, NULL);
    free(d->rows);
    free(d->samples);
}

/* Asks libpng for expanded samples in host order and fills in the layout that results. */
static void request_expansion(decoder *d, tessera_png_layout *layout) {
    png_set_expand(d->png);
    if (png_get_bit_depth(d->png, d->info) == 16) {
        const uint16_t one = 1;
        if (*(const uint8_t *)&one == 1) png_set_swap(d->png);
    }
    png_set_interlace_handling(d->png);
    png_read_update_info(d->png, d->info);
    layout->width = png_get_image_width(d->png, d->info);
    layout->height = png_get_image_height(d->png, d->info);
    layout->channels = png_get_channels(d->png, d->info);
    layout->bits = png_get_bit_depth(d->png, d->info);
}

/* Refuses sizes beyond the limits, and sizes that the file cannot hold: deflate packs at most 1032 to 1. */
static void check_size(decoder *d, tessera_png_limits limits) {
    const uint64_t width = png_get_image_width(d->png, d->info), height = png_get_image_height(d->png, d->info);
    char text[192];
    if (width > limits.side || height > limits.side || width * height > limits.samples) {
        snprintf(text, sizeof text, "it declares %llu x %llu pixels", (unsigned long long)width,
                 (unsigned long long)height);
        png_error(d->png, text);
    }
    const uint64_t packed = (png_get_rowbytes(d->png, d->info) + 1) * height;
    if (packed / 1032 > d->count) {
        snprintf(text, sizeof text, "it declares %llu x %llu pixels, more than its %zu bytes can hold",
                 (unsigned long long)width, (unsigned long long)height, d->count);
        png_error(d->png, text);
    }
}

static int open_and_read(decoder *d, tessera_png_limits limits, tessera_png_layout *layout, int with_samples,
                         char *message) {
    d->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, report_error, ignore_warning);
    if (d->png) d->info = png_create_info_struct(d->png);
    if (!d->info) return report(message, "out of memory");
    if (setjmp(png_jmpbuf(d->png))) return 1;

    png_set_read_fn(d->png, d, read_bytes);
    png_set_user_limits(d->png, 0x7FFFFFFF, 0x7FFFFFFF);
    png_set_chunk_malloc_max(d->png, 8 << 20);
    png_read_info(d->png, d->info);
    check_size(d, limits);
    request_expansion(d, layout);
    if ((uint64_t)layout->width * layout->height * layout->channels > limits.samples) {
        char text[96];
        snprintf(text, sizeof text, "it declares %u x %u pixels of %u channels", layout->width, layout->height,
                 layout->channels);
        png_error(d->png, text);
    }
    if (!with_samples) return 0;

    const size_t stride = png_get_rowbytes(d->png, d->info);
    d->samples = malloc(stride * layout->height);
    d->rows = malloc(sizeof(png_bytep) * layout->height);
    if (!d->samples || !d->rows) png_error(d->png, "out of memory");
    for (uint32_t y = 0; y < layout->height; y++) d->rows[y] = d->samples + stride * y;
    png_read_image(d->png, d->rows);
    png_read_end(d->png, NULL);
    return 0;
}

int tessera_png_header(const uint8_t *bytes, size_t count, tessera_png_limits limits, tessera_png_layout *layout,
                       char *message) {
    decoder d = {.bytes = bytes, .count = count};
    const int status = open_and_read(&d, limits, layout, 0, message);
    release(&d);
    return status;
}

int tessera_png_decode(const uint8_t *bytes, size_t count, tessera_png_limits limits, tessera_png_layout *layout,
                       void **samples, char *message) {
    decoder d = {.bytes = bytes, .count = count};
    const int status = open_and_read(&d, limits, layout, 1, message);
    if (status == 0) {
        *samples = d.samples;
        d.samples = NULL;
    }
    release(&d);
    return status;
}
