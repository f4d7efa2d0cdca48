/* SPDX-License-Identifier: MIT */
/*
 * What the generated tables hold: names, words, fields, rules and the operations themselves.
 * `make tables` writes table_*.[ch] from lua/agentmail/api/ and tools/rules.lua.
 */
#ifndef AM_TABLES_H
#define AM_TABLES_H

#include <stddef.h>

#include "agentmail.h"
#include "base/visibility.h"
#include "encode/table_ids.h"

AM_BEGIN_HIDDEN

/* A name of the API; after its NUL, the name as JSON: "to\0\"to\":". */
typedef struct am_name {
    const char *text;
    size_t size;
} am_name;

extern const am_name am_names[AM_NAMES];

/* The words of a closed set, or names of fields. */
typedef struct am_words {
    const char *const *list;
    size_t count;
} am_words;

extern const am_words am_closed_sets[AM_SETS];

typedef struct am_extension {
    const char *name, *content_type;
} am_extension;

extern const am_extension am_extensions[AM_EXTENSIONS]; /* sorted by name */

typedef enum am_type {
    AM_TYPE_STRING,
    AM_TYPE_INTEGER,
    AM_TYPE_NUMBER,
    AM_TYPE_BOOLEAN,
    AM_TYPE_LINE, /* goes into a mail header: a line break would start another one */
    AM_TYPE_DATE,
    AM_TYPE_STRINGS, /* a string, or a list of strings */
    AM_TYPE_LINES,
    AM_TYPE_HEADERS, /* lines by name */
    AM_TYPE_METADATA,
    AM_TYPE_PERMISSIONS,
    AM_TYPE_ATTACHMENT,
    AM_TYPE_BASE64,
    AM_TYPE_ANY,                               /* any JSON */
    AM_TYPE_RECORD,                            /* and up: the record type - AM_TYPE_RECORD */
    AM_TYPE_WORD = AM_TYPE_RECORD + AM_RECORDS /* and up: the closed set type - AM_TYPE_WORD */
} am_type;

enum {
    AM_FIELD_REQUIRED = 1,
    AM_FIELD_LIST = 2,
    AM_FIELD_NULLABLE = 4,
    AM_FIELD_KEYWORD = 8, /* a Lua keyword: also accepted with a _ appended */
    AM_FIELD_QUERY = 16   /* goes into the query, although the plan has a body */
};

typedef struct am_field {
    unsigned short name; /* in am_names */
    unsigned char type, flags;
} am_field;

/* An object's declared members, in their order. */
typedef struct am_record {
    const char *name; /* in models.lua */
    const am_field *fields;
    size_t count;
    const am_words *known;
} am_record;

extern const am_record am_records[AM_RECORDS];

typedef enum am_rule_kind {
    AM_RULE_AT_MOST,    /* counts the values of all fields together */
    AM_RULE_SOME,       /* at least one of the fields has a value */
    AM_RULE_WITHOUT,    /* if `field` has a value, none of the fields has */
    AM_RULE_NEEDS,      /* if `field` has a value, one of the fields has */
    AM_RULE_DISTINCT,   /* `field` is not empty and holds no value twice */
    AM_RULE_FILLED,     /* `field`, if given, has more than blanks */
    AM_RULE_CHARACTERS, /* counts the characters of the text in `field` */
    AM_RULE_BYTES,
    AM_RULE_JSON_BYTES,
    AM_RULE_SYSTEM_LABELS,
    AM_RULE_METADATA,
    AM_RULE_CLEARED_METADATA,
    AM_RULE_HEADER_BOTH_WAYS,
    AM_RULE_BLOCK_REASON
} am_rule_kind;

typedef struct am_rule {
    am_rule_kind kind;
    unsigned field;
    const unsigned short *fields;
    size_t count, most;
    const char *what, *fix;
} am_rule;

enum {
    AM_PLAN_BODY = 1,          /* fields go into the body, not the query */
    AM_PLAN_BODY_OPTIONAL = 2, /* without fields there is no body, not {} */
    AM_PLAN_ANONYMOUS = 4,     /* needs no API key */
    AM_PLAN_KEYED = 8,         /* also takes idempotency_key */
    AM_PLAN_JOINED = 16,       /* also takes single_page */
    AM_PLAN_MATCHED = 32,      /* also takes if_match */
    AM_PLAN_DELETE_KEY = 64,   /* also takes idempotency_key, of other characters than a send's */
    AM_PLAN_LONG = 128         /* its answer may be long */
};

enum { AM_PLAN_PARAMS = 4, AM_PLAN_FIELDS = 24, AM_PLAN_ITEMS = AM_PLAN_PARAMS + AM_PLAN_FIELDS };

/* A row of operations.lua, compiled. Its texts are offsets in am_plan_texts. */
typedef struct am_plan {
    unsigned short name; /* "inboxes.messages.send" */
    unsigned short method;
    unsigned short path;                  /* with {} for each parameter */
    unsigned short returns;               /* the model of the answer; 0: none */
    unsigned short params, fields, rules; /* first index in the tables below */
    unsigned char param_count, field_count, rule_count;
    unsigned char flags, protection; /* AM_PLAN_, am_protection */
    unsigned short status;           /* of success */
} am_plan;

extern const am_field am_fields[];
extern const am_field am_permissions[AM_PERMISSIONS];
extern const am_rule am_rules[];
extern const unsigned char am_rule_lists[]; /* indexes of am_rules */
extern const char am_plan_texts[];
extern const am_plan am_plans[AM_PLANS]; /* sorted by name */

static inline const char *am_plan_text(unsigned short at)
{
    return am_plan_texts + at;
}

AM_END_HIDDEN
#endif
