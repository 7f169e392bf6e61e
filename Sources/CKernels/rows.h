/* Functions of dense rows, each by itself. Sums run over vectors in float and are joined as in norm.h; what is left of
 * a row is added in double. */

typedef double DOUBLES __attribute__((vector_size(VL * 8)));

/* All lanes of a sum, halves first. */
INLINE double lanes_of(const compensated *total) {
    const DOUBLES all = __builtin_convertvector(total->sum, DOUBLES) - __builtin_convertvector(total->excess, DOUBLES);
    double lanes[VL];
    for (int l = 0; l < VL; l++) lanes[l] = all[l];
    UNROLL
    for (int half = VL / 2; half > 0; half /= 2) UNROLL
    for (int l = 0; l < half; l++) lanes[l] += lanes[l + half];
    return lanes[0];
}

/* The sum of x - centre over a row, or of its squares. */
INLINE double row_sum(const float *x, float centre, const bool squares, long n) {
    compensated total = {{0}, {0}};
    long i = 0;
    while (i + VL <= n) {
        const long end = n - i < RUN * VL ? n : i + RUN * VL;
        VEC s[4] = {{0}};
        for (; i + 4 * VL <= end; i += 4 * VL) UNROLL
        for (int k = 0; k < 4; k++) {
            const VEC v = load(x + i + k * VL) - centre;
            s[k] += squares ? v * v : v;
        }
        for (; i + VL <= end; i += VL) {
            const VEC v = load(x + i) - centre;
            s[0] += squares ? v * v : v;
        }
        add_run(&total, s);
    }
    double sum = lanes_of(&total);
    for (; i < n; i++) {
        const double v = (double)x[i] - centre;
        sum += squares ? v * v : v;
    }
    return sum;
}

INLINE void store_up_to(float *p, VEC v, long n) {
    if (n >= VL)
        store(p, v);
    else
        store_part(p, v, n);
}

static void layer_norm(const float *x, const float *scale, const float *bias, double epsilon, float *y, long rows,
                       long columns) {
    for (long r = 0; r < rows; r++, x += columns, y += columns) {
        const double mean = row_sum(x, 0, false, columns) / columns, rest = mean - (double)(float)mean;
        /* The centre was rounded to float. */
        const double variance = row_sum(x, (float)mean, true, columns) / columns - rest * rest;
        const float centre = (float)mean, slope = (float)(1 / sqrt((variance > 0 ? variance : variance * 0) + epsilon));
        for (long i = 0; i < columns; i += VL) {
            const VEC v = (load(x + i) - centre) * slope * load(scale + i);
            store_up_to(y + i, bias ? v + load(bias + i) : v, columns - i);
        }
    }
}

INLINE float row_maximum(const float *x, long n) {
    VEC most = splat(-__builtin_inff());
    long i = 0;
    for (; i + VL <= n; i += VL) {
        const VEC v = load(x + i);
        most = choose(v > most, v, most);
    }
    float lanes[VL];
    store(lanes, most);
    UNROLL
    for (int half = VL / 2; half > 0; half /= 2) UNROLL
    for (int l = 0; l < half; l++) lanes[l] = lanes[l + half] > lanes[l] ? lanes[l + half] : lanes[l];
    float result = lanes[0];
    for (; i < n; i++) result = x[i] > result ? x[i] : result;
    return result;
}

/* The exponentials are written to y, summed there, and divided by their sum. */
static void softmax(const float *x, bool logarithm, float *y, long rows, long columns) {
    for (long r = 0; r < rows; r++, x += columns, y += columns) {
        const float most = row_maximum(x, columns);
        for (long i = 0; i < columns; i += VL) store_up_to(y + i, exponential(load(x + i) - most), columns - i);
        const double sum = row_sum(y, 0, false, columns);
        const float factor = (float)(1 / sum), below = (float)log(sum);
        for (long i = 0; i < columns; i += VL)
            store_up_to(y + i, logarithm ? (load(x + i) - most) - below : load(y + i) * factor, columns - i);
    }
}
