#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "source.h"
#include "spool.h"

const char *source_name(const char *path)
{
	return strcmp(path, "-") ? path : "stdin";
}

static FILE *copy(FILE *in)
{
	char buffer[1 << 16];
	size_t n;
	FILE *out = spool_open();

	while (out && (n = fread(buffer, 1, sizeof(buffer), in)) > 0) {
		if (fwrite(buffer, 1, n, out) == n)
			continue;
		fclose(out);
		return NULL;
	}
	if (out && (ferror(in) || fflush(out) == EOF)) {
		fclose(out);
		return NULL;
	}
	return out;
}

static bool is_regular(FILE *in)
{
	struct stat st;

	return fstat(fileno(in), &st) == 0 && S_ISREG(st.st_mode);
}

FILE *source_open(const char *path, bool again, char *why, size_t why_size)
{
	bool standard = !strcmp(path, "-");
	FILE *in = standard ? fdopen(dup(STDIN_FILENO), "r") : fopen(path, "re");

	if (in && again && !is_regular(in)) {
		FILE *kept = copy(in);
		int err = errno;
		fclose(in);
		errno = err;
		in = kept;
	}
	if (!in)
		snprintf(why, why_size, "%s: %s", source_name(path), strerror(errno));
	return in;
}

int source_read(
	FILE *in, const char *path, record_fn fn, void *ctx, char *why, size_t why_size)
{
	if (is_regular(in))
		rewind(in);
	return records_read(in, source_name(path), fn, ctx, why, why_size);
}
