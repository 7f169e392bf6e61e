#include "cases.h"

#include <math.h>

/* The transforms of one dimension, by their matrices. */
static const double spread[6][6] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                    {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
static const double gather[4][6] = {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};

static long padded(const trial *t, long channels) {
    const long v = t->table->vector;
    return (channels + v - 1) / v * v;
}

void winograd_input_case(trial *t) {
    const long v = t->table->vector;
    EACH(long, width, 1, 5, 6, 14)
    EACH(long, pad, 0, 1, -3)
    EACH(long, channels, 1, v, v + 3) {
        const long tiles = 3, stride = channels + 2, wide = padded(t, channels), plane = tiles * wide + 5;
        begin(t, "%ld pixels, pad %ld, %ld channels", width, pad, channels);
        const float *rows[6];
        for (int i = 0; i < 6; i++) rows[i] = i == 1 ? NULL : eighths(t, (width - 1) * stride + channels);
        float *out = room(t, 36 * plane);
        const tessera_winograd_input w = {rows, width, pad, tiles, channels, stride, out, plane, wide};
        t->table->winograd_input(&w);
        for (long tile = 0; tile < tiles; tile++)
            for (long c = 0; c < channels; c++)
                for (int i = 0; i < 6; i++)
                    for (int j = 0; j < 6; j++) {
                        double wanted = 0;
                        for (int k = 0; k < 6; k++)
                            for (int l = 0; l < 6; l++) {
                                const long x = 4 * tile - pad + l;
                                if (rows[k] && x >= 0 && x < width)
                                    wanted += spread[i][k] * spread[j][l] * rows[k][x * stride + c];
                            }
                        const float got = out[(6 * i + j) * plane + tile * wide + c];
                        expect(t, got == (float)wanted, tile, got, wanted);
                    }
    }
}

void winograd_output_case(trial *t) {
    const long v = t->table->vector;
    EACH(long, first, 0, 3)
    EACH(long, end, 5, 8, 11)
    EACH(long, channels, 1, v, v + 3)
    EACH(int, extras, 0, 1) {
        const long tiles = 3, stride = channels + 3, wide = padded(t, channels), plane = tiles * wide;
        begin(t, "columns %ld to %ld, %ld channels, %s", first, end, channels,
              extras ? "bias, addend, bounds" : "plain");
        const float *in = eighths(t, 36 * plane), *bias = extras ? eighths(t, channels) : NULL;
        const float low = extras ? -3 : -INFINITY, high = extras ? 30 : INFINITY;
        float *rows[4], *wanted[4];
        const float *addend[4];
        for (int i = 0; i < 4; i++) {
            const long count = 11 * stride + channels;
            rows[i] = i == 2 ? NULL : eighths(t, count);
            wanted[i] = rows[i] ? copy(t, rows[i], count) : NULL;
            addend[i] = extras ? eighths(t, count) : NULL;
        }
        const tessera_winograd_output w = {in,   plane, wide,   tiles,  first,  end, channels,
                                           bias, rows,  stride, addend, stride, low, high};
        t->table->winograd_output(&w);
        for (int i = 0; i < 4; i++) {
            if (!rows[i]) continue;
            for (long x = first; x < end; x++)
                for (long c = 0; c < channels; c++) {
                    double sum = bias ? bias[c] : 0;
                    if (addend[i]) sum += addend[i][x * stride + c];
                    for (int k = 0; k < 6; k++)
                        for (int l = 0; l < 6; l++)
                            sum += gather[i][k] * gather[x % 4][l] * in[(6 * k + l) * plane + x / 4 * wide + c];
                    wanted[i][x * stride + c] = clamped(sum, low, high);
                }
            expect_equal(t, rows[i], wanted[i], 11 * stride + channels);
        }
    }
}
