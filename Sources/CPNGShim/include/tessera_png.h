/* PNG, with every libpng error (which longjmps) turned into a status and a sentence. */
#ifndef TESSERA_PNG_H
#define TESSERA_PNG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { TESSERA_PNG_MESSAGE_BYTES = 256 };

/* What decoded rows hold: interleaved samples without padding, 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA)
   channels of 8 or 16 bits (16 in host order). Palettes, 1, 2 and 4 bits and transparency chunks are expanded. */
typedef struct {
    uint32_t width;
    uint32_t height;
    uint8_t channels;
    uint8_t bits;
    /* As the file stores them: bits of a sample or palette index, and PNG's colour type. */
    uint8_t stored_bits;
    uint8_t color_type;
    uint8_t interlaced;
} tessera_png_layout;

/* Checked against the header before anything is allocated. */
typedef struct {
    uint32_t side;
    uint64_t samples;
    /* Of an interlaced image, which is held whole. */
    uint64_t interlaced_samples;
} tessera_png_limits;

/* A file being read. Its memory is a few rows; an interlaced image is held whole from the first row on. */
typedef struct tessera_png_reader tessera_png_reader;

/* A reader of the `count` bytes of `file`, which stands at its beginning and stays the caller's; NULL without memory.
 */
tessera_png_reader *tessera_png_reader_create(FILE *file, uint64_t count);

/* These return 0, or a non-zero status, after which only message and destroy may be called. They are called in this
   order: the header once, each row into width * channels * bits / 8 bytes, and the rest of the file once. */
int tessera_png_read_header(tessera_png_reader *reader, tessera_png_limits limits, tessera_png_layout *layout);
int tessera_png_read_row(tessera_png_reader *reader, void *row);
int tessera_png_read_end(tessera_png_reader *reader);

/* The sentence about the last failure. */
const char *tessera_png_reader_message(const tessera_png_reader *reader);
void tessera_png_reader_destroy(tessera_png_reader *reader);

/* Encodes interleaved samples (host order) of 1 or 3 channels into *bytes, to be released with free(); comment is a
   tEXt chunk "Comment", or NULL. Returns 0, or a non-zero status with a sentence in message. */
int tessera_png_encode(const void *samples, tessera_png_layout layout, const char *comment, uint8_t **bytes,
                       size_t *count, char *message);

#endif
