#pragma once
/* Leaf kernels: pointers, strides and counts; float32; no graph, no threads, no allocation, no globals.
 *
 * Activations are dense N, H, W, C. Every output element is accumulated in one fixed order (segments, then k; taps in
 * row-major order), whatever the tile or the tail path. Sums over pixels (gemm_transposed, moments, channel sums, both
 * kinds of weight and norm gradients) are formed call by call: their callers cut the pixels by the shape alone.
 * Multiplications and additions contract to FMA (vector.h), in every path alike. Kernels may read up to one vector past
 * the last element of an operand (the caller's buffers have that slack); they never write past it. */
#include <stdbool.h>

#include "machine.h"

typedef enum { TESSERA_ISA_GENERIC, TESSERA_ISA_AVX2, TESSERA_ISA_AVX512 } tessera_isa;

/* C[p][n] = clamp(bias + sum over segments s, k < depth of a[s][p * a_stride + k] * b[(s * depth + k) * width + n]) for
 * p < pixels and n < columns <= width, where width is the panel's padded number of columns. Sums begin with `bias`, or
 * 0 without. */
typedef struct {
    long pixels, segments, depth, columns;
    const float *const *a;
    long a_stride;
    const float *b;
    float *c;
    long c_stride;
    const float *bias;
    float low, high;
} tessera_gemm;

/* One output row of a depthwise operation over kernel rows `rows` (NULL: a row of padding) of `width` pixels with
 * `channels` each. Output pixel p, tap (r, t) reads rows[r] at pixel p * stride - pad + t * dilation; outside pixels
 * count as 0. weights: [kernel_rows * kernel_columns][channels]. */
typedef struct {
    const float *const *rows;
    long kernel_rows, kernel_columns, stride, dilation, pad, width, pixels, channels;
    const float *weights;
    const float *bias;
    float *out;
    float low, high;
} tessera_depthwise;

/* The transpose of the above for one row of the input's gradient: `rows` are the rows of dy that reach it (NULL: none),
 * of `width` pixels, and dx pixel x receives dy pixel p through tap t where p * stride - pad + t * dilation == x. */

/* A channel-wise window of pooling: the rows of the input that the window reads. */
typedef struct {
    const float *const *rows;
    long row_count, kernel_columns, stride, dilation, pad, width, pixels, channels;
    /* Average: the cells that count, in a column and in the row of every output pixel. */
    float column_cells;
    const float *row_cells;
    float *out;
} tessera_pool;

/* The backward form of pooling for `channels` neighbouring channels of one image: dx must be zero before. Strides
 * between pixels are `pixel_stride` floats in all three tensors. */
typedef struct {
    const float *x, *dy;
    float *dx;
    long height, width, out_height, out_width, channels, pixel_stride;
    long kernel_rows, kernel_columns, stride_rows, stride_columns, pad_top, pad_left, dilation_rows, dilation_columns;
    const float *column_cells, *row_cells; /* average: one an output row and one an output column */
} tessera_pool_gradient;

typedef enum {
    TESSERA_ADD,
    TESSERA_SUBTRACT,
    TESSERA_MULTIPLY,
    TESSERA_RELU_GRADIENT /* a where b > 0 */
} tessera_binary;

typedef enum { TESSERA_ABSOLUTE, TESSERA_SIGMOID, TESSERA_SOFTPLUS, TESSERA_SIGN } tessera_unary;

typedef enum { TESSERA_LESS } tessera_comparison;

/* Every kernel of a family list (kernels.def): name and C type. */
#define KERNEL(name, result, arguments) result(*name) arguments;
typedef struct {
    const char *name;
    int vector; /* floats a vector */
    int panel; /* vectors of columns a GEMM tile should have at most: more would not fit the registers */
#include "kernels.def"
} tessera_kernels;
#undef KERNEL

/* The kernels of an instruction set, or NULL where this machine lacks it. */
const tessera_kernels *tessera_kernels_for(tessera_isa isa);

/* Switches flush-to-zero and denormals-are-zero for the calling thread; returns the old setting. */
bool tessera_flush_denormals(bool on);
