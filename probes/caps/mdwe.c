/*
 * Can a process be kept from memory that is both written and run? (probes.md row 193.)
 *
 * A child maps memory that may be written and executed, which works; after PR_SET_MDWE the
 * same must be EACCES, as must making written memory executable, while memory that is born
 * executable, the control, can still be had. EINVAL from the prctl: older than 6.3.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "caps.h"
#include "record.h"

/* Maps and unmaps a page: 0 or a positive errno. */
static int try_map(int protection)
{
	void *page = mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return errno;
	munmap(page, 4096);
	return 0;
}

/* Makes a written page executable: 0 or a positive errno. */
static int try_gain(void)
{
	void *page = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return 0;
	int err = mprotect(page, 4096, PROT_READ | PROT_EXEC) < 0 ? errno : 0;
	munmap(page, 4096);
	return err;
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	int both = PROT_READ | PROT_WRITE | PROT_EXEC;

	int before = try_map(both);
	if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) < 0)
		return answer_refused(a, "prctl(set_mdwe)", errno);
	int after = try_map(both), gain = try_gain(),
	    born = try_map(PROT_READ | PROT_EXEC);
	if (after != EACCES || gain != EACCES || born)
		return answer_fail(
			"after PR_SET_MDWE mapping memory writable and executable gave %s, making "
			"it executable %s, and mapping it executable %s",
			after ? errno_name(after) : "no error",
			gain ? errno_name(gain) : "no error",
			born ? errno_name(born) : "no error");
	if (before)
		return answer_denied("lsm",
			"something forbids memory that is writable and executable here anyway "
			"(SELinux execmem, or MemoryDenyWriteExecute= of systemd)",
			"ask outside of that", "mmap(writable and executable): %s",
			errno_name(before));
	return answer_pass(
		"memory that is writable and executable gave EACCES after PR_SET_MDWE, before it "
		"could be mapped; memory that is executable only still can");
}

static struct verdict ask(const struct ask *a)
{
	if (prctl(PR_GET_MDWE, 0, 0, 0, 0) == PR_MDWE_REFUSE_EXEC_GAIN)
		return answer_pass("it is on already for this process");
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_caps_mdwe = {
	.about = "a process can be kept from running memory that it has written",
	.how = "A child maps memory that is writable and executable before and after "
	       "PR_SET_MDWE; memory that is only executable must still be had.",
	.man = "PR_SET_MDWE(2const)",
	.since = "6.3",
	.needed_by = "systemd MemoryDenyWriteExecute=",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(prctl),
	.ask = ask,
};
