/* Options structs of all kinds begin with their size. */
#ifndef KF_CORE_OPTIONS_H
#define KF_CORE_OPTIONS_H

#include <stddef.h>
#include <string.h>

/* What every …_options_init() does: `size` is the struct's as the caller knows it. NULL is allowed. */
static inline void kf_options_clear(void *options, size_t size)
{
    if (options == NULL || size < sizeof size)
        return;
    memset(options, 0, size);
    memcpy(options, &size, sizeof size);
}

#endif
