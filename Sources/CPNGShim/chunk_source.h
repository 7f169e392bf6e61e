/* The bytes of a PNG file that libpng gets to see. Ancillary chunks but tRNS are left out, by seeking: text and colour
   profiles, which a few bytes can blow up without bound, change no sample. */
#ifndef TESSERA_PNG_CHUNK_SOURCE_H
#define TESSERA_PNG_CHUNK_SOURCE_H

#include <png.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    FILE *file;
    uint64_t count;
    uint64_t position;
    /* The chunk being handed out: its 8 bytes of length and type, how many of them are left, and of all its bytes. */
    uint8_t head[8];
    uint64_t head_left;
    uint64_t left;
    uint64_t chunks;
    /* How many bytes of image data may still come. */
    uint64_t image_left;
} chunk_source;

/* Begins with the signature. */
void chunk_source_begin(chunk_source *source, FILE *file, uint64_t count);

/* From here on, at most `count` bytes of image data are needed; much more is refused. */
void chunk_source_expect_end(chunk_source *source, uint64_t count);

/* libpng's read function; png_get_io_ptr is the source. */
void chunk_source_read(png_structp png, png_bytep target, size_t count);

#endif
