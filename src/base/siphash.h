/* SipHash-2-4 (Aumasson, Bernstein 2012): a keyed hash that a peer cannot steer into collisions. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include "iv_str.h"

uint64_t iv_siphash(const uint64_t key[2], struct iv_str bytes);

#endif
