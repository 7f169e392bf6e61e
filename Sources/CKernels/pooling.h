/* Pooling, a vector of channels at a time. Windows are walked in row-major order; cells outside do not exist, and cost
 * no time. */

/* The first tap of a window of `kernel` taps from cell `first` on that is not before `cell`. */
INLINE long first_tap(long cell, long first, long dilation, long kernel) {
    if (cell <= first) return 0;
    const long tap = (cell - first + dilation - 1) / dilation;
    return tap < kernel ? tap : kernel;
}

INLINE float divisor(float column_cells, float row_cells) {
    const float cells = column_cells * row_cells;
    return cells > 1 ? cells : 1;
}

#define WINDOW_CELLS(BODY)                                                                                             \
    for (long r = 0; r < p->row_count; r++) {                                                                          \
        for (long t = begin; t < end; t++) {                                                                           \
            VEC v = load(p->rows[r] + (first + t * p->dilation) * p->in_stride + c);                                   \
            BODY                                                                                                       \
        }                                                                                                              \
    }
#define WINDOW_COLUMNS                                                                                                 \
    const long first = o * p->stride - p->pad, begin = first_tap(0, first, p->dilation, p->kernel_columns),            \
               end = first_tap(p->width, first, p->dilation, p->kernel_columns);

static void max_pool(const tessera_pool *p) {
    for (long o = 0; o < p->pixels; o++) {
        WINDOW_COLUMNS
        for (long c = 0; c < p->channels; c += VL) {
            VEC best = splat(-__builtin_inff());
            WINDOW_CELLS(best = choose((v > best) | (v != v), v, best);)
            put(p->out + o * p->out_stride + c, best, p->channels - c);
        }
    }
}

static void average_pool(const tessera_pool *p) {
    for (long o = 0; o < p->pixels; o++) {
        WINDOW_COLUMNS
        const float cells = divisor(p->column_cells, p->row_cells[o]);
        for (long c = 0; c < p->channels; c += VL) {
            VEC sum = {0};
            WINDOW_CELLS(sum += v;)
            put(p->out + o * p->out_stride + c, sum / splat(cells), p->channels - c);
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

/* The index of the winner among the cells of a window: the first of equal values, but NaN wins. */
INLINE IVEC winner_of_window(const tessera_pool_gradient *p, long first, long begin, long end, long c) {
    VEC best = splat(-__builtin_inff());
    IVEC winner = (IVEC){0} - 1;
    int index = 0;
    for (long r = 0; r < p->row_count; r++) {
        for (long t = begin; t < end; t++, index++) {
            const VEC v = load(p->x_rows[r] + (first + t * p->dilation) * p->x_stride + c);
            const IVEC wins = (v > best) | (v != v) | (winner < 0);
            best = choose(wins, v, best);
            winner = (wins & index) | (~wins & winner);
        }
    }
    return winner;
}

/* The taps of a window that lie in the columns of dx that the call writes. */
#define WRITTEN_COLUMNS                                                                                                \
    const long from = first_tap(p->first_column, first, p->dilation, p->kernel_columns),                               \
               to = first_tap(p->last_column, first, p->dilation, p->kernel_columns);                                  \
    if (from >= to) continue;

static void max_pool_gradient(const tessera_pool_gradient *p) {
    for (long o = 0; o < p->pixels; o++) {
        WINDOW_COLUMNS
        WRITTEN_COLUMNS
        for (long c = 0; c < p->channels; c += VL) {
            const VEC dy = load(p->dy + o * p->dy_stride + c);
            const IVEC winner = winner_of_window(p, first, begin, end, c);
            for (long r = 0; r < p->row_count; r++) {
                if (!p->dx_rows[r]) continue;
                int index = (int)(r * (end - begin) + from - begin);
                for (long t = from; t < to; t++, index++)
                    add_part(p->dx_rows[r] + (first + t * p->dilation) * p->dx_stride + c,
                             choose(winner == index, dy, (VEC){0}), p->channels - c);
            }
        }
    }
}

static void average_pool_gradient(const tessera_pool_gradient *p) {
    for (long o = 0; o < p->pixels; o++) {
        const long first = o * p->stride - p->pad;
        WRITTEN_COLUMNS
        const float cells = divisor(p->column_cells, p->row_cells[o]);
        for (long c = 0; c < p->channels; c += VL) {
            const VEC part = load(p->dy + o * p->dy_stride + c) / splat(cells);
            for (long r = 0; r < p->row_count; r++) {
                if (!p->dx_rows[r]) continue;
                for (long t = from; t < to; t++)
                    add_part(p->dx_rows[r] + (first + t * p->dilation) * p->dx_stride + c, part, p->channels - c);
            }
        }
    }
}
#undef WINDOW_COLUMNS
#undef WRITTEN_COLUMNS
