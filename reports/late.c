#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include "cleanup.h"
#include "late.h"

static void *open_whole(const struct late_library *l)
{
	void *handle = dlopen(l->file, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; handle && i < l->count; i++) {
		*l->symbols[i].where = dlsym(handle, l->symbols[i].name);
		if (!*l->symbols[i].where)
			dlclose(TAKE_PTR(handle));
	}
	return handle;
}

int late_load(struct late_library *l, char *why, size_t why_size)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&lock);
	if (!l->handle)
		l->handle = open_whole(l);
	bool loaded = l->handle;
	pthread_mutex_unlock(&lock);
	if (loaded)
		return 0;
	snprintf(why, why_size, "%s with %s, which is not here or too old: install %s",
		l->what, l->file, l->install);
	return -ENOSYS;
}
