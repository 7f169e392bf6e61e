#include "cases.h"

#include <math.h>

/* The sizes of one call, from which `operands` makes it. */
typedef struct {
    long kernel_rows, kernel_columns, stride, dilation, pad, width, pixels, channels, gap;
} shape;

typedef struct {
    tessera_depthwise call;
    const float *rows[7];
    long out_count;
} operands;

static long floats(long pixels, long stride, long channels) { return (pixels - 1) * stride + channels; }

static void describe(trial *t, const shape *s) {
    begin(t, "%ld x %ld, stride %ld, dilation %ld, pad %ld, %ld to %ld pixels, %ld channels, strides wider by %ld",
          s->kernel_rows, s->kernel_columns, s->stride, s->dilation, s->pad, s->width, s->pixels, s->channels, s->gap);
}

static void fill(trial *t, const shape *s, float *(*numbers)(trial *, long), operands *o) {
    tessera_depthwise *d = &o->call;
    *d = (tessera_depthwise){.rows = o->rows,
                             .kernel_rows = s->kernel_rows,
                             .kernel_columns = s->kernel_columns,
                             .stride = s->stride,
                             .dilation = s->dilation,
                             .pad = s->pad,
                             .width = s->width,
                             .pixels = s->pixels,
                             .channels = s->channels,
                             .in_stride = s->channels + s->gap,
                             .out_stride = s->channels + 2 * s->gap,
                             .low = -INFINITY,
                             .high = INFINITY};
    for (long r = 0; r < s->kernel_rows; r++)
        o->rows[r] = s->gap && r == 1 ? NULL : numbers(t, floats(s->width, d->in_stride, s->channels));
    d->weights = numbers(t, s->kernel_rows * s->kernel_columns * s->channels);
    o->out_count = floats(s->pixels, d->out_stride, s->channels);
    d->out = numbers(t, o->out_count);
}

/* Shapes of all kinds: kernels with and without their own code, windows that reach out of the row on both sides and
 * windows that begin inside it. */
static void each_shape(trial *t, void (*check)(trial *t, const shape *s)) {
    static const long kernels[][2] = {{3, 3}, {1, 1}, {2, 3}, {5, 5}, {7, 7}};
    const long v = t->table->vector;
    for (long k = 0; k < LENGTH(kernels); k++) EACH(long, stride, 1, 2, 3)
    EACH(long, dilation, 1, 2)
    EACH(long, pad, -5, -2, -1, 0, 1, 3)
    EACH(long, width, 1, 2, 6, 17)
    EACH(long, channels, 1, v - 1, v, 2 * v + 1)
    EACH(long, pixels, 2, 9) {
        const shape s = {kernels[k][0], kernels[k][1], stride, dilation, pad, width, pixels, channels, below(t, 2) * 5};
        check(t, &s);
    }
}

/* The input pixel of output pixel p and tap column x, or -1. */
static long place(const tessera_depthwise *d, long p, long x, long width) {
    const long at = p * d->stride - d->pad + x * d->dilation;
    return at >= 0 && at < width ? at : -1;
}

static void forward(trial *t, const shape *s) {
    operands o;
    describe(t, s);
    fill(t, s, eighths, &o);
    tessera_depthwise *d = &o.call;
    if (s->pixels % 2) d->bias = eighths(t, s->channels);
    if (s->gap) {
        d->low = 0;
        d->high = 3;
        d->addend_stride = s->channels + 1;
        d->addend = eighths(t, floats(s->pixels, d->addend_stride, s->channels));
    }
    float *wanted = copy(t, d->out, o.out_count);
    for (long p = 0; p < s->pixels; p++)
        for (long c = 0; c < s->channels; c++) {
            double sum = d->bias ? d->bias[c] : 0;
            for (long r = 0; r < s->kernel_rows; r++)
                for (long x = 0; x < s->kernel_columns; x++) {
                    const long at = place(d, p, x, s->width);
                    if (d->rows[r] && at >= 0)
                        sum += (double)d->rows[r][at * d->in_stride + c] *
                               d->weights[(r * s->kernel_columns + x) * s->channels + c];
                }
            if (d->addend) sum += d->addend[p * d->addend_stride + c];
            wanted[p * d->out_stride + c] = clamped(sum, d->low, d->high);
        }
    t->table->depthwise(d);
    expect_equal(t, d->out, wanted, o.out_count);
}

/* Columns from `first` on have the same bits as in the whole row. `pad` moves by `step` for one of them. */
static void columns_alone(trial *t, const shape *s, void (*run)(const tessera_depthwise *), long step) {
    operands o;
    describe(t, s);
    fill(t, s, reals, &o);
    tessera_depthwise part = o.call;
    run(&o.call);
    const long first = s->pixels / 2;
    float *out = copy(t, o.call.out, o.out_count);
    part.out = copy(t, o.call.out, o.out_count) + first * part.out_stride;
    for (long i = first * part.out_stride; i < o.out_count; i++) part.out[i - first * part.out_stride] = out[i];
    for (long p = 0; p < s->pixels - first; p++)
        for (long c = 0; c < s->channels; c++) part.out[p * part.out_stride + c] = 9;
    part.pixels -= first;
    part.pad += first * step;
    run(&part);
    expect_same(t, part.out, out + first * part.out_stride, o.out_count - first * part.out_stride);
}

static void forward_columns(trial *t, const shape *s) { columns_alone(t, s, t->table->depthwise, -s->stride); }

void depthwise_case(trial *t) {
    each_shape(t, forward);
    each_shape(t, forward_columns);
}

static void input_gradient(trial *t, const shape *s) {
    operands o;
    describe(t, s);
    fill(t, s, eighths, &o);
    const tessera_depthwise *d = &o.call;
    float *wanted = copy(t, d->out, o.out_count);
    for (long i = 0; i < s->pixels; i++)
        for (long c = 0; c < s->channels; c++) {
            double sum = 0;
            for (long r = 0; r < s->kernel_rows; r++)
                for (long x = 0; x < s->kernel_columns; x++)
                    for (long p = 0; d->rows[r] && p < s->width; p++)
                        if (p * d->stride - d->pad + x * d->dilation == i)
                            sum += (double)d->rows[r][p * d->in_stride + c] *
                                   d->weights[(r * s->kernel_columns + x) * s->channels + c];
            wanted[i * d->out_stride + c] = (float)sum;
        }
    t->table->depthwise_input_gradient(d);
    expect_equal(t, d->out, wanted, o.out_count);
}

static void input_gradient_columns(trial *t, const shape *s) {
    columns_alone(t, s, t->table->depthwise_input_gradient, 1);
}

void depthwise_input_gradient_case(trial *t) {
    each_shape(t, input_gradient);
    each_shape(t, input_gradient_columns);
}

static void weight_gradient(trial *t, const shape *s) {
    operands o;
    describe(t, s);
    fill(t, s, eighths, &o);
    tessera_depthwise *d = &o.call;
    const long count = s->kernel_rows * s->kernel_columns * s->channels;
    d->dy_stride = s->channels + 3 * s->gap;
    d->dy = eighths(t, floats(s->pixels, d->dy_stride, s->channels));
    d->out = eighths(t, count);
    float *wanted = copy(t, d->out, count);
    for (long r = 0; r < s->kernel_rows; r++)
        for (long x = 0; d->rows[r] && x < s->kernel_columns; x++)
            for (long c = 0; c < s->channels; c++) {
                double sum = 0;
                for (long p = 0; p < s->pixels; p++) {
                    const long at = place(d, p, x, s->width);
                    if (at >= 0) sum += (double)d->rows[r][at * d->in_stride + c] * d->dy[p * d->dy_stride + c];
                }
                wanted[(r * s->kernel_columns + x) * s->channels + c] += (float)sum;
            }
    t->table->depthwise_weight_gradient(d);
    expect_equal(t, d->out, wanted, count);
}

void depthwise_weight_gradient_case(trial *t) { each_shape(t, weight_gradient); }
