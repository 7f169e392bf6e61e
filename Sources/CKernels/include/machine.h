#pragma once
/* What the engine asks of the machine it runs on. */

/* The processors that the scheduler lets this process run on: cpusets and taskset count. At least 1. */
int tessera_available_processors(void);

/* A hint to the processor that this thread is spinning. */
static inline void tessera_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
