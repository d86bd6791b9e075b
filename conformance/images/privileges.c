// Tells whose rights it has: installed set-uid, this shows whether no_new_privs holds.
#include <stdio.h>
#include <unistd.h>

int main(void) {
    printf("Effective uid: %u\n", geteuid());
    return 0;
}
