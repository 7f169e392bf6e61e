#include "cases.h"

#include <math.h>
#include <string.h>

/* The definitions: elementwise.def, one element at a time; functions in double. */
static const float alpha = 0.3f, beta = 0.4f;

#define UNARY(NAME, EXPRESSION)                                                                                        \
    case TESSERA_##NAME: return EXPRESSION;
#define FUNCTION(NAME, VECTOR, DEFINITION, SCALE)
static float unary_value(tessera_unary op, float p) {
    switch (op) {
#include "elementwise.def"
    default: break;
    }
    return NAN;
}

/* The value of a function, and what its error is measured by. */
#define FUNCTION(NAME, VECTOR, DEFINITION, SCALE)                                                                      \
    case TESSERA_##NAME: *scale = fabs((double)(SCALE)); return DEFINITION;
static double function_value(tessera_unary op, double p, double *scale) {
    switch (op) {
#include "elementwise.def"
    default: break;
    }
    return NAN;
}

#define BINARY(NAME, EXPRESSION)                                                                                       \
    case TESSERA_##NAME: return EXPRESSION;
static float binary_value(tessera_binary op, float p, float q) {
    switch (op) {
#include "elementwise.def"
    default: break;
    }
    return NAN;
}

#define COMPARISON(NAME, EXPRESSION)                                                                                   \
    case TESSERA_##NAME: return EXPRESSION;
static bool comparison_value(tessera_comparison op, float p, float q) {
    switch (op) {
#include "elementwise.def"
    default: break;
    }
    return false;
}

/* Random numbers, and some that are not like others. */
static float *awkward(trial *t, long count) {
    static const float rare[] = {0, -0.0f, INFINITY, -INFINITY, NAN, 1, -1, 100, -100};
    float *to = reals(t, count);
    for (long i = 0; i < count; i++) {
        const long draw = below(t, 4 * LENGTH(rare));
        to[i] = draw < LENGTH(rare) ? rare[draw] : 8 * to[i];
    }
    return to;
}

static void each_count(trial *t, void (*check)(trial *t, long n, long a_stride, long b_stride)) {
    const long v = t->table->vector;
    EACH(long, n, 0, 1, v - 1, v, v + 1, 4 * v, 4 * v + 3, 300)
    EACH(long, a_stride, 0, 1)
    EACH(long, b_stride, 0, 1) {
        begin(t, "%ld elements, strides %ld and %ld", n, a_stride, b_stride);
        check(t, n, a_stride, b_stride);
    }
}

static void binary_at(trial *t, long n, long a_stride, long b_stride) {
#define BINARY(NAME, EXPRESSION) TESSERA_##NAME,
    static const tessera_binary ops[] = {
#include "elementwise.def"
    };
    const float *a = awkward(t, n + 1), *b = awkward(t, n + 1);
    for (long o = 0; o < LENGTH(ops); o++) {
        begin(t, "operation %ld, %ld elements, strides %ld and %ld", o, n, a_stride, b_stride);
        a = awkward(t, n + 1);
        b = awkward(t, n + 1);
        float *y = reals(t, n), *wanted = copy(t, y, n);
        for (long i = 0; i < n; i++) wanted[i] = binary_value(ops[o], a[i * a_stride], b[i * b_stride]);
        t->table->binary(ops[o], a, a_stride, b, b_stride, y, n);
        expect_near(t, y, wanted, n, 4);
        if (!a_stride) continue;
        y = copy(t, a, n);
        t->table->binary(ops[o], y, a_stride, b, b_stride, y, n);
        expect_near(t, y, wanted, n, 4);
    }
}

void binary_case(trial *t) { each_count(t, binary_at); }

static void unary_at(trial *t, long n, long a_stride, long b_stride) {
#define UNARY(NAME, EXPRESSION) TESSERA_##NAME,
#define FUNCTION(NAME, VECTOR, DEFINITION, SCALE)
    static const tessera_unary ops[] = {
#include "elementwise.def"
    };
    (void)a_stride, (void)b_stride;
    for (long o = 0; o < LENGTH(ops); o++) {
        begin(t, "operation %s, %ld elements", tessera_unary_name(ops[o]), n);
        const float *x = awkward(t, n);
        float *y = reals(t, n), *wanted = copy(t, y, n);
        for (long i = 0; i < n; i++) wanted[i] = unary_value(ops[o], x[i]);
        t->table->unary(ops[o], x, alpha, beta, y, n);
        expect_near(t, y, wanted, n, 4);
    }
}

/* One function on n numbers: near its definition, and with the same bits for every number by itself. */
static void check_function(trial *t, tessera_unary op, const float *x, long n) {
    float *y = reals(t, n), *alone = reals(t, n);
    t->table->unary(op, x, alpha, beta, y, n);
    for (long i = 0; i < n; i++) {
        double scale;
        const double wanted = function_value(op, x[i], &scale),
                     most = 0x1p-22 * fmax(fmax(fabs(wanted), scale), 0x1p-126);
        const bool is_equal = y[i] == (float)wanted || (isnan(y[i]) && isnan(wanted));
        expect(t, is_equal || fabs(y[i] - wanted) <= most, i, y[i], wanted);
        t->table->unary(op, x + i, alpha, beta, alone + i, 1);
    }
    expect_same(t, y, alone, n);
}

/* Every function on numbers of all magnitudes, denormals, infinities and NaN. */
static void functions(trial *t) {
#define UNARY(NAME, EXPRESSION)
#define FUNCTION(NAME, VECTOR, DEFINITION, SCALE) TESSERA_##NAME,
    static const tessera_unary ops[] = {
#include "elementwise.def"
    };
    const long n = 4 * t->table->vector + 3;
    for (long o = 0; o < LENGTH(ops); o++)
        for (uint64_t first = 0; first < (uint64_t)1 << 32; first += 40009 * (uint64_t)n) {
            begin(t, "operation %s, numbers from %llx on", tessera_unary_name(ops[o]), (unsigned long long)first);
            float *x = room(t, n);
            for (long i = 0; i < n; i++) {
                const uint32_t bits = (uint32_t)(first + 40009 * (uint64_t)i);
                memcpy(x + i, &bits, sizeof bits);
            }
            check_function(t, ops[o], x, n);
        }
    for (long o = 0; o < LENGTH(ops); o++) {
        begin(t, "operation %s", tessera_unary_name(ops[o]));
        check_function(t, ops[o], awkward(t, 300), 300);
    }
}

void unary_case(trial *t) {
    each_count(t, unary_at);
    functions(t);
}

static void compare_at(trial *t, long n, long a_stride, long b_stride) {
#define COMPARISON(NAME, EXPRESSION) TESSERA_##NAME,
    static const tessera_comparison ops[] = {
#include "elementwise.def"
    };
    const float *a = awkward(t, n + 1), *b = awkward(t, n + 1);
    unsigned char *y = (unsigned char *)room(t, n + 1);
    for (long o = 0; o < LENGTH(ops); o++) {
        y[n] = 77;
        t->table->compare(ops[o], a, a_stride, b, b_stride, y, n);
        for (long i = 0; i < n; i++) {
            const bool wanted = comparison_value(ops[o], a[i * a_stride], b[i * b_stride]);
            expect(t, y[i] == wanted, i, y[i], wanted);
        }
        expect(t, y[n] == 77, n, y[n], 77);
    }
}

void compare_case(trial *t) { each_count(t, compare_at); }

static void select_at(trial *t, long n, long a_stride, long b_stride) {
    EACH(long, c_stride, 0, 1) {
        const float *a = awkward(t, n + 1), *b = awkward(t, n + 1);
        unsigned char *condition = (unsigned char *)room(t, n + 1);
        for (long i = 0; i <= n; i++) condition[i] = (unsigned char)below(t, 2);
        float *y = reals(t, n), *wanted = copy(t, y, n);
        for (long i = 0; i < n; i++) wanted[i] = condition[i * c_stride] ? a[i * a_stride] : b[i * b_stride];
        t->table->select(condition, c_stride, a, a_stride, b, b_stride, y, n);
        expect_same(t, y, wanted, n);
    }
}

void select_case(trial *t) { each_count(t, select_at); }

static void clip_at(trial *t, long n, long a_stride, long b_stride) {
    const float low = a_stride ? -1 : -INFINITY, high = b_stride ? 0.5f : INFINITY, *x = awkward(t, n);
    float *y = reals(t, n), *wanted = copy(t, y, n);
    for (long i = 0; i < n; i++) wanted[i] = clamped(x[i], low, high);
    t->table->clip(x, low, high, y, n);
    expect_equal(t, y, wanted, n);
    y = copy(t, x, n);
    t->table->clip(y, low, high, y, n);
    expect_equal(t, y, wanted, n);
}

void clip_case(trial *t) { each_count(t, clip_at); }

static void clip_gradient_at(trial *t, long n, long a_stride, long b_stride) {
    const float low = a_stride ? -1 : -INFINITY, high = b_stride ? 0.5f : INFINITY, *x = awkward(t, n),
                *dy = awkward(t, n);
    float *dx = reals(t, n), *wanted = copy(t, dx, n);
    for (long i = 0; i < n; i++) wanted[i] = x[i] >= low && x[i] <= high ? dy[i] : 0;
    t->table->clip_gradient(dy, x, low, high, dx, n);
    expect_equal(t, dx, wanted, n);
    dx = copy(t, dy, n);
    t->table->clip_gradient(dx, x, low, high, dx, n);
    expect_equal(t, dx, wanted, n);
}

void clip_gradient_case(trial *t) { each_count(t, clip_gradient_at); }
