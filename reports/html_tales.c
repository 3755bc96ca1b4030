/* What answers were before and why they changed: many say the same, which is kept once. */
#include <errno.h>
#include <string.h>

#include "gate.h"
#include "html.h"
#include "page.h"
#include "text.h"

/* With more different ones only what it is now is told: others must not fill memory. */
#define TALES_MOST 2000

static void free_tale(struct html_tale *tale)
{
	free(tale->was);
	free(tale->was_cause);
	free(tale->cause);
	free(tale->remedy);
	free(tale->seen);
}

/* What a kernel that does not offer it says is no reason, and a cause is the better one. */
static char *seen_of(const struct record *rec)
{
	_cleanup_free_ char *seen = NULL;

	if (*rec->cause || rec->outcome == OUTCOME_ABSENT || rec->outcome == OUTCOME_PASS)
		return strdup("");
	seen = record_seen(rec);
	return page_line(seen ? seen : rec->detail, 0);
}

static char *was_cause(const struct record *rec)
{
	const char *cause = record_was(rec, "cause");

	if (rec->change != CHANGE_CAUSE)
		return strdup("");
	return page_line(*cause ? cause : record_was(rec, "detail"), 0);
}

static int fill(struct html_tale *tale, const struct record *rec)
{
	const struct verdict_words was =
		verdict_words(record_was(rec, "outcome"), record_was(rec, "kind"));

	*tale = (struct html_tale) { .was = strdup(was.text),
		.was_cause = was_cause(rec),
		.cause = page_line(rec->cause, 0),
		.remedy = page_line(rec->remedy, 0),
		.seen = seen_of(rec) };
	if (tale->was && tale->was_cause && tale->cause && tale->remedy && tale->seen)
		return 0;
	free_tale(tale);
	return -ENOMEM;
}

static char *key_of(const struct html_tale *tale)
{
	char *key;

	return asprintf(&key, "%s\n%s\n%s\n%s\n%s", tale->was, tale->was_cause,
		       tale->cause, tale->remedy, tale->seen) < 0
		? NULL
		: key;
}

/* The number of the tale, which is taken over or freed; -ENOMEM. */
static int number_of(struct html_tales *t, struct html_tale *tale)
{
	_cleanup_free_ char *key = key_of(tale);
	const json_t *known = key ? json_object_get(t->index, key) : NULL;
	struct html_tale *list = NULL;
	int number = known ? (int)json_integer_value(known) : (int)t->count;

	if (known || t->count > TALES_MOST) {
		free_tale(tale);
		return known ? number : 0;
	}
	if (key)
		list = reallocarray(t->list, t->count + 1, sizeof(*list));
	if (list)
		t->list = list;
	if (!list || json_object_set_new(t->index, key, json_integer(number)) < 0) {
		free_tale(tale);
		return -ENOMEM;
	}
	t->list[t->count++] = *tale;
	return number;
}

static int make_room(struct html_tales *t, uint32_t answer)
{
	size_t room = t->room ? t->room : 256;

	while (room <= answer)
		room *= 2;
	if (room == t->room)
		return 0;
	uint16_t *answers = reallocarray(t->answers, room, sizeof(*answers));
	if (!answers)
		return -ENOMEM;
	memset(answers + t->room, 0, (room - t->room) * sizeof(*answers));
	t->answers = answers;
	t->room = room;
	return 0;
}

/* The first tale tells nothing. */
static int begin(struct html_tales *t)
{
	struct html_tale tale = { strdup(""), strdup(""), strdup(""), strdup(""),
		strdup("") };

	if (!t->index)
		t->index = json_object();
	if (!t->list)
		t->list = calloc(1, sizeof(*t->list));
	if (!t->index || !t->list || !tale.was || !tale.was_cause || !tale.cause ||
		!tale.remedy || !tale.seen) {
		free_tale(&tale);
		return -ENOMEM;
	}
	t->list[0] = tale;
	t->count = 1;
	return 0;
}

int html_tale_add(struct html_tales *t, uint32_t answer, const struct record *rec)
{
	enum gate gate = gate_of(rec);
	struct html_tale tale;

	if (rec->change <= CHANGE_SAME && (gate == GATE_PASS || gate == GATE_SKIP))
		return 0;
	if (!t->count && begin(t) < 0)
		return -ENOMEM;
	if (make_room(t, answer) < 0 || fill(&tale, rec) < 0)
		return -ENOMEM;
	int number = number_of(t, &tale);
	if (number < 0)
		return number;
	t->answers[answer] = number;
	return 0;
}

void html_tales_free(struct html_tales *t)
{
	for (size_t i = 0; i < t->count; i++)
		free_tale(&t->list[i]);
	free(t->list);
	free(t->answers);
	json_decref(t->index);
}
