/*
 * The two ends of a guest. Host to guest: /job.json at the top of the initramfs. Guest to
 * host: lines on the second serial port, each a JSON object; a record as it is, or one with
 * the member "guest" that says what it is:
 *
 *   {"guest": "up"}                              init runs; first of all
 *   {"guest": "module", "text": ...}             a module that could not be loaded, and why
 *   {"guest": "beat"}                            once a second: still alive
 *   {"guest": "says", "text": ...}               a line of the command's stderr
 *   {"guest": "log", "text": ...}                a kernel warning that fell between records
 *   {"guest": "file", "path": ..., "text": ...}  of a capture
 *   {"guest": "trouble", "stage": ..., "detail": ...}  it could not be set up
 *   {"guest": "end", "exit": N, "tainted": N}    the command has ended; N of
 *                                                /proc/sys/kernel/tainted, new bits only
 *
 * A record that was written while the kernel warned carries the warnings as "kernel_log".
 */
#ifndef PLIMSOLL_GUEST_H
#define PLIMSOLL_GUEST_H

#include <stdbool.h>

#define GUEST_JOB      "/job.json"
#define GUEST_MODULES  "/modules"
#define GUEST_ROOT     "/root"     /* in the initramfs: what becomes the guest's root */
#define GUEST_FIXTURES "/fixtures" /* in the guest's root */
#define GUEST_LINE_MAX (4u << 20)  /* bytes; a longer line is the guest's fault */
#define GUEST_OOPSED   (1u << 7)   /* of "tainted" (admin-guide/tainted-kernels) */

/*
 * The job:
 *   port      the device of the second serial port, "ttyS1"
 *   modules   names of files below GUEST_MODULES, in load order
 *   cgroup    unified, hybrid or v1
 *   sysctl    name -> text
 *   user      who runs the command; missing: root
 *   command   a verb and its arguments
 *   capture   true: send /proc and /sys, too
 */

/* Are we the init of a guest? Asked first of all in main(). */
bool guest_is_init(void);

/* What init does; never returns: the machine goes off at its end. */
void guest_main(void) __attribute__((noreturn));

#endif
