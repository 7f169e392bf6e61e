#define _GNU_SOURCE
#include "trial.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const long slack = 16;

float *room(trial *t, long count) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), wanted = (size_t)(count + slack) * sizeof(float);
    if (t->used == LENGTH(t->block)) abort();
    char **at = &t->block[t->used].at;
    size_t *bytes = &t->block[t->used++].bytes;
    if (*bytes < wanted) {
        if (*at) munmap(*at, *bytes + page);
        *bytes = (2 * wanted + page - 1) / page * page;
        *at = mmap(NULL, *bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (*at == MAP_FAILED || mprotect(*at + *bytes, page, PROT_NONE) != 0) abort();
    }
    float *floats = (float *)(void *)(*at + *bytes - wanted);
    for (long i = 0; i < slack; i++) floats[count + i] = NAN;
    return floats;
}

void release(trial *t) {
    for (int i = 0; i < LENGTH(t->block); i++)
        if (t->block[i].at) munmap(t->block[i].at, t->block[i].bytes + (size_t)sysconf(_SC_PAGESIZE));
}

/* splitmix64. */
static uint64_t next(trial *t) {
    uint64_t z = t->seed += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

long below(trial *t, long n) { return (long)(next(t) % (uint64_t)n); }

float *eighths(trial *t, long count) {
    float *to = room(t, count);
    for (long i = 0; i < count; i++) to[i] = (float)(below(t, 33) - 16) / 8;
    return to;
}

float *reals(trial *t, long count) {
    float *to = room(t, count);
    for (long i = 0; i < count; i++) to[i] = (float)(int32_t)next(t) * 0x1p-31f;
    return to;
}

float *copy(trial *t, const float *of, long count) {
    float *to = room(t, count);
    memcpy(to, of, (size_t)count * sizeof *to);
    return to;
}

void begin(trial *t, const char *format, ...) {
    t->used = 0;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(t->where, sizeof t->where, format, arguments);
    va_end(arguments);
}

void expect(trial *t, bool holds, long index, double got, double wanted) {
    if (!holds && t->wrong++ == 0)
        snprintf(t->message, KERNEL_CASE_MESSAGE, "%s: element %ld is %.9g, expected %.9g", t->where, index, got,
                 wanted);
}

void expect_equal(trial *t, const float *got, const float *wanted, long count) {
    for (long i = 0; i < count; i++)
        expect(t, got[i] == wanted[i] || (isnan(got[i]) && isnan(wanted[i])), i, got[i], wanted[i]);
}

void expect_near(trial *t, const float *got, const float *wanted, long count, double ulps) {
    for (long i = 0; i < count; i++) {
        const bool is_equal = got[i] == wanted[i] || (isnan(got[i]) && isnan(wanted[i]));
        expect(t, is_equal || fabs((double)got[i] - wanted[i]) <= ulps * 0x1p-23 * fabs(wanted[i]), i, got[i],
               wanted[i]);
    }
}

void expect_same(trial *t, const float *got, const float *wanted, long count) {
    for (long i = 0; i < count; i++) expect(t, memcmp(got + i, wanted + i, sizeof *got) == 0, i, got[i], wanted[i]);
}

float clamped(double value, float low, float high) { return value < low ? low : value > high ? high : (float)value; }
