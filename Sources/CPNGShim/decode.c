#include "tessera_png.h"
#include "chunk_source.h"
#include "reporting.h"

#include <stdlib.h>
#include <string.h>

/* Everything that must survive a longjmp lives here, outside the frames that call setjmp. */
struct tessera_png_reader {
    chunk_source source;
    tessera_png_layout layout;
    png_structp png;
    png_infop info;
    /* Of palette images, whose rows libpng gives as indices of one byte. */
    png_colorp palette;
    int colors;
    png_bytep alphas;
    int alpha_count;
    uint8_t *indices;
    /* The whole of an interlaced image, as libpng gives it. */
    uint8_t *image;
    int passes;
    uint32_t row;
    char message[TESSERA_PNG_MESSAGE_BYTES];
};

tessera_png_reader *tessera_png_reader_create(FILE *file, uint64_t count) {
    tessera_png_reader *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    chunk_source_begin(&r->source, file, count);
    r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, r->message, report_error, ignore_warning);
    if (r->png) r->info = png_create_info_struct(r->png);
    if (r->info) return r;
    tessera_png_reader_destroy(r);
    return NULL;
}

void tessera_png_reader_destroy(tessera_png_reader *r) {
    png_destroy_read_struct(&r->png, &r->info, NULL);
    free(r->indices);
    free(r->image);
    free(r);
}

const char *tessera_png_reader_message(const tessera_png_reader *r) { return r->message; }

/* Refuses sizes beyond the limits, and sizes that the file cannot hold: deflate packs at most 1032 to 1. */
static void check_size(tessera_png_reader *r, tessera_png_limits limits) {
    const uint64_t width = png_get_image_width(r->png, r->info), height = png_get_image_height(r->png, r->info);
    char text[192];
    if (width > limits.side || height > limits.side || width * height > limits.samples) {
        snprintf(text, sizeof text, "it declares %llu x %llu pixels", (unsigned long long)width,
                 (unsigned long long)height);
        png_error(r->png, text);
    }
    const uint64_t packed = (png_get_rowbytes(r->png, r->info) + 1) * height;
    if (packed / 1032 > r->source.count) {
        snprintf(text, sizeof text, "it declares %llu x %llu pixels, more than its %llu bytes can hold",
                 (unsigned long long)width, (unsigned long long)height, (unsigned long long)r->source.count);
        png_error(r->png, text);
    }
}

static void check_samples(tessera_png_reader *r, tessera_png_limits limits) {
    const tessera_png_layout *layout = &r->layout;
    const uint64_t samples = (uint64_t)layout->width * layout->height * layout->channels;
    if (samples <= (layout->interlaced ? limits.interlaced_samples : limits.samples)) return;
    char text[128];
    snprintf(text, sizeof text, "it declares %u x %u pixels of %u channels%s", layout->width, layout->height,
             layout->channels, layout->interlaced ? ", interlaced" : "");
    png_error(r->png, text);
}

/* Asks libpng for expanded samples in host order, or for the indices of a palette, and fills in the layout. */
static void request_samples(tessera_png_reader *r) {
    tessera_png_layout *layout = &r->layout;
    layout->stored_bits = png_get_bit_depth(r->png, r->info);
    layout->color_type = png_get_color_type(r->png, r->info);
    layout->interlaced = png_get_interlace_type(r->png, r->info) != PNG_INTERLACE_NONE;
    if (layout->color_type == PNG_COLOR_TYPE_PALETTE) {
        png_set_packing(r->png);
        png_get_PLTE(r->png, r->info, &r->palette, &r->colors);
        if (!png_get_tRNS(r->png, r->info, &r->alphas, &r->alpha_count, NULL)) r->alpha_count = 0;
    } else {
        png_set_expand(r->png);
        const uint16_t one = 1;
        if (layout->stored_bits == 16 && *(const uint8_t *)&one == 1) png_set_swap(r->png);
    }
    r->passes = png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    layout->width = png_get_image_width(r->png, r->info);
    layout->height = png_get_image_height(r->png, r->info);
    layout->bits = png_get_bit_depth(r->png, r->info);
    layout->channels = png_get_channels(r->png, r->info);
    if (r->palette) layout->channels = r->alpha_count > 0 ? 4 : 3;
}

int tessera_png_read_header(tessera_png_reader *r, tessera_png_limits limits, tessera_png_layout *layout) {
    if (setjmp(png_jmpbuf(r->png))) return 1;
    png_set_read_fn(r->png, &r->source, chunk_source_read);
    png_set_user_limits(r->png, 0x7FFFFFFF, 0x7FFFFFFF);
    png_set_chunk_malloc_max(r->png, 8 << 20);
    png_read_info(r->png, r->info);
    check_size(r, limits);
    request_samples(r);
    check_samples(r, limits);
    *layout = r->layout;
    return 0;
}

/* With its last row libpng inflates whatever image data is left. */
static void read_next_row(tessera_png_reader *r, uint8_t *target, int is_last) {
    if (is_last) chunk_source_expect_end(&r->source, 2 * png_get_rowbytes(r->png, r->info));
    png_read_row(r->png, target, NULL);
}

static void read_interlaced(tessera_png_reader *r) {
    const size_t stride = png_get_rowbytes(r->png, r->info), height = r->layout.height;
    r->image = malloc(stride * height);
    if (!r->image) png_error(r->png, "out of memory");
    for (int pass = 1; pass <= r->passes; pass++)
        for (size_t y = 0; y < height; y++)
            read_next_row(r, r->image + stride * y, pass == r->passes && y + 1 == height);
}

static void expand_palette(tessera_png_reader *r, const uint8_t *indices, uint8_t *row) {
    const int has_alpha = r->layout.channels == 4;
    for (uint32_t x = 0; x < r->layout.width; x++) {
        const int index = indices[x];
        if (index >= r->colors) {
            char text[96];
            snprintf(text, sizeof text, "row %u, column %u has the palette index %d of %d colours", r->row, x, index,
                     r->colors);
            png_error(r->png, text);
        }
        *row++ = r->palette[index].red;
        *row++ = r->palette[index].green;
        *row++ = r->palette[index].blue;
        if (has_alpha) *row++ = index < r->alpha_count ? r->alphas[index] : 255;
    }
}

int tessera_png_read_row(tessera_png_reader *r, void *row) {
    if (setjmp(png_jmpbuf(r->png))) return 1;
    if (r->layout.interlaced && !r->image) read_interlaced(r);
    if (r->palette && !r->layout.interlaced && !r->indices) {
        r->indices = malloc(r->layout.width);
        if (!r->indices) png_error(r->png, "out of memory");
    }
    const size_t stride = png_get_rowbytes(r->png, r->info);
    uint8_t *samples = r->image ? r->image + stride * r->row : r->palette ? r->indices : row;
    if (!r->image) read_next_row(r, samples, r->row + 1 == r->layout.height);
    if (r->palette) {
        expand_palette(r, samples, row);
    } else if (r->image) {
        memcpy(row, samples, stride);
    }
    r->row++;
    return 0;
}

int tessera_png_read_end(tessera_png_reader *r) {
    if (setjmp(png_jmpbuf(r->png))) return 1;
    png_read_end(r->png, NULL);
    return 0;
}
