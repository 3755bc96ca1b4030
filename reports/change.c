#include <errno.h>
#include <string.h>

#include "change.h"

static const char *const names[CHANGE_COUNT] = {
	[CHANGE_NONE] = "",
	[CHANGE_SAME] = "same",
	[CHANGE_REGRESSED] = "regressed",
	[CHANGE_UNKNOWN] = "unknown",
	[CHANGE_FIXED] = "fixed",
	[CHANGE_OTHER] = "changed",
	[CHANGE_CAUSE] = "cause-changed",
	[CHANGE_NEW] = "new",
	[CHANGE_GONE] = "gone",
};

const char *change_name(enum change c)
{
	return names[c];
}

int change_from_name(const char *name)
{
	for (int i = 0; i < CHANGE_COUNT; i++)
		if (!strcmp(names[i], name))
			return i;
	return -EINVAL;
}
