/* SPDX-License-Identifier: MIT */
/*
 * A problem with arguments: its kind, its place, and the value. One file puts it into words, for
 * Lua and C alike.
 */
#ifndef AM_PROBLEM_H
#define AM_PROBLEM_H

#include "base/buf.h"
#include "base/visibility.h"
#include "encode/item.h"
#include "encode/tables.h"

AM_BEGIN_HIDDEN

/* X(kind, words): the words follow the place. In them:
 *   %v  the value with its type       %k  the value alone       %q  the same, quoted
 *   %x  its first bytes, quoted       %t  its type              %n %m  count and maximum
 *   %a %b  first and second           %w  the words allowed     %h  the hint, if any
 *   %N %A %O  of the rule: its field, its fields joined by "and", by "or"
 *   %W %F  of the rule: what is counted, how to fix it
 */
#define AM_PROBLEMS(X)                                                                             \
    X(AM_PROBLEM_NONE, "")                                                                         \
    X(AM_PROBLEM_OUT_OF_MEMORY, "out of memory")                                                   \
    X(AM_PROBLEM_TOO_LONG, "the request is above its limit")                                       \
    /* values */                                                                                   \
    X(AM_PROBLEM_NO_STRING, "must be a string, not %v")                                            \
    X(AM_PROBLEM_NO_INTEGER, "must be a whole number, not %v")                                     \
    X(AM_PROBLEM_NO_NUMBER, "must be a number, not %v")                                            \
    X(AM_PROBLEM_NO_BOOLEAN, "must be true or false, not %v")                                      \
    X(AM_PROBLEM_NO_DATE, "must be seconds since 1970 (os.time()) or a string like "               \
                          "\"2026-08-31T12:00:00Z\", not %v")                                      \
    X(AM_PROBLEM_NO_WORD, "must be one of %w%h, not %v")                                           \
    X(AM_PROBLEM_NO_TABLE, "must be a table, not %v")                                              \
    X(AM_PROBLEM_NO_LIST, "must be a list, not %v")                                                \
    X(AM_PROBLEM_NO_STRINGS, "must be a string or a list of strings, not %v")                      \
    X(AM_PROBLEM_NO_HEADERS, "must be a table of strings by name, not %v")                         \
    X(AM_PROBLEM_NO_METADATA, "must be a table of values by name, not %v")                         \
    X(AM_PROBLEM_NO_METADATUM, "must be a string, number, boolean or agentmail.null, not %v")      \
    X(AM_PROBLEM_OBJECT, "is an %a: pass its id")                                                  \
    X(AM_PROBLEM_NO_SEQUENCE, "must be a list: keys 1, 2, 3 … without gaps, and no others")        \
    X(AM_PROBLEM_ONE_ATTACHMENT,                                                                   \
      "must be a list: keys 1, 2, 3 … without gaps, and no others; one "                         \
      "attachment needs braces of its own: { { … } }")                                             \
    X(AM_PROBLEM_NO_UTF8, "is not valid UTF-8 (byte %n); convert the text to UTF-8 first")         \
    X(AM_PROBLEM_KEY_NO_UTF8,                                                                      \
      "has a key that is not valid UTF-8 (byte %n); convert the text to UTF-8 first")              \
    X(AM_PROBLEM_KEY_NO_STRING, "has the key %k; its keys must be strings")                        \
    X(AM_PROBLEM_LINE_BREAK, "must not contain a line break or NUL")                               \
    X(AM_PROBLEM_HEADER_NAME, "has the name %q; a header's name has no colon and no line break")   \
    X(AM_PROBLEM_NOT_FINITE, "is not finite; JSON has no NaN and no infinity")                     \
    X(AM_PROBLEM_ROUNDED,                                                                          \
      "is %k, which the service would round, as all integers beyond ±2^53; pass it "              \
      "as a string")                                                                               \
    X(AM_PROBLEM_UNKNOWN_FIELD, "has the unknown field '%k'%h")                                    \
    X(AM_PROBLEM_NO_JSON, "is a %t, which JSON cannot hold")                                       \
    X(AM_PROBLEM_MIXED, "has both positions and names; JSON has no such table")                    \
    X(AM_PROBLEM_TOO_DEEP, "is nested more than %n levels deep")                                   \
    /* attachments */                                                                              \
    X(AM_PROBLEM_NO_BASE64, "is not base64; pass raw bytes as data = …")                           \
    X(AM_PROBLEM_NO_SOURCE,                                                                        \
      "needs exactly one of path (a file), data (bytes), content (base64) and url")                \
    X(AM_PROBLEM_TWO_SOURCES,                                                                      \
      "has both %a and %b; it needs exactly one of path (a file), data (bytes), "                  \
      "content (base64) and url")                                                                  \
    X(AM_PROBLEM_NO_FILE, "must be the name of a file, not %q")                                    \
    X(AM_PROBLEM_FILE_NO_UTF8,                                                                     \
      "ends in a name that is not valid UTF-8 (byte %n); give filename = \"…\" besides")           \
    X(AM_PROBLEM_FILE_LINE_BREAK,                                                                  \
      "ends in a name that must not contain a line break or NUL; give "                            \
      "filename = \"…\" besides")                                                                  \
    /* fields and parameters */                                                                    \
    X(AM_PROBLEM_REQUIRED, "is required")                                                          \
    X(AM_PROBLEM_NOT_CLEARED, "cannot be cleared with agentmail.null here")                        \
    X(AM_PROBLEM_ALREADY, "is already %q here; leave it out")                                      \
    X(AM_PROBLEM_EMPTY, "must not be empty")                                                       \
    X(AM_PROBLEM_DOTS, "must not be %q: that would be another path")                               \
    X(AM_PROBLEM_KEY_TYPE, "must be a string, not a %t")                                           \
    X(AM_PROBLEM_KEY_EMPTY, "is empty: use 1 to 256 of A-Z a-z 0-9 - . _ ~")                       \
    X(AM_PROBLEM_KEY_CHARACTER, "holds '%a' at position %n: use only A-Z a-z 0-9 - . _ ~")         \
    X(AM_PROBLEM_KEY_INVISIBLE, "holds %a at position %n: use only visible ASCII")                 \
    X(AM_PROBLEM_NO_ETAG, "must be an etag as the service sent it, or false, not %v")              \
    X(AM_PROBLEM_KEY_LONG, "is %n characters long: at most %m are allowed")                        \
    X(AM_PROBLEM_UNKNOWN_PARAMETER, "unknown parameter '%k'%h")                                    \
    X(AM_PROBLEM_TWICE, "'%a' and '%a_' are one parameter; give one of them")                      \
    X(AM_PROBLEM_NO_ARGUMENTS, "takes a table of named parameters, not a %t")                      \
    X(AM_PROBLEM_LONE_AMBIGUOUS, "one string cannot be both '%a' and '%b'; pass a table")          \
    X(AM_PROBLEM_LONE_UNWANTED, "takes a table of named parameters, not the string %q")            \
    X(AM_PROBLEM_BAD_NAMES, "its names must be strings")                                           \
    /* rules */                                                                                    \
    X(AM_PROBLEM_MANY, "%A holds %n %W, at most %m are allowed; %F")                               \
    X(AM_PROBLEM_MANY_TOGETHER, "%A hold %n %W, at most %m are allowed; %F")                       \
    X(AM_PROBLEM_NOTHING_GIVEN, "needs %O; %F")                                                    \
    X(AM_PROBLEM_EXCLUDED, "%N excludes '%a'; %F")                                                 \
    X(AM_PROBLEM_LACKING, "%N needs %O; %F")                                                       \
    X(AM_PROBLEM_BLANK, "%N is blank; %F")                                                         \
    X(AM_PROBLEM_LONG, "%N has %n %W, at most %m are allowed; %F")                                 \
    X(AM_PROBLEM_NO_ITEMS, "%N is empty; %F")                                                      \
    X(AM_PROBLEM_REPEATED, "%N holds %q twice (%n and %m); %F")                                    \
    X(AM_PROBLEM_SYSTEM_LABEL,                                                                     \
      "'%a' holds %q, a label that only the service sets; use one of your own")                    \
    X(AM_PROBLEM_LONG_METADATA,                                                                    \
      "'metadata' has %a of %n characters (%x…), at most %m are allowed; keep "                  \
      "long texts elsewhere and their id here")                                                    \
    X(AM_PROBLEM_MUCH_METADATA,                                                                    \
      "'metadata' has %n keys, at most %m are allowed; put several into one")                      \
    X(AM_PROBLEM_EMPTY_METADATA,                                                                   \
      "'metadata' is {}, which changes nothing; agentmail.null clears it")                         \
    X(AM_PROBLEM_HEADER_BOTH_WAYS,                                                                 \
      "'remove_headers' holds %q, which 'headers' sets; name it in one of "                        \
      "them")                                                                                      \
    X(AM_PROBLEM_ALLOW_REASON, "'reason' is for block lists; leave it out of an allow list")

typedef enum am_problem_kind {
#define AM_PROBLEM_NAME(kind, words) kind,
    AM_PROBLEMS(AM_PROBLEM_NAME)
#undef AM_PROBLEM_NAME
} am_problem_kind;

/* All zero: no problem yet. Its value points into the arguments, so the words must be made before
 * the arguments can change. */
typedef struct am_problem {
    am_problem_kind kind;
    am_buf place;  /* "'to'[2]"; empty: the arguments as a whole */
    am_item value; /* for an unknown name, the name */
    size_t count, most;
    const char *first, *second;
    char character;        /* used if `first` is NULL */
    const am_words *words; /* allowed words, if a hint is possible */
    const am_rule *rule;
} am_problem;

/* Sets a problem with one field, or, for NULL, with all the arguments. Returns false. */
bool am_refuse(am_problem *problem, am_problem_kind kind, const char *field, const am_item *value);
/* Appends the problem in words. The hint is text like " (did you mean 'to'?)", or NULL. */
void am_problem_words(const am_problem *problem, const char *hint, am_buf *out);
/* Appends a string in quotes, as the words show it. */
void am_problem_quote(const am_item *string, am_buf *out);
void am_problem_free(am_problem *problem);

AM_END_HIDDEN
#endif
