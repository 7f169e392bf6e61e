/* Norms: sums over the pixels of one block, and the sweeps that apply them. A float sum runs over RUN pixels at most:
   equal values, as behind a global mean, are all rounded the same way, and the error would grow with their number until
   dx, from which gradients further back take the sum, no longer sums to 0. Runs are joined by compensated addition, in
   double at the end. */

#define FLUSH 4096
#define RUN 32

typedef struct {
    VEC sum, excess;
} compensated;

/* Kahan's: what `sum` takes in too much is kept back from the next addend. */
INLINE void add_run(compensated *total, const VEC s[4]) {
    const VEC addend = ((s[0] + s[1]) + (s[2] + s[3])) - total->excess, next = total->sum + addend;
    const VEC excess = (next - total->sum) - addend;
    /* Of an infinite sum it would be NaN. */
    total->excess = choose(excess == excess, excess, (VEC){0});
    total->sum = next;
}

INLINE void add_to(double *sums, const compensated *total, long lanes) {
    for (long l = 0; l < VL && l < lanes; l++) sums[l] += (double)total->sum[l] - (double)total->excess[l];
}

/* Sums of x - centre, or of its squares, over all pixels of each channel. */
INLINE void centred_sums(const float *x, const double *centres, const bool squares, long stride, long pixels,
                         long channels, double *sums) {
    for (long start = 0; start < pixels; start += FLUSH) {
        const long end = pixels - start < FLUSH ? pixels : start + FLUSH;
        for (long c = 0; c < channels; c += VL) {
            VEC centre = {0};
            for (long l = 0; centres && l < VL && l < channels - c; l++) centre[l] = (float)centres[c + l];
            compensated total = {{0}, {0}};
            const float *q = x + start * stride + c;
            for (long run = start; run < end; run += RUN) {
                const long n = end - run < RUN ? end - run : RUN;
                VEC s[4] = {{0}};
                long p = 0;
                for (; p + 4 <= n; p += 4, q += 4 * stride) UNROLL
                for (int i = 0; i < 4; i++) {
                    const VEC v = load(q + i * stride) - centre;
                    s[i] += squares ? v * v : v;
                }
                for (; p < n; p++, q += stride) {
                    const VEC v = load(q) - centre;
                    s[0] += squares ? v * v : v;
                }
                add_run(&total, s);
            }
            add_to(sums + c, &total, channels - c);
        }
    }
}

static void channel_sums(const float *x, long x_stride, long pixels, long channels, double *sums) {
    centred_sums(x, 0, false, x_stride, pixels, channels, sums);
}

static void moments(const float *x, long x_stride, long pixels, long channels, double *mean, double *m2) {
    for (long c = 0; c < channels; c++) mean[c] = m2[c] = 0;
    channel_sums(x, x_stride, pixels, channels, mean);
    for (long c = 0; c < channels; c++) mean[c] /= pixels;
    centred_sums(x, mean, true, x_stride, pixels, channels, m2);
    /* The centre was rounded to float: sum (x - m)^2 = sum (x - c)^2 - n (m - c)^2. */
    for (long c = 0; c < channels; c++) {
        double shift = mean[c] - (double)(float)mean[c];
        m2[c] -= pixels * shift * shift;
        if (m2[c] < 0) m2[c] = 0;
    }
}

static void scale_shift(const float *x, long x_stride, const float *scale, const float *shift, float low, float high,
                        float *y, long y_stride, long pixels, long channels) {
    const VEC lo = splat(low), hi = splat(high);
    for (long p = 0; p < pixels; p++, x += x_stride, y += y_stride) {
        long c = 0;
        for (; c + VL <= channels; c += VL)
            store(y + c, clamp(load(x + c) * load(scale + c) + load(shift + c), lo, hi));
        if (c < channels)
            store_part(y + c, clamp(load(x + c) * load(scale + c) + load(shift + c), lo, hi), channels - c);
    }
}

INLINE VEC gated(VEC dy, VEC x, VEC scale, VEC shift, const bool masks) {
    return masks ? choose(x * scale + shift > 0, dy, (VEC){0}) : dy;
}

INLINE void gradient_sums(const float *dy, long dy_stride, const float *x, long x_stride, const float *mean,
                          const float *scale, const float *shift, const bool masks, long pixels, long channels,
                          double *sum_g, double *sum_gx) {
    for (long start = 0; start < pixels; start += FLUSH) {
        const long end = pixels - start < FLUSH ? pixels : start + FLUSH;
        for (long c = 0; c < channels; c += VL) {
            const VEC m = load(mean + c), sc = load(scale + c), sh = load(shift + c);
            compensated total = {{0}, {0}}, moment = {{0}, {0}};
            const float *q = x + start * x_stride + c, *g = dy + start * dy_stride + c;
            for (long run = start; run < end; run += RUN) {
                const long n = end - run < RUN ? end - run : RUN;
                VEC s[4] = {{0}}, t[4] = {{0}};
                long p = 0;
                for (; p + 4 <= n; p += 4, q += 4 * x_stride, g += 4 * dy_stride) UNROLL
                for (int i = 0; i < 4; i++) {
                    const VEC v = load(q + i * x_stride), e = gated(load(g + i * dy_stride), v, sc, sh, masks);
                    s[i] += e;
                    t[i] += e * (v - m);
                }
                for (; p < n; p++, q += x_stride, g += dy_stride) {
                    const VEC v = load(q), e = gated(load(g), v, sc, sh, masks);
                    s[0] += e;
                    t[0] += e * (v - m);
                }
                add_run(&total, s);
                add_run(&moment, t);
            }
            add_to(sum_g + c, &total, channels - c);
            add_to(sum_gx + c, &moment, channels - c);
        }
    }
}

static void norm_gradient_sums(const float *dy, long dy_stride, const float *x, long x_stride, const float *mean,
                               const float *scale, const float *shift, bool masks, long pixels, long channels,
                               double *sum_g, double *sum_gx) {
    if (masks)
        gradient_sums(dy, dy_stride, x, x_stride, mean, scale, shift, true, pixels, channels, sum_g, sum_gx);
    else
        gradient_sums(dy, dy_stride, x, x_stride, mean, scale, shift, false, pixels, channels, sum_g, sum_gx);
}

INLINE void gradient_sweep(const float *dy, long dy_stride, const float *x, long x_stride, const float *scale,
                           const float *shift, const bool masks, const float *a, const float *b, const float *k,
                           float *dx, long dx_stride, long pixels, long channels) {
    for (long p = 0; p < pixels; p++, x += x_stride, dy += dy_stride, dx += dx_stride) {
        for (long c = 0; c < channels; c += VL) {
            VEC v = load(x + c), e = gated(load(dy + c), v, load(scale + c), load(shift + c), masks);
            put(dx + c, e * load(a + c) + (v * load(b + c) + load(k + c)), channels - c);
        }
    }
}

static void norm_gradient(const float *dy, long dy_stride, const float *x, long x_stride, const float *scale,
                          const float *shift, bool masks, const float *a, const float *b, const float *c, float *dx,
                          long dx_stride, long pixels, long channels) {
    if (masks)
        gradient_sweep(dy, dy_stride, x, x_stride, scale, shift, true, a, b, c, dx, dx_stride, pixels, channels);
    else
        gradient_sweep(dy, dy_stride, x, x_stride, scale, shift, false, a, b, c, dx, dx_stride, pixels, channels);
}
