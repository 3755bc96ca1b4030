/* What denies many things is said once: the causes, and which answers have them. */
#include <errno.h>
#include <string.h>

#include "html.h"
#include "page.h"

/* More different ones are no summary any more; and what others write must not fill memory. */
#define CAUSES_MOST 500

static int add_cause(struct html_causes *c, const struct record *rec, const char *text)
{
	struct html_cause cause = { .text = page_line(text, 0),
		.remedy = page_line(rec->remedy, 0),
		.look = rec->outcome == OUTCOME_DENIED ? LOOK_DENIED : LOOK_ERROR };
	struct html_cause *list = reallocarray(c->list, c->count + 1, sizeof(*c->list));

	if (list)
		c->list = list;
	if (!list || !cause.text || !cause.remedy ||
		json_object_set_new(c->index, text, json_integer(c->count + 1)) < 0) {
		free(cause.text);
		free(cause.remedy);
		return -ENOMEM;
	}
	c->list[c->count++] = cause;
	return 0;
}

static int make_room(struct html_causes *c, uint32_t answer)
{
	size_t room = c->room ? c->room : 256;

	while (room <= answer)
		room *= 2;
	if (room == c->room)
		return 0;
	uint16_t *answers = reallocarray(c->answers, room, sizeof(*answers));
	if (!answers)
		return -ENOMEM;
	memset(answers + c->room, 0, (room - c->room) * sizeof(*answers));
	c->answers = answers;
	c->room = room;
	return 0;
}

int html_cause_add(struct html_causes *c, uint32_t answer, const struct record *rec)
{
	const char *text = *rec->cause ? rec->cause : rec->detail;

	if (make_room(c, answer) < 0)
		return -ENOMEM;
	if (!*text || (rec->outcome != OUTCOME_DENIED && rec->outcome != OUTCOME_ERROR))
		return 0;
	if (!c->index && !(c->index = json_object()))
		return -ENOMEM;
	if (!json_object_get(c->index, text)) {
		if (c->count == CAUSES_MOST)
			return 0;
		if (add_cause(c, rec, text) < 0)
			return -ENOMEM;
	}
	c->answers[answer] = json_integer_value(json_object_get(c->index, text));
	return 0;
}

void html_causes_free(struct html_causes *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->list[i].text);
		free(c->list[i].remedy);
	}
	free(c->list);
	free(c->answers);
	json_decref(c->index);
}
