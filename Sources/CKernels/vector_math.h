/* Functions of vectors as polynomials, the same on every instruction set: within 2 roundings of float32 over the whole
 * range, infinities and NaN as C's. A lane depends on its own operand alone, so an element has the same bits wherever
 * it lies in a run. */

/* The whole number nearest to x, for |x| < 2^22: the addend leaves no place for a fraction. */
typedef struct {
    VEC value;
    IVEC integer;
} whole;

INLINE whole nearest(VEC x) {
    const VEC shift = splat(0x1.8p23f), shifted = x + shift;
    return (whole){shifted - shift, (IVEC)shifted - (IVEC)shift};
}

INLINE VEC magnitude(VEC x) { return (VEC)((IVEC)x & 0x7fffffff); }
/* |x| with the sign of s. */
INLINE VEC with_sign(VEC x, VEC s) { return (VEC)(((IVEC)x & 0x7fffffff) | ((IVEC)s & ~0x7fffffff)); }
/* 2^n for normal results. */
INLINE VEC power_of_two(IVEC n) { return (VEC)((n + 127) << 23); }

/* (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2. */
INLINE VEC exponential_tail(VEC r) {
    VEC p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    return p * r + 5.0000001201e-1f;
}

/* e^x = 2^n e^r with |r| <= ln 2 / 2; two factors for 2^n, since n is beyond the exponents at both ends. */
INLINE VEC exponential(VEC x) {
    x = clamp(x, splat(-104), splat(89));
    const whole n = nearest(x * 1.44269504f);
    const VEC r = (x - n.value * 0.693359375f) + n.value * 2.12194440e-4f;
    const VEC p = exponential_tail(r) * (r * r) + r + 1;
    const IVEC half = n.integer >> 1;
    return p * power_of_two(half) * power_of_two(n.integer - half);
}

/* e^x - 1 for x <= 0: where that is near 0, the series without its 1. */
INLINE VEC exponential_minus_one(VEC x) {
    const VEC near = exponential_tail(x) * (x * x) + x;
    return choose(x > -0.34f, near, exponential(x) - 1);
}

INLINE VEC logistic(VEC x) {
    const VEC e = exponential(-magnitude(x));
    return choose(x < 0, e, splat(1)) / (1 + e);
}

INLINE VEC hyperbolic_tangent(VEC x) {
    const VEC a = magnitude(x), s = a * a;
    VEC p = s * -5.70498872745e-3f + 2.06390887954e-2f;
    p = p * s - 5.37397155531e-2f;
    p = p * s + 1.33314422036e-1f;
    p = p * s - 3.33332819422e-1f;
    const VEC near = p * s * a + a, far = 1 - 2 / (exponential(2 * a) + 1);
    return with_sign(choose(a < 0.625f, near, far), x);
}

/* Near 0 a polynomial in x^2, further out 1 - e^p. */
INLINE VEC error_function(VEC x) {
    const VEC a = magnitude(x), s = a * a;
    VEC p = s * -5.96761703e-4f + 4.99119423e-3f;
    p = p * s - 2.67681349e-2f;
    p = p * s + 1.12819925e-1f;
    p = p * s - 3.76125336e-1f;
    p = p * s + 1.28379166e-1f;
    const VEC near = p * a + a;
    VEC q = (a * -1.72853470e-5f + 3.83197126e-4f) * s + (a * -3.88396438e-3f + 2.42546219e-2f);
    q = q * a - 1.06777877e-1f;
    q = q * a - 6.34846687e-1f;
    q = q * a - 1.28717512e-1f;
    q = q * a - a;
    const VEC far = 1 - exponential(q);
    return with_sign(choose(a > 0.927734375f, far, near), x);
}

/* ln x = n ln 2 + ln m with m from sqrt(1/2) to sqrt(2). */
INLINE VEC natural_logarithm(VEC x) {
    const IVEC is_small = x < 0x1p-126f;
    const VEC scaled = choose(is_small, x * 0x1p25f, x);
    const IVEC bits = (IVEC)scaled - 0x3f3504f3, n = bits >> 23;
    const VEC f = (VEC)((bits & 0x7fffff) + 0x3f3504f3) - 1;
    const VEC e = __builtin_convertvector(n, VEC) - choose(is_small, splat(25), splat(0));
    VEC p = f * 7.0376836292e-2f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    const VEC s = f * f, rest = p * (s * f) - e * 2.12194440e-4f - s * 0.5f;
    VEC y = f + rest + e * 0.693359375f;
    y = choose(x == __builtin_inff(), x, y);
    y = choose(x == 0, splat(-__builtin_inff()), y);
    return choose((x < 0) | (x != x), splat(__builtin_nanf("")), y);
}

/* ln(1 + x) for x >= 0: what 1 + x loses of x is put back. */
INLINE VEC logarithm_of_one_plus(VEC x) {
    const VEC u = 1 + x;
    return natural_logarithm(u) + (x - (u - 1)) / u;
}

INLINE VEC softplus(VEC x) {
    const VEC positive = choose(x < 0, splat(0), x);
    return positive + logarithm_of_one_plus(exponential(-magnitude(x)));
}

/* x times the normal distribution's function, by the error function. */
INLINE VEC gaussian_gate(VEC x) { return 0.5f * x * (1 + error_function(x * 0.707106781f)); }

/* The same by a hyperbolic tangent: sqrt(2 / pi) (x + 0.044715 x^3). */
INLINE VEC gaussian_gate_by_tanh(VEC x) {
    return 0.5f * x * (1 + hyperbolic_tangent(0.797884561f * (x + 0.044715f * x * x * x)));
}
