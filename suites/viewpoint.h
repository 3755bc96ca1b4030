/* From where a question is asked: as whom, or inside a container that a runtime makes. */
#ifndef PLIMSOLL_VIEWPOINT_H
#define PLIMSOLL_VIEWPOINT_H

#include "ask.h"

#define VIEWPOINTS_MAX 8

struct viewpoints {
	struct asker askers[VIEWPOINTS_MAX];
	size_t asker_count;
	char runtimes[VIEWPOINTS_MAX][256]; /* of container:RUNTIME, as given */
	size_t runtime_count;
};

/*
 * Reads "root,user,userns,container:RUNTIME"; NULL: oneself, and the user `as` (NULL: nobody)
 * if one can become that. 0, or -EINVAL with a sentence in `why`.
 */
int viewpoints_choose(const char *from, const char *as, const struct env *env,
	struct viewpoints *ret_viewpoints, char *why, size_t why_size);

#endif
