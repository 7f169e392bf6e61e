/* PNG in memory, with every libpng error (which longjmps) turned into a status and a sentence. */
#ifndef TESSERA_PNG_H
#define TESSERA_PNG_H

#include <stddef.h>
#include <stdint.h>

enum { TESSERA_PNG_MESSAGE_BYTES = 256 };

/* What a decoded image holds: interleaved rows without padding, 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA)
   channels, samples of 8 or 16 bits (16 in host order). Palettes, 1, 2 and 4 bits and transparency chunks are expanded.
 */
typedef struct {
    uint32_t width;
    uint32_t height;
    uint8_t channels;
    uint8_t bits;
} tessera_png_layout;

/* Checked against the header before anything is allocated. */
typedef struct {
    uint32_t side;
    uint64_t samples;
} tessera_png_limits;

/* Reads the header only. Returns 0, or a non-zero status with a sentence in message. */
int tessera_png_header(const uint8_t *bytes, size_t count, tessera_png_limits limits, tessera_png_layout *layout,
                       char *message);

/* Decodes all samples into *samples, to be released with free(). Returns 0, or a non-zero status with a sentence in
 * message. */
int tessera_png_decode(const uint8_t *bytes, size_t count, tessera_png_limits limits, tessera_png_layout *layout,
                       void **samples, char *message);

/* Encodes interleaved samples (host order) of 1 or 3 channels into *bytes, to be released with free(); comment is a
   tEXt chunk "Comment", or NULL. Returns 0, or a non-zero status with a sentence in message. */
int tessera_png_encode(const void *samples, tessera_png_layout layout, const char *comment, uint8_t **bytes,
                       size_t *count, char *message);

#endif
