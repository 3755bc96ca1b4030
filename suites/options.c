#include <fnmatch.h>
#include <stdlib.h>

#include "options.h"

bool option_count(const char *text, size_t *ret_count)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 1 || n > 64)
		return false;
	*ret_count = n;
	return true;
}

bool option_seconds(const char *text, int *ret_ms)
{
	char *end;
	double s = strtod(text, &end);

	if (end == text || *end || !(s >= 0.001 && s <= 86400))
		return false;
	*ret_ms = (int)(s * 1000);
	return true;
}

bool option_names(char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (fnmatch(names[i], name, 0) == 0)
			return true;
	return count == 0;
}
