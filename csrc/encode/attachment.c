/* SPDX-License-Identifier: MIT */
/* Attachments: a file, bytes in memory, or one of the API's own two forms. */
#include <stdlib.h>
#include <string.h>

#include "encode/writer.h"

enum { NAME, CONTENT_TYPE, DISPOSITION, ID, CONTENT, URL, MEMBERS };

static const am_field fields[MEMBERS] = {
    {AM_NAME_filename, AM_TYPE_LINE, 0},
    {AM_NAME_content_type, AM_TYPE_LINE, 0},
    {AM_NAME_content_disposition, AM_TYPE_WORD + AM_SET_content_disposition, 0},
    {AM_NAME_content_id, AM_TYPE_LINE, 0},
    {AM_NAME_content, AM_TYPE_BASE64, 0},
    {AM_NAME_url, AM_TYPE_STRING, 0}};

static const char *const names[] = {"filename",   "content_type", "content_disposition",
                                    "content_id", "content",      "url",
                                    "path",       "data"};
static const am_words known = {names, sizeof names / sizeof names[0]};

/* An attachment, read. */
typedef struct attachment {
    am_item members[MEMBERS], path, data;
    const char *sources[2]; /* those given of path, data, content and url */
    size_t source_count;
} attachment;

static int by_name(const void *key, const void *entry)
{
    return strcmp(key, ((const am_extension *)entry)->name);
}

/* The content type guessed from a file name; NULL: unknown. */
static const char *content_type_of(const am_bytes *name)
{
    enum { LONGEST = 8 };
    char extension[LONGEST + 1];
    size_t from = name->size;
    while (from > 0 && name->size - from <= LONGEST) {
        char c = name->data[from - 1];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
            break;
        from--;
    }
    size_t size = name->size - from;
    if (from == 0 || size == 0 || size > LONGEST || name->data[from - 1] != '.')
        return NULL;
    for (size_t i = 0; i < size; i++) {
        char c = name->data[from + i];
        extension[i] = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
    }
    extension[size] = '\0';
    const am_extension *found =
        bsearch(extension, am_extensions, AM_EXTENSIONS, sizeof am_extensions[0], by_name);
    return found ? found->content_type : NULL;
}

static void add_source(attachment *it, const am_item *value, const char *name)
{
    if (value->kind != AM_ITEM_NIL && it->source_count < 2)
        it->sources[it->source_count++] = name;
}

/* False: out of memory. */
static bool read_attachment(am_writer *w, intptr_t ref, attachment *it)
{
    const am_reader *reader = w->reader;
    bool failed = false;
    for (int i = 0; i < MEMBERS; i++) {
        reader->get(reader->user, ref, fields[i].name, &it->members[i]);
        failed = failed || it->members[i].kind == AM_ITEM_FAILED;
    }
    reader->get(reader->user, ref, AM_NAME_path, &it->path);
    reader->get(reader->user, ref, AM_NAME_data, &it->data);
    it->source_count = 0;
    add_source(it, &it->path, "path");
    add_source(it, &it->data, "data");
    add_source(it, &it->members[CONTENT], "content");
    add_source(it, &it->members[URL], "url");
    return !failed && it->path.kind != AM_ITEM_FAILED && it->data.kind != AM_ITEM_FAILED;
}

static bool refuse_sources(am_writer *w, const attachment *it)
{
    if (it->source_count == 0)
        return am_fail(w, AM_PROBLEM_NO_SOURCE, NULL);
    am_fail(w, AM_PROBLEM_TWO_SOURCES, NULL);
    w->problem->first = it->sources[0];
    w->problem->second = it->sources[1];
    return false;
}

static bool is_file_name(const am_bytes *path)
{
    return path->size > 0 && strlen(path->data) == path->size && path->data[path->size - 1] != '/';
}

/* A mail names a file by the last part of its path. */
static bool name_file(am_writer *w, attachment *it)
{
    const char *path = it->path.as.string.data, *slash = strrchr(path, '/');
    am_item *name = &it->members[NAME];
    if (!is_file_name(&it->path.as.string))
        return am_fail(w, AM_PROBLEM_NO_FILE, &it->path);
    if (name->kind != AM_ITEM_NIL)
        return true;
    *name = it->path;
    name->as.string.data = slash ? slash + 1 : path;
    name->as.string.size -= (size_t)(name->as.string.data - path);
    size_t wrong = am_utf8_error(name->as.string.data, name->as.string.size);
    if (wrong) {
        am_fail(w, AM_PROBLEM_FILE_NO_UTF8, &it->path);
        w->problem->count = wrong;
        return false;
    }
    return !strpbrk(name->as.string.data, "\r\n") ||
           am_fail(w, AM_PROBLEM_FILE_LINE_BREAK, &it->path);
}

static bool check_source(am_writer *w, attachment *it, const am_item *source)
{
    bool is_path = source == &it->path;
    am_place here = {w->place, AM_PLACE_MEMBER, {is_path ? "path" : "data", 4}};
    w->place = &here;
    bool fine = source->kind == AM_ITEM_STRING || am_fail(w, AM_PROBLEM_NO_STRING, source);
    fine = fine && (!is_path || name_file(w, it));
    w->place = here.outer;
    return fine;
}

static bool add_file(am_writer *w, const am_item *source, bool is_path)
{
    am_written *written = w->written;
    if (written->file_count == written->file_capacity) {
        size_t capacity = written->file_capacity ? written->file_capacity * 2 : 4;
        am_file *files = realloc(written->files, capacity * sizeof *files);
        if (!files)
            return am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL);
        written->files = files;
        written->file_capacity = capacity;
    }
    written->files[written->file_count++] = (am_file){.at = w->out->size,
                                                      .is_path = is_path,
                                                      .bytes = source->as.string,
                                                      .name = w->field,
                                                      .position = w->place->name.size};
    return true;
}

static bool write_member(am_writer *w, const am_field *field, const am_item *value)
{
    return am_write_scalar(w, field->type, value);
}

bool am_write_attachment(am_writer *w, const am_item *value)
{
    static const am_record record = {"attachment", fields, MEMBERS, &known};
    attachment it;
    if (value->kind != AM_ITEM_TABLE)
        return am_fail(w, AM_PROBLEM_NO_TABLE, value);
    if (!read_attachment(w, value->as.table.ref, &it))
        return am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL);
    if (it.source_count != 1)
        return am_write_record(w, &record, value, it.members, write_member) &&
               refuse_sources(w, &it);
    bool is_path = it.path.kind != AM_ITEM_NIL;
    if (!is_path && it.data.kind == AM_ITEM_NIL)
        return am_write_record(w, &record, value, it.members, write_member);
    const am_item *source = is_path ? &it.path : &it.data;
    if (!check_source(w, &it, source))
        return false;
    const am_item *name = &it.members[NAME];
    am_item *type = &it.members[CONTENT_TYPE];
    if (type->kind == AM_ITEM_NIL && name->kind == AM_ITEM_STRING) {
        const char *suggested = content_type_of(&name->as.string);
        if (suggested)
            *type = (am_item){AM_ITEM_STRING, {.string = {suggested, strlen(suggested)}}};
    }
    if (!am_write_record(w, &record, value, it.members, write_member))
        return false;
    if (w->out->error)
        return true; /* the error is checked at the end */
    w->out->size--;  /* the brace */
    am_put(w, w->out->data[w->out->size - 1] == '{' ? "" : ",");
    am_put(w, "\"content\":\"");
    if (!add_file(w, source, is_path))
        return false;
    am_put(w, "\"}");
    return true;
}
