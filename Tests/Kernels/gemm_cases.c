#include "cases.h"

#include <math.h>
#include <string.h>

typedef void (*gemm_kernel)(const tessera_gemm *g);

/* The definition. */
static void multiply(const tessera_gemm *g, long width, float *c) {
    for (long p = 0; p < g->pixels; p++)
        for (long n = 0; n < g->columns; n++) {
            double sum = g->bias ? g->bias[n] : 0;
            for (long s = 0; s < g->segments; s++)
                for (long k = 0; k < g->depth; k++)
                    sum += (double)g->a[s][p * g->a_stride + k] * g->b[(s * g->depth + k) * width + n];
            if (g->addend) sum += g->addend[p * g->addend_stride + n];
            c[p * g->c_stride + n] = clamped(sum, g->low, g->high);
        }
}

enum addend { NO_ADDEND, OTHER_ADDEND, C_ITSELF };

static void gemm_at(trial *t, gemm_kernel run, long width, tessera_gemm g, bool has_bias, enum addend addend) {
    begin(t, "%ld pixels, %ld segments of %ld, %ld columns of %ld, strides %ld and %ld, bias %d, addend %d, high %g",
          g.pixels, g.segments, g.depth, g.columns, width, g.a_stride, g.c_stride, has_bias, addend, g.high);
    const float *rows[3];
    for (long s = 0; s < g.segments; s++) rows[s] = eighths(t, (g.pixels - 1) * g.a_stride + g.depth);
    const long count = (g.pixels - 1) * g.c_stride + g.columns;
    g.a = rows;
    g.b = eighths(t, g.segments * g.depth * width);
    g.bias = has_bias ? eighths(t, g.columns) : NULL;
    g.c = eighths(t, count);
    float *wanted = copy(t, g.c, count);
    g.addend_stride = addend == C_ITSELF ? g.c_stride : g.columns + 2;
    g.addend = addend == C_ITSELF ? g.c : eighths(t, (g.pixels - 1) * g.addend_stride + g.columns);
    if (addend == NO_ADDEND) g.addend = NULL;
    multiply(&g, width, wanted);
    run(&g);
    expect_equal(t, g.c, wanted, count);
}

/* A pixel has the same bits in a tile and in a tail. */
static void gemm_tails(trial *t, gemm_kernel run, long width, long columns) {
    const long pixels = 21, depth = 37;
    begin(t, "%ld pixels at once and one by one, %ld columns of %ld", pixels, columns, width);
    const float *row = reals(t, pixels * depth);
    tessera_gemm g = {pixels,
                      1,
                      depth,
                      columns,
                      &row,
                      depth,
                      reals(t, depth * width),
                      room(t, pixels * columns),
                      columns,
                      reals(t, columns),
                      reals(t, pixels * columns),
                      columns,
                      -INFINITY,
                      INFINITY};
    run(&g);
    tessera_gemm one = g;
    one.c = room(t, pixels * columns);
    float *all = one.c;
    one.pixels = 1;
    for (long p = 0; p < pixels; p++) {
        const float *place = row + p * depth;
        one.a = &place;
        one.c = all + p * columns;
        one.addend = g.addend + p * columns;
        run(&one);
    }
    expect_same(t, g.c, all, pixels * columns);
}

static void gemm_case(trial *t, gemm_kernel run, int vectors) {
    const long v = t->table->vector, width = vectors * v;
    EACH(long, columns, 1, v - 1, v, v + 1, 2 * v - 1, 2 * v + 1, width - 1, width) {
        if (columns > width) continue;
        gemm_tails(t, run, width, columns);
        EACH(long, pixels, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 17)
        EACH(int, addend, NO_ADDEND, OTHER_ADDEND, C_ITSELF)
        for (int variant = 0; variant < 8; variant++) {
            tessera_gemm g = {.pixels = pixels, .columns = columns, .low = -INFINITY, .high = INFINITY};
            g.segments = variant & 2 ? 3 : 1;
            g.depth = variant & 2 ? 3 : 21;
            g.a_stride = g.depth + (variant & 4 ? 5 : 0);
            g.c_stride = columns + (variant & 4 ? 3 : 0);
            if (variant & 4) {
                g.low = -1;
                g.high = 0.5;
            }
            gemm_at(t, run, width, g, variant & 1, (enum addend)addend);
        }
    }
}

void gemm1_case(trial *t) { gemm_case(t, t->table->gemm1, 1); }
void gemm2_case(trial *t) { gemm_case(t, t->table->gemm2, 2); }
void gemm3_case(trial *t) { gemm_case(t, t->table->gemm3, 3); }
void gemm4_case(trial *t) { gemm_case(t, t->table->gemm4, 4); }

static void transposed_at(trial *t, long count, long rows, long columns, long gap) {
    begin(t, "%ld pixels, %ld rows, %ld columns, strides wider by %ld", count, rows, columns, gap);
    const long a_stride = rows + gap, b_stride = columns + gap, c_stride = columns + 2 * gap;
    const float *a = eighths(t, (count - 1) * a_stride + rows), *b = eighths(t, (count - 1) * b_stride + columns);
    const long size = (rows - 1) * c_stride + columns;
    float *c = eighths(t, size), *wanted = copy(t, c, size);
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < columns; j++) {
            double sum = 0;
            for (long p = 0; p < count; p++) sum += (double)a[p * a_stride + i] * b[p * b_stride + j];
            wanted[i * c_stride + j] += (float)sum;
        }
    t->table->gemm_transposed(count, a, a_stride, rows, b, b_stride, columns, c, c_stride);
    expect_equal(t, c, wanted, size);
}

void gemm_transposed_case(trial *t) {
    const long v = t->table->vector;
    EACH(long, columns, 1, v - 1, v, v + 1, 2 * v - 1, 2 * v, 2 * v + 1, 3 * v, 3 * v + 1, 4 * v, 6 * v + 1)
    EACH(long, rows, 1, 3, 4, 5, 6, 7, 8, 9, 17)
    EACH(long, count, 1, 2, 7, 64) transposed_at(t, count, rows, columns, (rows + count) % 2 ? 3 : 0);
}
