/* llm: what the registry must know about answers given whole that still hold a connection. */
#ifndef LLM_H
#define LLM_H

struct iv_providers;

void llm_drop_lingering(struct iv_providers *p);

#endif
