#pragma once
/* One case under way: its random numbers, its memory and what was wrong. */
#include <stddef.h>
#include <stdint.h>

#include "kernel_cases.h"

typedef struct {
    const tessera_kernels *table;
    uint64_t seed;
    char *message;
    long wrong;
    char where[160]; /* the arguments at hand */
    int used; /* blocks of the memory, which are kept from call to call */
    struct {
        char *at;
        size_t bytes;
    } block[32];
} trial;

/* Memory for `count` floats, one vector that may be read, and then none: reading further ends the process. */
float *room(trial *t, long count);
/* Random whole numbers of eighths from -2 to 2. */
float *eighths(trial *t, long count);
/* Random numbers from -1 to 1. */
float *reals(trial *t, long count);
float *copy(trial *t, const float *of, long count);
/* A random whole number below n. */
long below(trial *t, long n);

/* Takes all memory back and says what comes next. */
void begin(trial *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void release(trial *t);
void expect(trial *t, bool holds, long index, double got, double wanted);
/* Equal numbers, or NaN both. */
void expect_equal(trial *t, const float *got, const float *wanted, long count);
/* Within `ulps` roundings of float32. */
void expect_near(trial *t, const float *got, const float *wanted, long count, double ulps);
/* The same bits. */
void expect_same(trial *t, const float *got, const float *wanted, long count);

#define LENGTH(array) ((long)(sizeof(array) / sizeof *(array)))
#define EACH(type, name, ...)                                                                                          \
    for (type name##_all[] = {__VA_ARGS__}, *name##_at = name##_all, name;                                             \
         name##_at < name##_all + LENGTH(name##_all) && (name = *name##_at, true); name##_at++)

float clamped(double value, float low, float high);
