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
            VEC v = load(p->rows[r] + (first + t * p->dilation) * p->channels + c);                                    \
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
            put(p->out + o * p->channels + c, best, p->channels - c);
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
            put(p->out + o * p->channels + c, sum / splat(cells), p->channels - c);
        }
    }
}
#undef WINDOW_COLUMNS
#undef WINDOW_CELLS

INLINE void add_part(float *to, VEC v, long left) {
    if (left >= VL)
        store(to, load(to) + v);
    else
        for (long l = 0; l < left; l++) to[l] += v[l];
}

#define EACH_CELL(BODY)                                                                                                \
    for (long r = row_begin; r < row_end; r++) {                                                                       \
        const long y = top + r * p->dilation_rows;                                                                     \
        for (long t = column_begin; t < column_end; t++) {                                                             \
            const long cell = (y * p->width + left + t * p->dilation_columns) * p->pixel_stride + c;                   \
            BODY                                                                                                       \
        }                                                                                                              \
    }
#define WINDOW_RANGE                                                                                                   \
    const long top = oy * p->stride_rows - p->pad_top, left = ox * p->stride_columns - p->pad_left;                    \
    const long row_begin = first_tap(0, top, p->dilation_rows, p->kernel_rows),                                        \
               row_end = first_tap(p->height, top, p->dilation_rows, p->kernel_rows),                                  \
               column_begin = first_tap(0, left, p->dilation_columns, p->kernel_columns),                              \
               column_end = first_tap(p->width, left, p->dilation_columns, p->kernel_columns);

static void max_pool_gradient(const tessera_pool_gradient *p) {
    for (long oy = 0; oy < p->out_height; oy++)
        for (long ox = 0; ox < p->out_width; ox++) {
            WINDOW_RANGE
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
            WINDOW_RANGE
            const long o = oy * p->out_width + ox;
            const float cells = divisor(p->column_cells[oy], p->row_cells[ox]);
            for (long c = 0; c < p->channels; c += VL) {
                const VEC part = load(p->dy + o * p->pixel_stride + c) / splat(cells);
                EACH_CELL(add_part(p->dx + cell, part, p->channels - c);)
            }
        }
}
#undef WINDOW_RANGE
#undef EACH_CELL
