/* The main() of a program of Check tests: it defines suite() and includes this last. */
#ifndef PLIMSOLL_RUN_TESTS_H
#define PLIMSOLL_RUN_TESTS_H

#include <check.h>
#include <stdlib.h>

int main(void)
{
	SRunner *runner = srunner_create(suite());

	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
