/* The sentence on top of the page. */
#ifndef PLIMSOLL_HTML_VERDICT_H
#define PLIMSOLL_HTML_VERDICT_H

#include "html.h"

enum tone { TONE_BAD, TONE_WARN, TONE_PLAIN, TONE_GOOD };

/* Writes it, escaped, without a full stop. */
enum tone html_verdict(const struct html *h, FILE *f);

/* Paragraphs with the numbers behind it. */
void html_numbers(const struct html *h, FILE *f);

#endif
