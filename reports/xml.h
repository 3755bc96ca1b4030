/*
 * XML, written piece by piece by libxml2, which is loaded late. Texts come from records: they
 * are made printable, which makes them legal in XML 1.0, and whatever is markup in them is
 * escaped. Nothing returns an error: the first one is kept and told by xml_flush().
 */
#ifndef PLIMSOLL_XML_H
#define PLIMSOLL_XML_H

#include <stdbool.h>
#include <stdio.h>

struct xml;

/* Loads the library. 0, or -ENOSYS with a sentence in `why` that says what to install. */
int xml_ready(char *why, size_t why_size);

/* Writes to `out`, which stays the caller's. NULL without memory or library. */
struct xml *xml_new(FILE *out);
void xml_free(struct xml *x); /* NULL is fine; nothing is written any more */

/* <?xml ...?>, where this is a whole document and not a part of one. */
void xml_declare(struct xml *x);

/* Opens an element on a new line, indented by `depth` blanks. */
void xml_open(struct xml *x, int depth, const char *name);

/* Of the element that was opened last, before anything else is in it. The text becomes one
 * line, cut if it is much longer than any of ours; there is no attribute without text. */
void xml_attribute(struct xml *x, const char *name, const char *text);
void xml_number(struct xml *x, const char *name, long long number);
void xml_seconds(struct xml *x, const char *name, double ms);

/* Text in the element at hand; its newlines stay. */
void xml_text(struct xml *x, const char *text);

/* Ends an element; one that had others in it ends on a line of its own. */
void xml_close(struct xml *x);
void xml_close_line(struct xml *x, int depth);

/* Everything so far has reached `out`; a start tag that is open is closed. 0 or -EIO. */
int xml_flush(struct xml *x);

#endif
