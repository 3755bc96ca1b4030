#include <stdio.h>
#include <string.h>

#include "boot.h"
#include "cleanup.h"

const char *boot_label(const struct boot *b)
{
	return b->named->name     ? b->named->name
		: b->kernel->host ? "host"
				  : b->kernel->release;
}

const char *boot_title(const struct boot *b)
{
	static char title[512];
	const char *variation = b->variation->name;

	snprintf(title, sizeof(title), "%s%s%s%s%s", boot_label(b), variation ? " " : "",
		variation ? variation : "", b->runtime ? ", " : "",
		b->runtime ? b->runtime->name : "");
	return title;
}

char *boot_cmdline(const struct boot *b)
{
	const struct plan_variation *v = b->variation;
	char *text;

	/* panic=-1 and QEMU's -no-reboot: a kernel that panics is off at once. */
	if (asprintf(&text, "console=%s panic=-1 quiet%s%s%s%s",
		    b->opt->machine.emulator->console, v->lsm ? " lsm=" : "",
		    v->lsm ? v->lsm : "", *v->append ? " " : "", v->append) < 0)
		return NULL;
	return text;
}
