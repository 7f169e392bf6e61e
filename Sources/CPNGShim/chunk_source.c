#include "chunk_source.h"

#include <string.h>

/* More image data than this behind the last row is refused: inflated, it could be a thousand times as much. */
enum { MOST_SURPLUS = 1 << 16, SHORT_SKIP = 1 << 12 };

static void cut_off(png_structp png, const chunk_source *s) {
    char text[96];
    snprintf(text, sizeof text, "the file is cut off: it ends after %llu bytes", (unsigned long long)s->count);
    png_error(png, text);
}

static void read_exactly(png_structp png, chunk_source *s, uint8_t *target, size_t count) {
    if (count > s->count - s->position) cut_off(png, s);
    if (fread(target, 1, count, s->file) != count) png_error(png, "the file could not be read to its end");
    s->position += count;
}

static void skip(png_structp png, chunk_source *s, uint64_t count) {
    uint8_t unused[SHORT_SKIP];
    if (count > s->count - s->position) cut_off(png, s);
    /* Reading is faster than seeking where the bytes are in the stream's buffer. */
    if (count <= sizeof unused) return read_exactly(png, s, unused, count);
    if (fseeko(s->file, (off_t)count, SEEK_CUR)) png_error(png, "the file could not be read to its end");
    s->position += count;
}

static int is_type(const uint8_t *head, const char *type) { return memcmp(head + 4, type, 4) == 0; }

/* Broken heads and what precedes the header chunk are libpng's to refuse. */
static int is_left_out(const chunk_source *s, uint64_t length) {
    for (int i = 4; i < 8; i++) {
        const uint8_t letter = s->head[i] | 0x20;
        if (letter < 'a' || letter > 'z') return 0;
    }
    return s->chunks > 0 && length <= 0x7FFFFFFF && (s->head[4] & 0x20) && !is_type(s->head, "tRNS");
}

static void next_chunk(png_structp png, chunk_source *s) {
    for (;; s->chunks++) {
        read_exactly(png, s, s->head, 8);
        const uint64_t length = (uint64_t)s->head[0] << 24 | s->head[1] << 16 | s->head[2] << 8 | s->head[3];
        if (is_left_out(s, length)) {
            skip(png, s, length + 4);
            continue;
        }
        s->head_left = 8;
        s->left = 8 + length + 4;
        s->chunks++;
        return;
    }
}

void chunk_source_begin(chunk_source *s, FILE *file, uint64_t count) {
    *s = (chunk_source){.file = file, .count = count, .left = 8, .image_left = UINT64_MAX};
}

void chunk_source_expect_end(chunk_source *s, uint64_t count) { s->image_left = count + MOST_SURPLUS; }

void chunk_source_read(png_structp png, png_bytep target, size_t count) {
    chunk_source *s = png_get_io_ptr(png);
    while (count > 0) {
        if (s->left == 0) next_chunk(png, s);
        size_t some = count < s->left ? count : (size_t)s->left;
        if (s->head_left > 0) {
            if (some > s->head_left) some = (size_t)s->head_left;
            memcpy(target, s->head + 8 - s->head_left, some);
            s->head_left -= some;
        } else {
            if (is_type(s->head, "IDAT")) {
                if (some > s->image_left) png_error(png, "its image data goes on after the last row");
                s->image_left -= some;
            }
            read_exactly(png, s, target, some);
        }
        s->left -= some;
        target += some;
        count -= some;
    }
}
