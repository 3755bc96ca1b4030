/*
 * Would asking load a module? The kernel asks modprobe(8) for what it does not know, for
 * anyone in a user namespace of their own too, and a loaded module stays. So it is found out
 * beforehand (libkmod), and by default such a question is not asked.
 */
#ifndef PLIMSOLL_AUTOLOAD_H
#define PLIMSOLL_AUTOLOAD_H

#include "answer.h"

enum module_state {
	MODULE_BUILTIN,
	MODULE_LOADED,
	MODULE_LOADABLE, /* there, not loaded: asking would load it */
	MODULE_NONE,     /* no module of that name or alias is there to be loaded */
	MODULE_UNSEEN, /* this process cannot see the modules of the kernel that is running */
};

/* The state of one module name or alias ("overlay", "fs-overlay"). Its name in ret_name. */
enum module_state module_state(
	const struct env *env, const char *alias, char *ret_name, size_t size);

/* The stage of an answer that was put off because its module would be loaded; it is there. */
#define AUTOLOAD_STAGE "autoload"

/*
 * For ask_options.may_load: true if none of the names and aliases in `modules` would be
 * loaded. Where the modules cannot be seen, true only for a kernel that has loaded none.
 */
bool autoload_harmless(const char *modules, struct verdict *ret_refused);

/* Is there a way for the kernel to load modules (kernel.modprobe, kernel.modules_disabled)? */
bool autoload_possible(const struct env *env);

#endif
