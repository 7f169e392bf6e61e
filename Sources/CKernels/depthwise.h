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

/* 3 x 3 without dilation, four pixels whose taps all lie inside: weights stay in registers, columns are loaded once. */
INLINE void depthwise3_four(const tessera_depthwise *d, long c, long p, const VEC *w, VEC bias, VEC low, VEC high,
                            const int stride) {
    VEC acc[4] = {bias, bias, bias, bias};
    const long in_stride = d->in_stride;
    UNROLL
    for (int r = 0; r < 3; r++) {
        if (!d->rows[r]) continue;
        const float *q = d->rows[r] + (p * stride - d->pad) * in_stride + c;
        UNROLL
        for (int x = 0; x < 3 * stride + 3; x++) {
            VEC v = load(q + x * in_stride);
            UNROLL
            for (int t = 0; t < 3; t++) {
                int o = x - t;
                if (o >= 0 && o < 4 * stride && o % stride == 0) acc[o / stride] += v * w[3 * r + t];
            }
        }
    }
    UNROLL
    for (int i = 0; i < 4; i++) depthwise_put(d, c, p + i, acc[i], low, high);
}

INLINE void depthwise3(const tessera_depthwise *d, const int stride) {
    const VEC low = splat(d->low), high = splat(d->high);
    const long first = d->pad > 0 ? (d->pad + stride - 1) / stride : 0, room = d->width - 3 + d->pad;
    long last = room < 0 ? 0 : room / stride + 1;
    if (last > d->pixels) last = d->pixels;
    for (long c = 0; c < d->channels; c += VL) {
        const VEC bias = d->bias ? load(d->bias + c) : (VEC){0};
        VEC w[9];
        UNROLL
        for (int t = 0; t < 9; t++) w[t] = load(d->weights + t * d->channels + c);
        long p = 0;
        for (; p < first && p < d->pixels; p++) depthwise_put(d, c, p, depthwise_pixel(d, c, p, bias), low, high);
        for (; p + 4 <= last; p += 4) depthwise3_four(d, c, p, w, bias, low, high, stride);
        for (; p < d->pixels; p++) depthwise_put(d, c, p, depthwise_pixel(d, c, p, bias), low, high);
    }
}

static void depthwise(const tessera_depthwise *d) {
    if (d->kernel_rows == 3 && d->kernel_columns == 3 && d->dilation == 1 && d->stride == 1) return depthwise3(d, 1);
    if (d->kernel_rows == 3 && d->kernel_columns == 3 && d->dilation == 1 && d->stride == 2) return depthwise3(d, 2);
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
