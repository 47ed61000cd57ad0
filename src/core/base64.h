/* Base64 of RFC 4648, section 4: the standard alphabet, with padding. */
#ifndef KF_CORE_BASE64_H
#define KF_CORE_BASE64_H

#include "core/buffer.h"

#include <stdint.h>

/* Decodes in place: the bytes stand at the start of the text afterwards. False, with an undefined text, for anything
 * that encoding the bytes again would not give. */
bool kf_base64_decode(char *text, size_t length, size_t *bytes);
bool kf_base64_append(kf_buffer *buffer, const uint8_t *data, size_t length);

#endif
