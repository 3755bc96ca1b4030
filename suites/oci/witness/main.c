/*
 * The witness runs as the container's process, looks at the facts it is asked for, reports
 * them and leaves. It judges nothing.
 *
 * What to look at stands in the file /.ask of its root: a nonce, then "go" or "hold", then
 * one fact on each line. It answers on stdout, one JSON object on each line: that it began
 * (the nonce, the time), each fact, that it is ready to be signalled (if it holds), each signal
 * as it comes (SIGTERM ends that), and that it reached its end, with the number of its facts.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fact.h"

static unsigned facts;

static unsigned long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void report(const char *name)
{
	const char *path;
	const struct fact *fact = fact_find(name, &path);

	printf("{\"fact\":");
	say_string(stdout, name);
	printf(",\"value\":");
	if (fact)
		fact->look(stdout, path);
	else
		printf("null");
	printf("}\n");
	facts++;
}

/* All signals are blocked from the start, so that none is missed. */
static void report_signals(const sigset_t *all)
{
	int s = 0;

	printf("{\"ready\":true}\n");
	fflush(stdout);
	while (s != SIGTERM) {
		s = sigwaitinfo(all, NULL);
		if (s < 0)
			continue;
		const char *name = sigabbrev_np(s);
		printf("{\"signal\":\"%s\"}\n", name ? name : "RT");
		fflush(stdout);
	}
}

/* The whole request, read and closed before anything is looked at: it is no fact. */
static bool load_request(char *text, size_t size)
{
	FILE *in = fopen("/.ask", "re");
	if (!in)
		return false;
	size_t len = fread(text, 1, size - 1, in);
	text[len] = '\0';
	return fclose(in) == 0 && len > 0;
}

int main(void)
{
	static char request[256 * 1024];
	char *rest = request;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	if (!load_request(request, sizeof(request))) {
		printf("{\"refused\":\"/.ask: %s\"}\n", strerror(errno));
		return 1;
	}
	const char *nonce = strsep(&rest, "\n"), *mode = strsep(&rest, "\n"), *name;
	printf("{\"begin\":\"%s\",\"at\":%llu}\n", nonce, now_ns());
	while ((name = strsep(&rest, "\n")) && *name)
		report(name);
	if (mode && !strcmp(mode, "hold"))
		report_signals(&all);
	printf("{\"end\":\"%s\",\"facts\":%u}\n", nonce, facts);
	return fflush(stdout) == 0 ? 0 : 1;
}
