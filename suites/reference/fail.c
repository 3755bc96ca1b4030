#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "fail.h"

int fail(struct failure *f, int err, const char *fmt, ...)
{
	char text[sizeof(f->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f->err = err ? err : EINVAL;
	snprintf(f->text, sizeof(f->text), "%.1900s%s%s", text, err ? ": " : "",
		err ? strerror(err) : "");
	return -f->err;
}

int fail_in(struct failure *f, const char *fmt, ...)
{
	char context[512], text[sizeof(f->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
	memcpy(text, f->text, sizeof(text));
	snprintf(f->text, sizeof(f->text), "%s: %.1500s", context, text);
	f->err = f->err ? f->err : EINVAL;
	return -f->err;
}
