#include "cases.h"

#include <math.h>

typedef struct {
    long row_count, kernel_columns, stride, dilation, pad, width, pixels, channels, gap;
} shape;

static long floats(long pixels, long stride, long channels) { return (pixels - 1) * stride + channels; }

static void each_shape(trial *t, void (*check)(trial *t, const shape *s)) {
    const long v = t->table->vector;
    EACH(long, row_count, 0, 1, 3)
    EACH(long, kernel_columns, 1, 2, 3, 5)
    EACH(long, stride, 1, 2, 3)
    EACH(long, dilation, 1, 2)
    EACH(long, pad, -4, -1, 0, 1, 2)
    EACH(long, width, 1, 5, 12)
    EACH(long, channels, 1, v - 1, v, 2 * v + 1) {
        const shape s = {row_count, kernel_columns,   stride,   dilation,       pad,
                         width,     1 + below(t, 10), channels, below(t, 2) * 3};
        begin(t,
              "%ld rows x %ld, stride %ld, dilation %ld, pad %ld, %ld to %ld pixels, "
              "%ld channels, strides wider by %ld",
              row_count, kernel_columns, stride, dilation, pad, width, s.pixels, channels, s.gap);
        check(t, &s);
    }
}

/* Numbers among which are equal ones, infinities and NaN. */
static float *awkward(trial *t, long count) {
    float *to = eighths(t, count);
    for (long i = 0; i < count; i++) {
        const long draw = below(t, 12);
        if (draw < 2) to[i] = -INFINITY;
        if (draw == 2) to[i] = NAN;
        if (draw == 3) to[i] = INFINITY;
    }
    return to;
}

static float *cell_counts(trial *t, long count) {
    float *to = room(t, count);
    for (long i = 0; i < count; i++) to[i] = (float)below(t, 4);
    return to;
}

static long cell(const shape *s, long o, long tap) {
    const long at = o * s->stride - s->pad + tap * s->dilation;
    return at >= 0 && at < s->width ? at : -1;
}

static float divisor(float column_cells, float row_cells) {
    return column_cells * row_cells > 1 ? column_cells * row_cells : 1;
}

static tessera_pool make(trial *t, const shape *s, const float **rows, bool is_average) {
    tessera_pool p = {rows,     s->row_count, s->kernel_columns, s->stride, s->dilation, s->pad,
                      s->width, s->pixels,    s->channels,       0,         0,           3,
                      NULL,     NULL};
    p.in_stride = s->channels + s->gap;
    p.out_stride = s->channels + 2 * s->gap;
    for (long r = 0; r < s->row_count; r++)
        rows[r] = (is_average ? eighths : awkward)(t, floats(s->width, p.in_stride, s->channels));
    p.row_cells = cell_counts(t, s->pixels);
    p.out = eighths(t, floats(s->pixels, p.out_stride, s->channels));
    return p;
}

static void forward(trial *t, const shape *s, bool is_average) {
    const float *rows[3];
    const tessera_pool p = make(t, s, rows, is_average);
    const long count = floats(s->pixels, p.out_stride, s->channels);
    float *wanted = copy(t, p.out, count);
    for (long o = 0; o < s->pixels; o++)
        for (long c = 0; c < s->channels; c++) {
            float best = -INFINITY, sum = 0;
            for (long r = 0; r < s->row_count; r++)
                for (long tap = 0; tap < s->kernel_columns; tap++) {
                    const long at = cell(s, o, tap);
                    if (at < 0) continue;
                    const float x = rows[r][at * p.in_stride + c];
                    sum += x;
                    if (x > best || isnan(x)) best = x;
                }
            wanted[o * p.out_stride + c] = is_average ? sum / divisor(p.column_cells, p.row_cells[o]) : best;
        }
    (is_average ? t->table->average_pool : t->table->max_pool)(&p);
    expect_equal(t, p.out, wanted, count);
    /* Columns alone. */
    const long first = s->pixels / 2, skipped = first * p.out_stride;
    tessera_pool part = p;
    part.out = copy(t, p.out, count) + skipped;
    for (long o = 0; o < s->pixels - first; o++) part.out[o * p.out_stride] = 9;
    part.row_cells += first;
    part.pad -= first * s->stride;
    part.pixels -= first;
    (is_average ? t->table->average_pool : t->table->max_pool)(&part);
    expect_equal(t, part.out, wanted + skipped, count - skipped);
}

static void max_forward(trial *t, const shape *s) { forward(t, s, false); }
static void average_forward(trial *t, const shape *s) { forward(t, s, true); }

void max_pool_case(trial *t) { each_shape(t, max_forward); }
void average_pool_case(trial *t) { each_shape(t, average_forward); }

/* The cell (row * width + pixel) that a maximum is taken from: the first of equals, but the last NaN; -1 without any.
 */
static long winner(const shape *s, const tessera_pool_gradient *p, long o, long c) {
    float best = -INFINITY;
    long at = -1;
    for (long r = 0; r < s->row_count; r++)
        for (long tap = 0; tap < s->kernel_columns; tap++) {
            const long x = cell(s, o, tap);
            if (x < 0) continue;
            const float value = p->x_rows[r][x * p->x_stride + c];
            if (at >= 0 && !(value > best) && !isnan(value)) continue;
            best = value;
            at = r * s->width + x;
        }
    return at;
}

static void give(const shape *s, const tessera_pool_gradient *p, bool is_average, float *const *wanted) {
    for (long o = 0; o < s->pixels; o++)
        for (long c = 0; c < s->channels; c++) {
            const float dy = p->dy[o * p->dy_stride + c];
            const long wins = is_average ? -1 : winner(s, p, o, c);
            for (long r = 0; r < s->row_count; r++)
                for (long tap = 0; p->dx_rows[r] && tap < s->kernel_columns; tap++) {
                    const long x = cell(s, o, tap);
                    if (x < p->first_column || x >= p->last_column) continue;
                    float *to = wanted[r] + x * p->dx_stride + c;
                    if (is_average) *to += dy / divisor(p->column_cells, p->row_cells[o]);
                    if (wins == r * s->width + x) *to += dy;
                }
        }
}

static void backward(trial *t, const shape *s, bool is_average) {
    const float *x_rows[3];
    float *dx_rows[3], *wanted[3];
    tessera_pool_gradient p = {.x_rows = x_rows,
                               .dx_rows = dx_rows,
                               .row_count = s->row_count,
                               .kernel_columns = s->kernel_columns,
                               .stride = s->stride,
                               .dilation = s->dilation,
                               .pad = s->pad,
                               .width = s->width,
                               .pixels = s->pixels,
                               .channels = s->channels,
                               .last_column = s->width,
                               .x_stride = s->channels + s->gap,
                               .dy_stride = s->channels + 2 * s->gap,
                               .dx_stride = s->channels + 3 * s->gap,
                               .column_cells = 2,
                               .row_cells = cell_counts(t, s->pixels)};
    p.dy = eighths(t, floats(s->pixels, p.dy_stride, s->channels));
    if (below(t, 2) && s->width > 1) {
        p.first_column = below(t, s->width);
        p.last_column = p.first_column + below(t, s->width - p.first_column);
    }
    const long count = floats(s->width, p.dx_stride, s->channels);
    for (long r = 0; r < s->row_count; r++) {
        x_rows[r] = is_average ? NULL : awkward(t, floats(s->width, p.x_stride, s->channels));
        dx_rows[r] = below(t, 4) == 0 ? NULL : eighths(t, count);
        wanted[r] = dx_rows[r] ? copy(t, dx_rows[r], count) : NULL;
    }
    give(s, &p, is_average, wanted);
    (is_average ? t->table->average_pool_gradient : t->table->max_pool_gradient)(&p);
    for (long r = 0; r < s->row_count; r++)
        if (dx_rows[r]) expect_equal(t, dx_rows[r], wanted[r], count);
}

static void max_backward(trial *t, const shape *s) { backward(t, s, false); }
static void average_backward(trial *t, const shape *s) { backward(t, s, true); }

void max_pool_gradient_case(trial *t) { each_shape(t, max_backward); }
void average_pool_gradient_case(trial *t) { each_shape(t, average_backward); }
