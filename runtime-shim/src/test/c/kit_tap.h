/* Test Anything Protocol: one line for each check. A test program has one plan, so the counters are its own. */
#ifndef WINDLASS_KIT_TAP_H
#define WINDLASS_KIT_TAP_H

#include <stdbool.h>

/* Records a check; returns `passed`. */
__attribute__((format(printf, 2, 3))) bool tap_ok(bool passed, const char *name, ...);

/* As tap_ok(strstr(text, part)), and shows the text when it is not found. */
bool tap_contains(const char *text, const char *part, const char *name);
bool tap_lacks(const char *text, const char *part, const char *name);

/* Records a check that cannot be made here, and why. */
void tap_skip(const char *name, const char *reason);

/* Writes the plan; the program's exit status. */
int tap_done(void);

#endif
