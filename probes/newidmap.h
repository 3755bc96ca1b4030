/* What the questions about newuidmap(1) and newgidmap(1) share. */
#ifndef PLIMSOLL_NEWIDMAP_H
#define PLIMSOLL_NEWIDMAP_H

#include "answer.h"

struct newidmap {
	const char *program; /* "newuidmap" */
	const char *file;    /* "/etc/subuid" */
	const char *map;     /* "uid_map" */
	const char *option;  /* usermod(8)'s that adds a range */
	int cap;             /* what the program needs, if it is not setuid */
};

/* Has the helper map the asker's subordinate ids, and looks at the map. */
struct verdict newidmap_ask(const struct ask *a, const struct newidmap *kind);

#endif
