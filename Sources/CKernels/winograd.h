/* Winograd's F(4 x 4, 3 x 3) after Lavin and Gray (2016): 4 x 4 outputs of a 3 x 3 convolution from 6 x 6 inputs, with
 * 36 products a channel instead of 144. Here are the transforms of inputs and outputs; the products are GEMM's. */

/* Of 6 inputs in one dimension. */
INLINE void winograd_spread(const VEC d[6], VEC t[6]) {
    const VEC a = d[4] - 4.0f * d[2], b = d[3] - 4.0f * d[1], c = d[4] - d[2], e = 2.0f * (d[3] - d[1]);
    t[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];
    t[1] = a + b;
    t[2] = a - b;
    t[3] = c + e;
    t[4] = c - e;
    t[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
}

/* To 4 outputs in one dimension. */
INLINE void winograd_gather(const VEC m[6], VEC y[4]) {
    const VEC p = m[1] + m[2], q = m[1] - m[2], r = m[3] + m[4], s = m[3] - m[4];
    y[0] = m[0] + p + r;
    y[1] = q + 2.0f * s;
    y[2] = p + 4.0f * r;
    y[3] = q + 8.0f * s + m[5];
}

INLINE void winograd_input_tile(const tessera_winograd_input *w, long c, long t, const bool inner) {
    const long x = 4 * t - w->pad;
    VEC half[6][6], d[6], to[6];
    UNROLL
    for (int j = 0; j < 6; j++) {
        const bool is_there = inner || (x + j >= 0 && x + j < w->width);
        UNROLL
        for (int i = 0; i < 6; i++)
            d[i] = is_there && w->rows[i] ? load(w->rows[i] + (x + j) * w->in_stride + c) : (VEC){0};
        winograd_spread(d, to);
        UNROLL
        for (int i = 0; i < 6; i++) half[i][j] = to[i];
    }
    float *out = w->out + t * w->tile_stride + c;
    UNROLL
    for (int i = 0; i < 6; i++) {
        winograd_spread(half[i], to);
        UNROLL
        for (int j = 0; j < 6; j++) store(out + (6 * i + j) * w->plane_stride, to[j]);
    }
}

static void winograd_input(const tessera_winograd_input *w) {
    for (long c = 0; c < w->channels; c += VL)
        for (long t = 0; t < w->tiles; t++) {
            const long x = 4 * t - w->pad;
            if (x >= 0 && x + 6 <= w->width)
                winograd_input_tile(w, c, t, true);
            else
                winograd_input_tile(w, c, t, false);
        }
}

static void winograd_output(const tessera_winograd_output *w) {
    const VEC low = splat(w->low), high = splat(w->high);
    for (long c = 0; c < w->channels; c += VL) {
        const long left = w->channels - c;
        const VEC bias = w->bias ? load(w->bias + c) : (VEC){0};
        for (long t = 0; t < w->tiles; t++) {
            const float *in = w->in + t * w->tile_stride + c;
            VEC half[4][6], m[6], y[4];
            UNROLL
            for (int j = 0; j < 6; j++) {
                UNROLL
                for (int i = 0; i < 6; i++) m[i] = load(in + (6 * i + j) * w->plane_stride);
                winograd_gather(m, y);
                UNROLL
                for (int i = 0; i < 4; i++) half[i][j] = y[i];
            }
            UNROLL
            for (int i = 0; i < 4; i++) {
                if (!w->rows[i]) continue;
                winograd_gather(half[i], y);
                UNROLL
                for (int j = 0; j < 4; j++) {
                    const long x = 4 * t + j;
                    if (x < w->first || x >= w->end) continue;
                    VEC v = y[j] + bias;
                    if (w->addend[i]) v += load(w->addend[i] + x * w->addend_stride + c);
                    v = clamp(v, low, high);
                    float *to = w->rows[i] + x * w->out_stride + c;
                    if (left >= VL)
                        store(to, v);
                    else
                        store_part(to, v, left);
                }
            }
        }
    }
}
