/* Files that hold a short text. */
#ifndef SMALL_FILE_H
#define SMALL_FILE_H

void write_file(const char *path, const char *text);
/* Up to 255 bytes, until the next call; NULL when there is no such file. */
const char *read_file(const char *path);

#endif
