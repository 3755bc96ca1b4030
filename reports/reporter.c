#include <string.h>

#include "reporter.h"

const struct reporter *reporter_find(const char *name)
{
	for (size_t i = 0; i < reporter_count; i++)
		if (!strcmp(reporter_table[i].name, name))
			return reporter_table[i].reporter;
	return NULL;
}
