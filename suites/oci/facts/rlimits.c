#include <sys/resource.h>

#include "fact.h"

static const struct {
	const char *name;
	int resource;
} limits[] = {
	{ "RLIMIT_AS", RLIMIT_AS },
	{ "RLIMIT_CORE", RLIMIT_CORE },
	{ "RLIMIT_CPU", RLIMIT_CPU },
	{ "RLIMIT_DATA", RLIMIT_DATA },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE },
	{ "RLIMIT_LOCKS", RLIMIT_LOCKS },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
	{ "RLIMIT_NICE", RLIMIT_NICE },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE },
	{ "RLIMIT_NPROC", RLIMIT_NPROC },
	{ "RLIMIT_RSS", RLIMIT_RSS },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
	{ "RLIMIT_STACK", RLIMIT_STACK },
};

static void say_limit(FILE *out, rlim_t limit)
{
	if (limit == RLIM_INFINITY)
		fputs("\"unlimited\"", out);
	else
		fprintf(out, "%llu", (unsigned long long)limit);
}

static void look(FILE *out, const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		struct rlimit r = { 0 };
		getrlimit(limits[i].resource, &r);
		fprintf(out, "%s\"%s\":{\"soft\":", i ? "," : "{", limits[i].name);
		say_limit(out, r.rlim_cur);
		fputs(",\"hard\":", out);
		say_limit(out, r.rlim_max);
		fputc('}', out);
	}
	fputc('}', out);
}

const struct fact fact_rlimits = {
	.about = "every resource limit: an object of RLIMIT_* to {soft, hard}",
	.look = look,
};
