/*
 * Guests that are made up: what they send, line by line (guest.h), and a watch that hears it.
 */
#ifndef PLIMSOLL_BOOT_GUESTS_H
#define PLIMSOLL_BOOT_GUESTS_H

#include <check.h>
#include <string.h>

#include "boot/watch.h"

#define TIMEOUT_MS 300000

#define UP      "{\"guest\": \"up\"}\n"
#define BEAT    "{\"guest\": \"beat\"}\n"
#define SAYS(t) "{\"guest\": \"says\", \"text\": \"" t "\"}\n"
#define LOG(t)  "{\"guest\": \"log\", \"text\": \"" t "\"}\n"
#define MODULE  "{\"guest\": \"module\", \"text\": \"zram: no memory\"}\n"
#define TROUBLE \
	"{\"guest\": \"trouble\", \"stage\": \"pipe\", \"detail\": \"Too many\"}\n"
#define OVER(s) "{\"guest\": \"end\", \"exit\": " s ", \"tainted\": 0}\n"
#define OOPSED  "{\"guest\": \"end\", \"exit\": 0, \"tainted\": 640}\n"
#define ENV(v) \
	"{\"type\":\"env\",\"format\":1,\"verb\":\"" v "\",\"kernel\":" KERNEL "}\n"
#define KERNEL   "{\"release\":\"6.12.1\",\"version\":\"#1\",\"machine\":\"x86_64\"}"
#define PROBE(n) "{\"type\":\"probe\",\"name\":\"" n "\"," ANSWER "}\n"
#define ANSWER   "\"asker\":\"root\",\"about\":\"a\",\"outcome\":\"pass\""
#define CASE(w) \
	"{\"type\":\"case\",\"name\":\"c\",\"runtime\":\"r\",\"about\":\"a\"," w "}\n"
#define PASSED  CASE("\"outcome\":\"pass\"")
#define IGNORED CASE("\"outcome\":\"fail\",\"kind\":\"silently-ignored\"")
#define END(n)  "{\"type\":\"end\",\"records\":" n ",\"exit\":0}\n"
#define RUN     ENV("probe") PROBE("mnt/rro") END("2")

static struct watch w;

static void setup(void)
{
	ck_assert_int_eq(watch_start(&w, TIMEOUT_MS, WATCH_UP_MS, NULL), 0);
}

static void teardown(void)
{
	watch_free(&w);
}

static void port(const char *text)
{
	watch_port(&w, text, strlen(text));
}

static void console(const char *text)
{
	watch_console(&w, text, strlen(text));
}

static const char *text_of(const json_t *list, size_t i)
{
	const char *text = json_string_value(json_array_get(list, i));

	return text ? text : "(none)";
}

#endif
