#pragma once
/* Leaf kernels: pointers, strides and counts; float32; no graph, no threads, no allocation, no globals.
 *
 * Activations are N, H, W, C; a pixel's channels are dense, and the next pixel lies a stride of floats further, which
 * is more than `channels` in a slice of a wider tensor. Every output element is accumulated in one fixed order
 * (segments, then k; taps in row-major order), whatever the tile or the tail path. Sums over pixels (gemm_transposed,
 * moments, channel sums, both kinds of weight and norm gradients) are formed call by call: their callers cut the pixels
 * by the shape alone. Multiplications and additions contract to FMA (vector.h), in every path alike. Kernels may read
 * up to one vector past the last element of an operand (the caller's buffers have that slack); they never write past
 * it. */
#include <stdbool.h>

#include "machine.h"

typedef enum { TESSERA_ISA_GENERIC, TESSERA_ISA_NEON, TESSERA_ISA_AVX2, TESSERA_ISA_AVX512 } tessera_isa;

/* C[p][n] = clamp(sum + addend[p][n]) for p < pixels and n < columns <= width, where width is the panel's padded number
 * of columns, and sum = bias[n] + sum over segments s, k < depth of a[s][p * a_stride + k] * b[(s * depth + k) * width
 * + n]. Sums begin with `bias`, or 0 without. `addend` may be NULL, or c itself. */
typedef struct {
    long pixels, segments, depth, columns;
    const float *const *a;
    long a_stride;
    const float *b;
    float *c;
    long c_stride;
    const float *bias;
    const float *addend;
    long addend_stride;
    float low, high;
} tessera_gemm;

/* One output row of a depthwise operation over kernel rows `rows` (NULL: a row of padding) of `width` pixels with
 * `channels` each. Output pixel p, tap (r, t) reads rows[r] at pixel p * stride - pad + t * dilation; outside pixels
 * count as 0. weights: [kernel_rows * kernel_columns][channels]. A negative `pad` asks for columns further right: those
 * from c on are had by moving `out` and lowering `pad` by c * stride. */
typedef struct {
    const float *const *rows;
    long kernel_rows, kernel_columns, stride, dilation, pad, width, pixels, channels;
    long in_stride, out_stride; /* floats from pixel to pixel of rows and out */
    const float *weights;
    const float *bias;
    float *out;
    const float *addend; /* NULL, or what is added to every output before the bounds */
    long addend_stride;
    float low, high;
    const float *dy; /* weight gradient: the row of dy; out is [taps][channels] without a stride */
    long dy_stride;
} tessera_depthwise;

/* The transpose of the above for one row of the input's gradient: `rows` are the rows of dy that reach it (NULL: none),
 * of `width` pixels, and dx pixel x receives dy pixel p through tap t where p * stride - pad + t * dilation == x.
 * Pixels from c on are had by moving `out` and raising `pad` by c. */

/* A row of channel-wise windows of pooling: the rows of the input that they read. Columns from c on are had by moving
 * `out` and `row_cells` and lowering `pad` by c * stride. */
typedef struct {
    const float *const *rows;
    long row_count, kernel_columns, stride, dilation, pad, width, pixels, channels;
    long in_stride, out_stride;
    /* Average: the cells that count, in a column and in the row of every output pixel. */
    float column_cells;
    const float *row_cells;
    float *out;
} tessera_pool;

/* The backward form of pooling for one row of windows, which adds what they give to dx. Of the rows that they read, in
 * order, `dx_rows` holds the gradient's, or NULL where another call adds to it; maximum also needs all of `x_rows`. */
typedef struct {
    const float *const *x_rows;
    const float *dy;
    float *const *dx_rows;
    long row_count, kernel_columns, stride, dilation, pad, width, pixels, channels;
    long first_column, last_column; /* of dx: others are another call's */
    long x_stride, dy_stride, dx_stride;
    float column_cells; /* average, as above */
    const float *row_cells;
} tessera_pool_gradient;

/* A row of tiles of 6 x 6 inputs, the next one 4 pixels further, made into 36 planes of [tiles][channels]. Tile t reads
 * pixels 4 * t - pad and on; rows that are NULL and pixels outside count as 0. Whole vectors of channels are written.
 */
typedef struct {
    const float *const *rows; /* 6 */
    long width, pad, tiles, channels, in_stride;
    float *out;
    long plane_stride, tile_stride;
} tessera_winograd_input;

/* The way back, to tiles of 4 x 4 outputs: pixels `first` up to `end` of each of 4 rows, but those that are NULL. Bias,
 * addends and bounds are as for GEMM; an addend may be the row itself. */
typedef struct {
    const float *in;
    long plane_stride, tile_stride, tiles, first, end, channels;
    const float *bias; /* or NULL */
    float *const *rows;
    long out_stride;
    const float *const *addend; /* 4, each NULL for none */
    long addend_stride;
    float low, high;
} tessera_winograd_output;

/* The operations of element-wise kernels: TESSERA_abs and so on (elementwise.def), and their names. */
#define UNARY(NAME, EXPRESSION) TESSERA_##NAME,
typedef enum {
#include "elementwise.def"
    TESSERA_UNARY_COUNT
} tessera_unary;
const char *tessera_unary_name(tessera_unary op);

#define BINARY(NAME, EXPRESSION) TESSERA_##NAME,
typedef enum {
#include "elementwise.def"
    TESSERA_BINARY_COUNT
} tessera_binary;
const char *tessera_binary_name(tessera_binary op);

#define COMPARISON(NAME, EXPRESSION) TESSERA_##NAME,
typedef enum {
#include "elementwise.def"
    TESSERA_COMPARISON_COUNT
} tessera_comparison;
const char *tessera_comparison_name(tessera_comparison op);

/* Every kernel of a family list (kernels.def): name and C type. */
#define KERNEL(name, element, result, arguments) result(*name) arguments;
typedef struct {
    const char *name;
    int vector; /* floats a vector */
    int panel; /* vectors of columns a GEMM tile should have at most: more would not fit the registers */
#include "kernels.def"
} tessera_kernels;
#undef KERNEL

/* A line of kernels.def. */
typedef struct {
    const char *name, *element;
} tessera_kernel_line;

/* All lines, in order. */
const tessera_kernel_line *tessera_kernel_lines(long *count);

/* The kernels of an instruction set, or NULL where this machine lacks it. */
const tessera_kernels *tessera_kernels_for(tessera_isa isa);

/* Switches flush-to-zero and denormals-are-zero for the calling thread; returns the old setting. */
bool tessera_flush_denormals(bool on);
