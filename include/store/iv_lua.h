/* iv_lua: scripts that run inside Redis, each a file of src/store/NAME.lua, which says what it takes and answers. */
#ifndef IV_LUA_H
#define IV_LUA_H

#include "iv_redis.h"

extern struct iv_script iv_lua_slots;

#endif
