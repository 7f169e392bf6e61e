/* Depthwise convolution row by row, a vector of channels at a time; the tail of channels goes through the same vector
 * code on memory that may be read past its end, with partial stores. Taps are added in row-major order everywhere; taps
 * outside add nothing. */

INLINE void put(float *to, VEC v, long left) {
    if (left >= VL)
        store(to, v);
    else
        store_part(to, v, left);
}

/* Writes output pixel p: what is added, the bounds, the channels that are there. */
INLINE void depthwise_put(const tessera_depthwise *d, long c, long p, VEC sum, VEC low, VEC high) {
    if (d->addend) sum += load(d->addend + p * d->addend_stride + c);
    put(d->out + p * d->out_stride + c, clamp(sum, low, high), d->channels - c);
}

/* Any kernel, one output pixel. */
INLINE VEC depthwise_pixel(const tessera_depthwise *d, long c, long p, VEC sum) {
    for (long r = 0; r < d->kernel_rows; r++) {
        if (!d->rows[r]) continue;
        for (long t = 0; t < d->kernel_columns; t++) {
            long x = p * d->stride - d->pad + t * d->dilation;
            if (x >= 0 && x < d->width)
                sum += load(d->rows[r] + x * d->in_stride + c) *
                       load(d->weights + (r * d->kernel_columns + t) * d->channels + c);
        }
    }
    return sum;
}

/* Pixels that are computed side by side: columns are loaded once for all of them. */
enum { DEPTHWISE_PIXELS = 4 };

/* Square kernels without dilation, some pixels of which the first `count` are wanted. Where all taps lie inside
 * (`inner`) nothing is checked. Weights come in registers, or are loaded row by row where they are too many for these.
 */
INLINE void depthwise_some(const tessera_depthwise *d, long c, long p, long count, const VEC *w, VEC bias, VEC low,
                           VEC high, const int size, const int stride, const bool inner) {
    VEC acc[DEPTHWISE_PIXELS], row[7];
    UNROLL
    for (int i = 0; i < DEPTHWISE_PIXELS; i++) acc[i] = bias;
    const long in_stride = d->in_stride, first = p * stride - d->pad;
    UNROLL
    for (int r = 0; r < size; r++) {
        if (!d->rows[r]) continue;
        UNROLL
        for (int t = 0; t < size; t++)
            row[t] = w ? w[size * r + t] : load(d->weights + (r * size + t) * d->channels + c);
        const float *q = d->rows[r] + first * in_stride + c;
        UNROLL
        for (int x = 0; x < (DEPTHWISE_PIXELS - 1) * stride + size; x++) {
            if (!inner && (first + x < 0 || first + x >= d->width)) continue;
            VEC v = load(q + x * in_stride);
            UNROLL
            for (int t = 0; t < size; t++) {
                int o = x - t;
                if (o >= 0 && o < DEPTHWISE_PIXELS * stride && o % stride == 0) acc[o / stride] += v * row[t];
            }
        }
    }
    UNROLL
    for (int i = 0; i < DEPTHWISE_PIXELS; i++)
        if (inner || i < count) depthwise_put(d, c, p + i, acc[i], low, high);
}

INLINE void depthwise_square(const tessera_depthwise *d, const int size, const int stride) {
    const VEC low = splat(d->low), high = splat(d->high);
    /* The pixels whose taps all lie inside. */
    const long first = d->pad > 0 ? (d->pad + stride - 1) / stride : 0, room = d->width - size + d->pad;
    const long last = room < 0 ? 0 : room / stride + 1;
    for (long c = 0; c < d->channels; c += VL) {
        const VEC bias = d->bias ? load(d->bias + c) : (VEC){0};
        VEC w[9];
        UNROLL
        for (int t = 0; t < 9; t++) w[t] = size == 3 ? load(d->weights + t * d->channels + c) : (VEC){0};
        const VEC *kept = size == 3 ? w : 0;
        for (long p = 0; p < d->pixels; p += DEPTHWISE_PIXELS) {
            const long count = d->pixels - p;
            if (p >= first && p + DEPTHWISE_PIXELS <= last && count >= DEPTHWISE_PIXELS)
                depthwise_some(d, c, p, DEPTHWISE_PIXELS, kept, bias, low, high, size, stride, true);
            else
                depthwise_some(d, c, p, count, kept, bias, low, high, size, stride, false);
        }
    }
}

#define DEPTHWISE(SIZE, STRIDE)                                                                                        \
    static void depthwise##SIZE##_##STRIDE(const tessera_depthwise *d) { depthwise_square(d, SIZE, STRIDE); }
DEPTHWISE(3, 1)
DEPTHWISE(3, 2)
DEPTHWISE(5, 1)
DEPTHWISE(5, 2)
DEPTHWISE(7, 1)
DEPTHWISE(7, 2)
#undef DEPTHWISE

static void depthwise(const tessera_depthwise *d) {
    if (d->kernel_rows == d->kernel_columns && d->dilation == 1 && d->stride <= 2)
        switch (10 * d->kernel_rows + d->stride) {
        case 31: return depthwise3_1(d);
        case 32: return depthwise3_2(d);
        case 51: return depthwise5_1(d);
        case 52: return depthwise5_2(d);
        case 71: return depthwise7_1(d);
        case 72: return depthwise7_2(d);
        }
    const VEC low = splat(d->low), high = splat(d->high);
    for (long c = 0; c < d->channels; c += VL) {
        const VEC bias = d->bias ? load(d->bias + c) : (VEC){0};
        for (long p = 0; p < d->pixels; p++) depthwise_put(d, c, p, depthwise_pixel(d, c, p, bias), low, high);
    }
}

static void depthwise_input_gradient(const tessera_depthwise *d) {
    for (long x = 0; x < d->pixels; x++) {
        for (long c = 0; c < d->channels; c += VL) {
            VEC sum = {0};
            for (long r = 0; r < d->kernel_rows; r++) {
                if (!d->rows[r]) continue;
                for (long t = 0; t < d->kernel_columns; t++) {
                    long q = x + d->pad - t * d->dilation;
                    if (q < 0 || q % d->stride || q / d->stride >= d->width) continue;
                    sum += load(d->rows[r] + q / d->stride * d->in_stride + c) *
                           load(d->weights + (r * d->kernel_columns + t) * d->channels + c);
                }
            }
            put(d->out + x * d->out_stride + c, sum, d->channels - c);
        }
    }
}

/* Pixels 0 <= p < pixels for which tap t of the row lies inside. */
INLINE void inside(const tessera_depthwise *d, long t, long *first, long *last) {
    long offset = t * d->dilation - d->pad;
    *first = offset >= 0 ? 0 : (-offset + d->stride - 1) / d->stride;
    *last = d->width - offset <= 0 ? 0 : (d->width - offset - 1) / d->stride + 1;
    if (*last > d->pixels) *last = d->pixels;
}

static void depthwise_weight_gradient(const tessera_depthwise *d) {
    const long channels = d->channels, step = d->stride * d->in_stride, dy_stride = d->dy_stride;
    for (long c = 0; c < channels; c += VL) {
        for (long r = 0; r < d->kernel_rows; r++) {
            if (!d->rows[r]) continue;
            for (long t = 0; t < d->kernel_columns; t++) {
                long first, last;
                inside(d, t, &first, &last);
                const float *x = d->rows[r] + (first * d->stride + t * d->dilation - d->pad) * d->in_stride + c,
                            *g = d->dy + first * dy_stride + c;
                /* Four chains hide the latency of the FMA; they are joined in a fixed order. */
                VEC sum[4] = {{0}};
                long p = first;
                for (; p + 4 <= last; p += 4) {
                    UNROLL
                    for (int i = 0; i < 4; i++) sum[i] += load(x + i * step) * load(g + i * dy_stride);
                    x += 4 * step;
                    g += 4 * dy_stride;
                }
                for (; p < last; p++) {
                    sum[0] += load(x) * load(g);
                    x += step;
                    g += dy_stride;
                }
                VEC total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
                float *to = d->out + (r * d->kernel_columns + t) * channels + c;
                for (long l = 0; l < VL && l < channels - c; l++) to[l] += total[l];
            }
        }
    }
}
