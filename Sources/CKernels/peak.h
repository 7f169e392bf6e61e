/* The most that the processor's multiply-adds give: chains in registers that do not wait for one another. */

enum { PEAK_CHAINS = 12 };

static void multiply_adds(long times, float factor, float addend, float *sums, long count) {
    const VEC f = splat(factor), a = splat(addend);
    long i = 0;
    for (; i + PEAK_CHAINS * VL <= count; i += PEAK_CHAINS * VL) {
        VEC s[PEAK_CHAINS];
        UNROLL
        for (int chain = 0; chain < PEAK_CHAINS; chain++) s[chain] = load(sums + i + chain * VL);
        for (long t = 0; t < times; t++) UNROLL
        for (int chain = 0; chain < PEAK_CHAINS; chain++) s[chain] = s[chain] * f + a;
        UNROLL
        for (int chain = 0; chain < PEAK_CHAINS; chain++) store(sums + i + chain * VL, s[chain]);
    }
    for (; i < count; i++)
        for (long t = 0; t < times; t++) sums[i] = sums[i] * factor + addend;
}
