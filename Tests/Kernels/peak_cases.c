#include "cases.h"

/* Halves and quarters of eighths: exact. */
void multiply_adds_case(trial *t) {
    const long v = t->table->vector;
    EACH(long, count, 0, 1, v, 12 * v - 1, 12 * v, 12 * v + 1, 30 * v + 3)
    EACH(long, times, 0, 1, 7) {
        begin(t, "%ld numbers, %ld times", count, times);
        float *sums = eighths(t, count), *wanted = copy(t, sums, count);
        for (long i = 0; i < count; i++) {
            double sum = sums[i];
            for (long step = 0; step < times; step++) sum = sum * 0.5 + 0.25;
            wanted[i] = (float)sum;
        }
        t->table->multiply_adds(times, 0.5f, 0.25f, sums, count);
        expect_equal(t, sums, wanted, count);
    }
}
