/* GEMM families: tiles of at most MR pixels (WIDE_MR where they are 4 vectors wide) x NV vectors in registers. Pixels
 * are shared out evenly over the tiles, and a tail of columns computes the padded panel and stores a part, so the sums
 * are formed in the same order everywhere. */

INLINE void gemm_tile(const tessera_gemm *g, long p, const int mr, const int nv) {
    VEC acc[MR][4];
    const long columns = g->columns, full = columns >= nv * VL;
    UNROLL
    for (int i = 0; i < mr; i++) UNROLL
    for (int j = 0; j < nv; j++) {
        const float *from = g->bias;
        if (!from)
            acc[i][j] = (VEC){0};
        else if (full)
            acc[i][j] = load(from + VL * j);
        else {
            VEC v = {0};
            for (int l = 0; l < VL; l++)
                if (VL * j + l < columns) v[l] = from[VL * j + l];
            acc[i][j] = v;
        }
    }
    const float *b = g->b;
    for (long s = 0; s < g->segments; s++) {
        const float *a = g->a[s] + p * g->a_stride;
        const long stride = g->a_stride, depth = g->depth;
        _Pragma("clang loop unroll_count(UNROLLED)") for (long k = 0; k < depth; k++) {
            VEC bk[4];
            UNROLL
            for (int j = 0; j < nv; j++) bk[j] = load(b + VL * j);
            b += nv * VL;
            UNROLL
            for (int i = 0; i < mr; i++) {
                VEC ai = splat(a[i * stride + k]);
                UNROLL
                for (int j = 0; j < nv; j++) acc[i][j] += ai * bk[j];
            }
        }
    }
    if (g->addend) {
        UNROLL
        for (int i = 0; i < mr; i++) UNROLL
        for (int j = 0; j < nv; j++)
            if (full || columns > VL * j) acc[i][j] += load(g->addend + (p + i) * g->addend_stride + VL * j);
    }
    if (g->low > -__builtin_inff() || g->high < __builtin_inff()) {
        const VEC low = splat(g->low), high = splat(g->high);
        UNROLL
        for (int i = 0; i < mr; i++) UNROLL
        for (int j = 0; j < nv; j++) acc[i][j] = clamp(acc[i][j], low, high);
    }
    UNROLL
    for (int i = 0; i < mr; i++) UNROLL
    for (int j = 0; j < nv; j++) {
        float *to = g->c + (p + i) * g->c_stride + VL * j;
        if (full)
            store(to, acc[i][j]);
        else if (columns > VL * j)
            store_part(to, acc[i][j], columns - VL * j < VL ? columns - VL * j : VL);
    }
}

/* `tiles` tiles of `rows` pixels each from pixel p on: a loop for every number of rows, which then is a constant. */
#define ROWS(R, NV)                                                                                                    \
    case R:                                                                                                            \
        if (R <= MR)                                                                                                   \
            for (; tiles > 0; tiles--, p += R) gemm_tile(g, p, R <= MR ? R : 1, NV);                                   \
        break;
#define GEMM(NV, MOST)                                                                                                 \
    static void gemm##NV##_tiles(const tessera_gemm *g, long p, long rows, long tiles) {                               \
        switch (rows) {                                                                                                \
            ROWS(1, NV) ROWS(2, NV) ROWS(3, NV) ROWS(4, NV) ROWS(5, NV) ROWS(6, NV) ROWS(7, NV) ROWS(8, NV)            \
        }                                                                                                              \
    }                                                                                                                  \
    static void gemm##NV(const tessera_gemm *g) {                                                                      \
        const long tiles = (g->pixels + (MOST) - 1) / (MOST);                                                          \
        if (tiles == 0) return;                                                                                        \
        const long rows = g->pixels / tiles, larger = g->pixels % tiles;                                               \
        gemm##NV##_tiles(g, 0, rows + 1, larger);                                                                      \
        gemm##NV##_tiles(g, larger * (rows + 1), rows, tiles - larger);                                                \
    }
GEMM(1, MR)
GEMM(2, MR)
GEMM(3, MR)
GEMM(4, WIDE_MR)
#undef GEMM
#undef ROWS

INLINE void gemm_transposed_tile(long count, const float *a, long a_stride, const float *b, long b_stride, float *c,
                                 long c_stride, long columns, const int mr, const int nv) {
    VEC acc[MR][3];
    UNROLL
    for (int i = 0; i < mr; i++) UNROLL
    for (int j = 0; j < nv; j++) acc[i][j] = (VEC){0};
    _Pragma("clang loop unroll_count(UNROLLED)") for (long p = 0; p < count; p++) {
        VEC bp[3];
        UNROLL
        for (int j = 0; j < nv; j++) bp[j] = load(b + VL * j);
        b += b_stride;
        UNROLL
        for (int i = 0; i < mr; i++) {
            VEC ai = splat(a[i]);
            UNROLL
            for (int j = 0; j < nv; j++) acc[i][j] += ai * bp[j];
        }
        a += a_stride;
    }
    UNROLL
    for (int i = 0; i < mr; i++) UNROLL
    for (int j = 0; j < nv; j++) {
        float *to = c + i * c_stride + VL * j;
        long left = columns - VL * j;
        if (left >= VL)
            store(to, load(to) + acc[i][j]);
        else
            for (long l = 0; l < left; l++) to[l] += acc[i][j][l];
    }
}

#define COLUMNS(NV)                                                                                                    \
    static void gemm_transposed##NV(long count, const float *a, long a_stride, long rows, const float *b,              \
                                    long b_stride, float *c, long c_stride, long columns) {                            \
        long i = 0;                                                                                                    \
        for (; i + MR <= rows; i += MR)                                                                                \
            gemm_transposed_tile(count, a + i, a_stride, b, b_stride, c + i * c_stride, c_stride, columns, MR, NV);    \
        for (; i < rows; i++)                                                                                          \
            gemm_transposed_tile(count, a + i, a_stride, b, b_stride, c + i * c_stride, c_stride, columns, 1, NV);     \
    }
COLUMNS(1)
COLUMNS(2)
COLUMNS(3)
#undef COLUMNS

/* Panels of at most 3 vectors. The last one is as narrow as its columns allow, so that no more than one vector past b's
 * row is read. */
static void gemm_transposed(long count, const float *a, long a_stride, long rows, const float *b, long b_stride,
                            long columns, float *c, long c_stride) {
    for (long j = 0; j < columns; j += (PANEL > 3 ? 3 : PANEL) * VL) {
        long left = columns - j;
        if (PANEL > 2 && left > 2 * VL)
            gemm_transposed3(count, a, a_stride, rows, b + j, b_stride, c + j, c_stride, left);
        else if (left > VL)
            gemm_transposed2(count, a, a_stride, rows, b + j, b_stride, c + j, c_stride, left);
        else
            gemm_transposed1(count, a, a_stride, rows, b + j, b_stride, c + j, c_stride, left);
    }
}
