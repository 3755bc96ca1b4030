/*
 * The guardian: a process that outlives us, `kill -9` included, and then kills what runs in
 * our cgroups and removes them. Mounts, files and other namespaces need no guardian: they
 * die with the processes in them.
 *
 * Every cgroup that plimsoll makes, or has a runtime make, is called guard_name() or begins
 * with that and a dot. The guardian looks for them in every mounted cgroup hierarchy, at its
 * top and below this process's own cgroup.
 */
#ifndef PLIMSOLL_GUARD_H
#define PLIMSOLL_GUARD_H

/* "plimsoll.PID": unlike any other name on this machine while we live. */
const char *guard_name(void);

/* Starts the guardian if it is not there yet. 0 or -errno. */
int guard_start(void);

/*
 * Tells the guardian of the first process of a pid namespace, from whichever process of ours
 * made it: what runs there may still make cgroups while its namespace is torn down, and only
 * when this process is gone is the last of it.
 */
void guard_watch(int pid);

/*
 * Kills what runs in the cgroups of this name, and removes them with all below, wherever
 * they may be. Returns the number of cgroups that were there, or -errno if one is left.
 */
int guard_remove(const char *name);

/* The same in one directory only, for who knows where they were made. */
int guard_remove_below(const char *dir, const char *name);

/* The same without touching anything: how many there are, or -errno. */
int guard_count(const char *name);

/* Lets the guardian do its work and waits for it. To be called once, at the end. */
void guard_stop(void);

#endif
