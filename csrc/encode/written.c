/* SPDX-License-Identifier: MIT */
/* A request, as written by the encoder. */
#include "encode/written.h"

#include <stdlib.h>

void am_written_init(am_written *written, size_t limit)
{
    *written = (am_written){0};
    am_buf_init(&written->target, limit);
    am_buf_init(&written->body, limit);
    am_buf_init(&written->scratch, limit);
}

void am_written_reset(am_written *written, size_t keep)
{
    am_buf_reset(&written->target, written->target.limit, keep);
    am_buf_reset(&written->body, written->body.limit, keep);
    am_buf_reset(&written->scratch, written->scratch.limit, keep);
    written->file_count = 0;
}

void am_written_free(am_written *written)
{
    am_buf_free(&written->target);
    am_buf_free(&written->body);
    am_buf_free(&written->scratch);
    free(written->files);
    *written = (am_written){0};
}

size_t am_written_pieces(const am_written *written, am_piece *pieces)
{
    const char *text = am_buf_string(&written->body);
    size_t count = 0, from = 0;
    for (size_t i = 0; i < written->file_count; i++) {
        const am_file *file = &written->files[i];
        pieces[count++] = (am_piece){.data = text + from, .size = file->at - from};
        pieces[count] = (am_piece){.base64 = true};
        if (file->is_path) {
            pieces[count].path = file->bytes.data;
        } else {
            pieces[count].data = file->bytes.data;
            pieces[count].size = file->bytes.size;
        }
        count++;
        from = file->at;
    }
    if (from < written->body.size)
        pieces[count++] = (am_piece){.data = text + from, .size = written->body.size - from};
    return count;
}
