#include <errno.h>
#include <string.h>

#include "formats.h"
#include "options.h"

int formats_take(struct formats *f, char *text, char *why, size_t why_size)
{
	char *path = strchr(text, '=');

	if (path)
		*path++ = '\0';
	if (path && (!*path || !strcmp(path, "-")))
		path = NULL;
	int r = option_format(NULL, text, why, why_size);
	if (r < 0)
		return r;
	if (f->count == FORMATS_MOST) {
		snprintf(why, why_size, "more than %d formats", FORMATS_MOST);
		return -E2BIG;
	}
	for (size_t i = 0; i < f->count; i++) {
		const char *other = f->list[i].path;
		if (path != other && !(path && other && !strcmp(path, other)))
			continue;
		snprintf(why, why_size,
			"two formats to %s: give one of them a file of its own, "
			"--format %s=FILE",
			path ? path : "stdout", text);
		return -EINVAL;
	}
	f->list[f->count].name = text;
	f->list[f->count++].path = path;
	return 0;
}

bool formats_open(struct formats *f, char *why, size_t why_size)
{
	if (!f->count)
		f->list[f->count++].name = "text";
	for (size_t i = 0; i < f->count; i++) {
		f->outputs[i] =
			output_open(f->list[i].name, f->list[i].path, why, why_size);
		if (!f->outputs[i]) {
			formats_discard(f);
			return false;
		}
		if (f->fleet)
			output_fleet(f->outputs[i]);
	}
	return true;
}

void formats_source(struct formats *f, const char *source)
{
	for (size_t i = 0; i < f->count; i++)
		output_source(f->outputs[i], source);
}

void formats_record(struct formats *f, const struct record *rec)
{
	for (size_t i = 0; i < f->count; i++)
		output_record(f->outputs[i], rec);
}

void formats_lost(struct formats *f, const char *why)
{
	for (size_t i = 0; i < f->count; i++)
		output_lost(f->outputs[i], why);
}

enum exit_code formats_status(const struct formats *f, enum exit_code code)
{
	for (size_t i = 0; i < f->count; i++)
		code = output_status(f->outputs[i], code);
	return code;
}

int formats_close(struct formats *f, bool cut_short, char *why, size_t why_size)
{
	char other[512];
	int ret = 0;

	for (size_t i = 0; i < f->count; i++) {
		int closed = output_close(f->outputs[i], cut_short, ret ? other : why,
			ret ? sizeof(other) : why_size);
		f->outputs[i] = NULL;
		if (!ret)
			ret = closed;
	}
	return ret;
}

void formats_discard(struct formats *f)
{
	for (size_t i = 0; i < f->count; i++) {
		output_discard(f->outputs[i]);
		f->outputs[i] = NULL;
	}
}
