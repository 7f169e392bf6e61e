#include "cases.h"

#include <math.h>
#include <stdlib.h>

static long floats(long pixels, long stride, long channels) { return (pixels - 1) * stride + channels; }

/* Numbers of pixels around those at which sums are joined. */
static void each_size(trial *t, void (*check)(trial *t, long pixels, long channels, long gap)) {
    const long v = t->table->vector;
    EACH(long, pixels, 1, 3, 4, 5, 31, 32, 33, 100, 4095, 4099)
    EACH(long, channels, 1, v - 1, v, v + 1, 3 * v)
    EACH(long, gap, 0, 3) {
        begin(t, "%ld pixels, %ld channels, strides wider by %ld", pixels, channels, gap);
        check(t, pixels, channels, gap);
    }
}

static double *doubles(trial *t, long count) {
    double *to = (double *)(void *)(room(t, 2 * count + 1));
    if ((uintptr_t)to % sizeof(double)) to = (double *)(void *)((float *)(void *)to + 1);
    for (long i = 0; i < count; i++) to[i] = (double)below(t, 9);
    return to;
}

static void moments_at(trial *t, long pixels, long channels, long gap) {
    const long stride = channels + gap;
    const float *x = eighths(t, floats(pixels, stride, channels));
    double *mean = doubles(t, channels), *m2 = doubles(t, channels);
    t->table->moments(x, stride, pixels, channels, mean, m2);
    for (long c = 0; c < channels; c++) {
        double sum = 0, squares = 0;
        for (long p = 0; p < pixels; p++) sum += x[p * stride + c];
        for (long p = 0; p < pixels; p++) squares += pow(x[p * stride + c] - sum / pixels, 2);
        expect(t, mean[c] == sum / pixels, c, mean[c], sum / pixels);
        expect(t, fabs(m2[c] - squares) <= 1e-6 * squares + 1e-12, c, m2[c], squares);
    }
}

void moments_case(trial *t) { each_size(t, moments_at); }

static void channel_sums_at(trial *t, long pixels, long channels, long gap) {
    const long stride = channels + gap;
    const float *x = eighths(t, floats(pixels, stride, channels));
    double *sums = doubles(t, channels);
    double wanted[64];
    for (long c = 0; c < channels; c++) {
        wanted[c] = sums[c];
        for (long p = 0; p < pixels; p++) wanted[c] += x[p * stride + c];
    }
    t->table->channel_sums(x, stride, pixels, channels, sums);
    for (long c = 0; c < channels; c++) expect(t, sums[c] == wanted[c], c, sums[c], wanted[c]);
}

void channel_sums_case(trial *t) { each_size(t, channel_sums_at); }

static void scale_shift_at(trial *t, long pixels, long channels, long gap) {
    const long x_stride = channels + gap, y_stride = channels + 2 * gap, count = floats(pixels, y_stride, channels);
    const float *x = eighths(t, floats(pixels, x_stride, channels)), *scale = eighths(t, channels),
                *shift = eighths(t, channels), low = gap ? -0.5f : -INFINITY, high = gap ? 1 : INFINITY;
    float *y = eighths(t, count), *wanted = copy(t, y, count);
    for (long p = 0; p < pixels; p++)
        for (long c = 0; c < channels; c++)
            wanted[p * y_stride + c] = clamped((double)x[p * x_stride + c] * scale[c] + shift[c], low, high);
    t->table->scale_shift(x, x_stride, scale, shift, low, high, y, y_stride, pixels, channels);
    expect_equal(t, y, wanted, count);
    if (gap) return;
    y = copy(t, x, count);
    t->table->scale_shift(y, x_stride, scale, shift, low, high, y, y_stride, pixels, channels);
    expect_equal(t, y, wanted, count);
}

void scale_shift_case(trial *t) { each_size(t, scale_shift_at); }

/* The operands of both halves of a norm's gradient. */
typedef struct {
    long dy_stride, x_stride;
    const float *dy, *x, *mean, *scale, *shift;
} backward;

static backward make(trial *t, long pixels, long channels, long gap) {
    const long dy_stride = channels + gap, x_stride = channels + 2 * gap;
    return (backward){dy_stride,
                      x_stride,
                      eighths(t, floats(pixels, dy_stride, channels)),
                      eighths(t, floats(pixels, x_stride, channels)),
                      eighths(t, channels),
                      eighths(t, channels),
                      eighths(t, channels)};
}

static double gated(const backward *b, bool masks, long p, long c) {
    const double y = (double)b->x[p * b->x_stride + c] * b->scale[c] + b->shift[c];
    return !masks || y > 0 ? b->dy[p * b->dy_stride + c] : 0;
}

static void gradient_sums_at(trial *t, long pixels, long channels, long gap) {
    const backward b = make(t, pixels, channels, gap);
    for (int masks = 0; masks < 2; masks++) {
        double *sum_g = doubles(t, channels), *sum_gx = doubles(t, channels);
        double wanted_g[64], wanted_gx[64];
        for (long c = 0; c < channels; c++) {
            wanted_g[c] = sum_g[c];
            wanted_gx[c] = sum_gx[c];
            for (long p = 0; p < pixels; p++) {
                wanted_g[c] += gated(&b, masks, p, c);
                wanted_gx[c] += gated(&b, masks, p, c) * ((double)b.x[p * b.x_stride + c] - b.mean[c]);
            }
        }
        t->table->norm_gradient_sums(b.dy, b.dy_stride, b.x, b.x_stride, b.mean, b.scale, b.shift, masks, pixels,
                                     channels, sum_g, sum_gx);
        for (long c = 0; c < channels; c++) {
            expect(t, sum_g[c] == wanted_g[c], c, sum_g[c], wanted_g[c]);
            expect(t, sum_gx[c] == wanted_gx[c], c, sum_gx[c], wanted_gx[c]);
        }
    }
}

void norm_gradient_sums_case(trial *t) { each_size(t, gradient_sums_at); }

static void gradient_at(trial *t, long pixels, long channels, long gap) {
    const backward b = make(t, pixels, channels, gap);
    const float *slope = eighths(t, channels), *of_x = eighths(t, channels), *constant = eighths(t, channels);
    const long dx_stride = channels + 3 * gap, count = floats(pixels, dx_stride, channels);
    for (int masks = 0; masks < 2; masks++) {
        float *dx = eighths(t, count), *wanted = copy(t, dx, count);
        for (long p = 0; p < pixels; p++)
            for (long c = 0; c < channels; c++)
                wanted[p * dx_stride + c] = (float)(gated(&b, masks, p, c) * slope[c] +
                                                    (double)b.x[p * b.x_stride + c] * of_x[c] + constant[c]);
        t->table->norm_gradient(b.dy, b.dy_stride, b.x, b.x_stride, b.scale, b.shift, masks, slope, of_x, constant, dx,
                                dx_stride, pixels, channels);
        expect_equal(t, dx, wanted, count);
        if (gap) continue;
        dx = copy(t, b.dy, count);
        t->table->norm_gradient(dx, b.dy_stride, b.x, b.x_stride, b.scale, b.shift, masks, slope, of_x, constant, dx,
                                dx_stride, pixels, channels);
        expect_equal(t, dx, wanted, count);
    }
}

void norm_gradient_case(trial *t) { each_size(t, gradient_at); }
