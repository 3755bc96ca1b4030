#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

/* U+2028 to U+202E and U+2066 to U+2069: break lines, or turn around what follows them. */
static bool reorders(const unsigned char *p)
{
	if (p[0] != 0xe2)
		return false;
	return (p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) ||
		(p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
}

/* U+FFFE and U+FFFF are no characters: XML must not hold them, not even escaped. */
static bool is_no_character(const unsigned char *p)
{
	return p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe;
}

/* Length of the well-formed UTF-8 character at p, 0 if there is none. RFC 3629, section 4. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
	static const struct {
		unsigned char lo, hi;   /* first byte */
		unsigned char lo2, hi2; /* second byte */
		size_t len;
	} forms[] = {
		{ 0xc2, 0xc2, 0xa0, 0xbf, 2 }, /* below are the C1 controls */
		{ 0xc3, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (*p == '\n' || *p == '\t')
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (*p < forms[i].lo || *p > forms[i].hi)
			continue;
		if (left < forms[i].len || p[1] < forms[i].lo2 || p[1] > forms[i].hi2)
			return 0;
		for (size_t k = 2; k < forms[i].len; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return reorders(p) || is_no_character(p) ? 0 : forms[i].len;
	}
	return 0;
}

char *printable(const char *text, size_t len)
{
	char *copy = malloc(len * 3 + 1);
	if (!copy)
		return NULL;

	char *to = copy;
	for (size_t i = 0; i < len;) {
		/* Nearly all there is. */
		if (text[i] >= 0x20 && text[i] < 0x7f) {
			*to++ = text[i++];
			continue;
		}
		size_t n = utf8_length((const unsigned char *)text + i, len - i);
		if (n) {
			to = mempcpy(to, text + i, n);
			i += n;
		} else {
			to = mempcpy(to, "\xef\xbf\xbd", 3);
			i++;
		}
	}
	*to = '\0';
	return copy;
}
