#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#include "cleanup.h"
#include "kconfig.h"

#define CONFIG_MOST (1 << 20)

static struct {
	char source[256];
	char *text; /* begins with a newline, so that a line does, too */
} config;

/* gzread(3) takes files that are not compressed as they are. */
static char *read_config(const char *path)
{
	gzFile in = gzopen(path, "rb");
	char *text = in ? malloc(CONFIG_MOST) : NULL;

	int n = text ? gzread(in, text + 1, CONFIG_MOST - 2) : -1;
	if (in)
		gzclose(in);
	if (n <= 0) {
		free(text);
		return NULL;
	}
	text[0] = '\n';
	text[n + 1] = '\0';
	char *fitting = realloc(text, n + 2);
	return fitting ? fitting : text;
}

/* The running kernel's own copy first: the files are named after a release, and may lie. */
static void find_config(void)
{
	static const char *const places[] = { "/proc/config.gz", "/boot/config-%s",
		"/lib/modules/%s/config", "/usr/lib/modules/%s/config",
		"/usr/lib/kernel/config-%s" };
	static bool tried;
	struct utsname u;

	if (tried || uname(&u) < 0)
		return;
	tried = true;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		/* The formats are ours, with one %s or none. */
		const char *at = strstr(places[i], "%s");
		snprintf(config.source, sizeof(config.source), "%.*s%s%s",
			at ? (int)(at - places[i]) : (int)strlen(places[i]), places[i],
			at ? u.release : "", at ? at + 2 : "");
		if (access(config.source, R_OK) == 0)
			return;
	}
	*config.source = '\0';
}

const char *kconfig_source(void)
{
	find_config();
	return config.source;
}

/* NULL if it cannot be had. Most runs ask for no symbol, and need not read it. */
static const char *config_text(void)
{
	static bool tried;

	if (!tried && *kconfig_source())
		config.text = read_config(config.source);
	tried = true;
	return config.text;
}

char kconfig_value(const char *symbol)
{
	char line[96];

	const char *text = config_text();
	if (!text)
		return 0;
	snprintf(line, sizeof(line), "\n%s=", symbol);
	const char *at = strstr(text, line);
	if (at) {
		const char *value = at + strlen(line);
		return (*value == 'y' || *value == 'm') && value[1] == '\n' ? *value
									    : '=';
	}
	snprintf(line, sizeof(line), "\n# %s is not set\n", symbol);
	return strstr(text, line) ? 'n' : 0;
}
