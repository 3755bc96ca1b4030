#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "channel.h"
#include "cleanup.h"

#define CHANNEL_MAX (1u << 20) /* bytes a witness may say */

int channel_open(struct channel *c)
{
	unsigned char random[16];
	int fds[2];

	*c = (struct channel) { .in = -1, .out = -1 };
	if (getrandom(random, sizeof(random), 0) != sizeof(random) ||
		pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(c->nonce + 2 * i, 3, "%02x", random[i]);
	c->in = fds[0];
	c->out = fds[1];
	fcntl(c->in, F_SETFL, O_NONBLOCK);
	c->facts = json_object();
	c->signals = json_array();
	return c->facts && c->signals ? 0 : -ENOMEM;
}

void channel_close(struct channel *c)
{
	cleanup_close(&c->in);
	cleanup_close(&c->out);
	c->in = c->out = -1;
	free(c->text);
	c->text = NULL;
	json_decref(c->facts);
	json_decref(c->signals);
}

/* Only a witness that was given the nonce can have said this. */
static bool signed_as(const struct channel *c, const json_t *line, const char *key)
{
	const char *nonce = json_string_value(json_object_get(line, key));

	return nonce && !strcmp(nonce, c->nonce);
}

static void take_line(struct channel *c, const char *text, size_t len)
{
	json_t *line = json_loadb(text, len, 0, NULL);
	const char *fact = json_string_value(json_object_get(line, "fact"));
	json_t *sig = json_object_get(line, "signal");

	if (signed_as(c, line, "begin")) {
		if (!c->begins++)
			c->begun_ns = json_integer_value(json_object_get(line, "at"));
		c->begun = true;
	} else if (c->begun && fact) {
		json_object_set(c->facts, fact, json_object_get(line, "value"));
	} else if (c->begun && json_object_get(line, "ready")) {
		c->ready = true;
	} else if (c->begun && sig) {
		json_array_append(c->signals, sig);
	} else if (c->begun && signed_as(c, line, "end")) {
		c->ended = (size_t)json_integer_value(json_object_get(line, "facts")) ==
			json_object_size(c->facts);
	} else if (!*c->other) {
		snprintf(c->other, sizeof(c->other), "%.*s", (int)len, text);
	}
	json_decref(line);
}

static void take_lines(struct channel *c)
{
	char *from = c->text, *end;

	while ((end = memchr(from, '\n', c->text + c->len - from))) {
		take_line(c, from, end - from);
		from = end + 1;
	}
	c->len -= from - c->text;
	memmove(c->text, from, c->len);
}

void channel_read(struct channel *c)
{
	while (c->in >= 0) {
		if (c->size - c->len < 4096) {
			char *text = realloc(c->text, c->size + 65536);
			if (!text)
				return;
			c->text = text;
			c->size += 65536;
		}
		ssize_t n = read(c->in, c->text + c->len, c->size - c->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		c->total += n > 0 ? n : 0;
		if (n <= 0 || c->total > CHANNEL_MAX) {
			c->flooded = n > 0;
			close(TAKE_FD(c->in));
			return;
		}
		c->len += n;
		take_lines(c);
	}
}
