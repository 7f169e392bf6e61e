#pragma once
/* What the engine asks of the machine it runs on. */

/* The processors that the scheduler lets this process run on: cpusets and taskset count. At least 1. */
int tessera_available_processors(void);

/* The processor that this thread is on, or -1. */
int tessera_current_processor(void);

/* Keeps this thread off a processor, where it may run on others. */
void tessera_avoid_processor(int processor);

/* Adds to what several threads add to at once. */
static inline void tessera_add(long *sum, long value) { __atomic_fetch_add(sum, value, __ATOMIC_RELAXED); }

/* A hint to the processor that this thread is spinning. */
static inline void tessera_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
