#include "cases.h"

#include <math.h>

static void each_shape(trial *t, void (*check)(trial *t, long rows, long columns)) {
    const long v = t->table->vector;
    EACH(long, columns, 1, 2, v - 1, v, v + 1, 4 * v + 3, 40 * v + 5)
    EACH(long, rows, 1, 3) check(t, rows, columns);
}

static void layer_norm_at(trial *t, long rows, long columns) {
    EACH(bool, has_bias, false, true)
    EACH(float, offset, 0, 1000) {
        begin(t, "%ld rows of %ld about %g", rows, columns, (double)offset);
        float *x = reals(t, rows * columns), *scale = reals(t, columns), *bias = reals(t, columns);
        float *y = reals(t, rows * columns), *wanted = copy(t, y, rows * columns);
        for (long i = 0; i < rows * columns; i++) x[i] += offset;
        for (long r = 0; r < rows; r++) {
            const float *row = x + r * columns;
            double mean = 0, variance = 0;
            for (long i = 0; i < columns; i++) mean += row[i] / (double)columns;
            for (long i = 0; i < columns; i++) variance += (row[i] - mean) * (row[i] - mean) / (double)columns;
            const double slope = 1 / sqrt(variance + 1e-3), most = 4 * 0x1p-23 * (4 + offset * slope);
            t->table->layer_norm(row, scale, has_bias ? bias : NULL, 1e-3, y + r * columns, 1, columns);
            for (long i = 0; i < columns; i++) {
                wanted[r * columns + i] = y[r * columns + i];
                const double value = (row[i] - mean) * slope * scale[i] + (has_bias ? bias[i] : 0);
                expect(t, fabs(y[r * columns + i] - value) <= most, r * columns + i, y[r * columns + i], value);
            }
        }
        t->table->layer_norm(x, scale, has_bias ? bias : NULL, 1e-3, x, rows, columns);
        expect_same(t, x, wanted, rows * columns);
    }
}

void layer_norm_case(trial *t) { each_shape(t, layer_norm_at); }

static void softmax_at(trial *t, long rows, long columns) {
    EACH(bool, logarithm, false, true)
    EACH(float, factor, 1, 1000) {
        begin(t, "%ld rows of %ld up to %g", rows, columns, (double)factor);
        float *x = reals(t, rows * columns), *y = reals(t, rows * columns);
        for (long i = 0; i < rows * columns; i++) x[i] *= factor;
        if (columns > 1) x[0] = -INFINITY;
        t->table->softmax(x, logarithm, y, rows, columns);
        for (long r = 0; r < rows; r++) {
            const float *row = x + r * columns;
            double most = -INFINITY, sum = 0;
            for (long i = 0; i < columns; i++) most = fmax(most, row[i]);
            for (long i = 0; i < columns; i++) sum += exp(row[i] - most);
            for (long i = 0; i < columns; i++) {
                const double value = logarithm ? row[i] - most - log(sum) : exp(row[i] - most) / sum,
                             got = y[r * columns + i];
                const double scale = logarithm ? fmax(1, fabs(value)) : fmax(fabs(value), 0x1p-126);
                expect(t, got == value || fabs(got - value) <= 8 * 0x1p-23 * scale, r * columns + i, got, value);
            }
        }
    }
    begin(t, "%ld rows of %ld, one NaN", rows, columns);
    float *x = reals(t, rows * columns), *y = reals(t, rows * columns);
    x[columns - 1] = NAN;
    t->table->softmax(x, false, y, rows, columns);
    for (long i = 0; i < rows * columns; i++) expect(t, isnan(y[i]) == (i < columns), i, y[i], x[i]);
}

void softmax_case(trial *t) { each_shape(t, softmax_at); }
