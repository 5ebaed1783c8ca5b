/* iv_schema: is a value what a JSON Schema (2020-12) asks for? For schemas that tenants write and values that models
 * and tools answer with. Understood: type, enum, const, properties, required, additionalProperties, items, minItems,
 * maxItems, uniqueItems, minLength, maxLength, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf,
 * anyOf, oneOf, allOf, not, $ref into $defs or definitions of the same document. Any other word that would refuse
 * values (pattern, if, contains …) makes the schema itself refused: what is promised is held. Words that only
 * describe are ignored. */
#ifndef IV_SCHEMA_H
#define IV_SCHEMA_H

#include "iv_json.h"

/* e->field is the JSON pointer into the schema. */
IV_MUST_CHECK bool iv_schema_ok(const cJSON *schema, struct iv_err *e);
/* The schema must be one that iv_schema_ok took. e->field is the JSON pointer into the value ("/tags/2", cut when very
 * long; "" is the whole), e->msg the rule that was broken; of the value they hold its members' names and no more.
 * Bounded: a pair that would take more than 100,000 comparisons is refused with IV_ETOOBIG. */
IV_MUST_CHECK bool iv_schema_check(const cJSON *schema, const cJSON *value, struct iv_err *e);

#endif
