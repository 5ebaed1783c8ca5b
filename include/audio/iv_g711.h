/* iv_g711: ITU-T G.711 µ-law and A-law, by table. Bytes on the telephone, 16-bit samples inside. */
#ifndef IV_G711_H
#define IV_G711_H

#include <stddef.h>
#include <stdint.h>

void iv_ulaw_decode(const uint8_t *in, size_t n, int16_t *out);
void iv_ulaw_encode(const int16_t *in, size_t n, uint8_t *out);
void iv_alaw_decode(const uint8_t *in, size_t n, int16_t *out);
void iv_alaw_encode(const int16_t *in, size_t n, uint8_t *out);
#define IV_ULAW_SILENCE 0xff

#endif
