/* Pooling, a vector of channels at a time. Windows are walked in row-major order; cells outside do not exist. */

#define WINDOW_CELLS(BODY)                                                                                             \
    for (long r = 0; r < p->kernel_rows; r++) {                                                                        \
        if (!p->rows[r]) continue;                                                                                     \
        for (long t = 0; t < p->kernel_columns; t++) {                                                                 \
            long x = o * p->stride - p->pad + t * p->dilation;                                                         \
            if (x < 0 || x >= p->width) continue;                                                                      \
            VEC v = load(p->rows[r] + x * p->channels + c);                                                            \
            BODY                                                                                                       \
        }                                                                                                              \
    }

static void max_pool(const tessera_pool *p) {
    for (long o = 0; o < p->pixels; o++) {
        for (long c = 0; c < p->channels; c += VL) {
            VEC best = splat(-__builtin_inff());
            WINDOW_CELLS(best = choose((v > best) | (v != v), v, best);)
            put(p->out + o * p->channels + c, best, p->channels - c);
        }
    }
}

static void average_pool(const tessera_pool *p) {
    for (long o = 0; o < p->pixels; o++) {
        for (long c = 0; c < p->channels; c += VL) {
            VEC sum = {0};
            WINDOW_CELLS(sum += v;)
            put(p->out + o * p->channels + c, sum / splat(p->divisors[o]), p->channels - c);
        }
    }
}
#undef WINDOW_CELLS

INLINE void add_part(float *to, VEC v, long left) {
    if (left >= VL)
        store(to, load(to) + v);
    else
        for (long l = 0; l < left; l++) to[l] += v[l];
}

#define EACH_CELL(BODY)                                                                                                \
    for (long r = 0; r < p->kernel_rows; r++) {                                                                        \
        long y = oy * p->stride_rows - p->pad_top + r * p->dilation_rows;                                              \
        if (y < 0 || y >= p->height) continue;                                                                         \
        for (long t = 0; t < p->kernel_columns; t++) {                                                                 \
            long x = ox * p->stride_columns - p->pad_left + t * p->dilation_columns;                                   \
            if (x < 0 || x >= p->width) continue;                                                                      \
            const long cell = (y * p->width + x) * p->pixel_stride + c;                                                \
            BODY                                                                                                       \
        }                                                                                                              \
    }

static void max_pool_gradient(const tessera_pool_gradient *p) {
    for (long oy = 0; oy < p->out_height; oy++)
        for (long ox = 0; ox < p->out_width; ox++) {
            for (long c = 0; c < p->channels; c += VL) {
                const VEC dy = load(p->dy + (oy * p->out_width + ox) * p->pixel_stride + c);
                VEC best = splat(-__builtin_inff());
                IVEC winner = (IVEC){0} - 1;
                int index = 0;
                EACH_CELL({
                    VEC v = load(p->x + cell);
                    IVEC wins = (v > best) | (v != v) | (winner < 0);
                    best = choose(wins, v, best);
                    winner = (wins & index) | (~wins & winner);
                    index++;
                })
                index = 0;
                EACH_CELL({
                    add_part(p->dx + cell, choose(winner == index, dy, (VEC){0}), p->channels - c);
                    index++;
                })
            }
        }
}

static void average_pool_gradient(const tessera_pool_gradient *p) {
    for (long oy = 0; oy < p->out_height; oy++)
        for (long ox = 0; ox < p->out_width; ox++) {
            const long o = oy * p->out_width + ox;
            for (long c = 0; c < p->channels; c += VL) {
                const VEC part = load(p->dy + o * p->pixel_stride + c) / splat(p->divisors[o]);
                EACH_CELL(add_part(p->dx + cell, part, p->channels - c);)
            }
        }
}
#undef EACH_CELL
