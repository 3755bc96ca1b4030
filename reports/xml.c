#include <errno.h>
#include <libxml/xmlversion.h>
#include <libxml/xmlwriter.h>
#include <string.h>

#include "cleanup.h"
#include "late.h"
#include "page.h"
#include "printable.h"
#include "xml.h"

/* Names are made of two lines of page_line(): cut, two of them might be alike. */
#define ATTRIBUTE_MOST 4000

#define FUNCTIONS(F)                   \
	F(xmlFreeTextWriter)           \
	F(xmlNewTextWriter)            \
	F(xmlOutputBufferClose)        \
	F(xmlOutputBufferCreateIO)     \
	F(xmlTextWriterEndElement)     \
	F(xmlTextWriterFlush)          \
	F(xmlTextWriterStartElement)   \
	F(xmlTextWriterWriteAttribute) \
	F(xmlTextWriterWriteRaw)       \
	F(xmlTextWriterWriteString)

static struct {
	FUNCTIONS(LATE_MEMBER)
} lx;

#define SYMBOL(fn) LATE_SYMBOL(lx, fn)
static const struct late_symbol symbols[] = { FUNCTIONS(SYMBOL) };

/* What is called here is the same in both; the soname changed with 2.14. */
static struct late_library libraries[] = {
	LATE_LIBRARY("libxml2.so.16", "libxml2 (2.14 or later)", "XML is written"),
	LATE_LIBRARY("libxml2.so.2", "libxml2 (Debian: libxml2)", "XML is written"),
};

struct xml {
	xmlTextWriterPtr writer;
	bool failed;
};

int xml_ready(char *why, size_t why_size)
{
	int r = -ENOSYS;

	for (size_t i = 0; r < 0 && i < ARRAY_SIZE(libraries); i++)
		r = late_load(&libraries[i], why, why_size);
	return r;
}

static int write_out(void *out, const char *bytes, int len)
{
	return fwrite(bytes, 1, len, out) == (size_t)len ? len : -1;
}

struct xml *xml_new(FILE *out)
{
	char why[256];
	struct xml *x = NULL;

	if (xml_ready(why, sizeof(why)) == 0)
		x = calloc(1, sizeof(*x));
	if (!x)
		return NULL;
	xmlOutputBufferPtr buffer =
		lx.xmlOutputBufferCreateIO(write_out, NULL, out, NULL);
	if (buffer && (x->writer = lx.xmlNewTextWriter(buffer)))
		return x;
	if (buffer)
		lx.xmlOutputBufferClose(buffer);
	free(x);
	return NULL;
}

void xml_free(struct xml *x)
{
	if (!x)
		return;
	lx.xmlFreeTextWriter(x->writer);
	free(x);
}

static void check(struct xml *x, int written)
{
	if (written < 0)
		x->failed = true;
}

static void put_raw(struct xml *x, const char *text)
{
	check(x, lx.xmlTextWriterWriteRaw(x->writer, BAD_CAST text));
}

static void put_break(struct xml *x, int depth)
{
	char text[16];

	snprintf(text, sizeof(text), "\n%*s", depth, "");
	put_raw(x, text);
}

void xml_declare(struct xml *x)
{
	put_raw(x, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
}

void xml_open(struct xml *x, int depth, const char *name)
{
	put_break(x, depth);
	check(x, lx.xmlTextWriterStartElement(x->writer, BAD_CAST name));
}

static void put_attribute(struct xml *x, const char *name, const char *text)
{
	check(x, lx.xmlTextWriterWriteAttribute(x->writer, BAD_CAST name, BAD_CAST text));
}

void xml_attribute(struct xml *x, const char *name, const char *text)
{
	_cleanup_free_ char *line = page_line(text, ATTRIBUTE_MOST);

	if (!line)
		x->failed = true;
	else if (*line)
		put_attribute(x, name, line);
}

void xml_number(struct xml *x, const char *name, long long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", number);
	put_attribute(x, name, text);
}

void xml_seconds(struct xml *x, const char *name, double ms)
{
	char text[48];
	/* More than a year is no measurement, and numbers without end are none to readers. */
	unsigned long us = ms > 0 && ms < 4e10 ? (unsigned long)(ms * 1000 + 0.5) : 0;

	snprintf(text, sizeof(text), "%lu.%06lu", us / 1000000, us % 1000000);
	put_attribute(x, name, text);
}

void xml_text(struct xml *x, const char *text)
{
	_cleanup_free_ char *clean = printable(text, strlen(text));

	if (clean)
		check(x, lx.xmlTextWriterWriteString(x->writer, BAD_CAST clean));
	else
		x->failed = true;
}

void xml_close(struct xml *x)
{
	check(x, lx.xmlTextWriterEndElement(x->writer));
}

void xml_close_line(struct xml *x, int depth)
{
	put_break(x, depth);
	xml_close(x);
}

int xml_flush(struct xml *x)
{
	put_raw(x, "");
	check(x, lx.xmlTextWriterFlush(x->writer));
	return x->failed ? -EIO : 0;
}
