#!/bin/sh
# Runs TAP programs, keeps what each printed beside it (.tap), shows what is not ok and what is skipped, and sums up. Fails when a test or a program fails.
passed=0 failed=0 skipped=0 broken=0
for program in "$@"; do
    output=$("$program" 2>&1)
    status=$?
    printf '%s\n' "$output" >"$program.tap"
    plan=$(printf '%s\n' "$output" | sed -n 's/^1\.\.\([0-9]*\)$/\1/p')
    skips=$(printf '%s\n' "$output" | grep -c '^ok .*# SKIP')
    good=$(printf '%s\n' "$output" | grep -c '^ok ')
    bad=$(printf '%s\n' "$output" | grep -c '^not ok ')
    passed=$((passed + good - skips)) failed=$((failed + bad)) skipped=$((skipped + skips))
    if [ "$status" -ne 0 ] || [ "$bad" -ne 0 ] || [ "${plan:-x}" != "$((good + bad))" ]; then
        broken=1
        printf '%s\n' "# $program (status $status)" "$output"
    else
        printf '%s\n' "$output" | grep '# SKIP'
    fi
done
echo "C tests: $passed passed, $failed failed, $skipped skipped"
[ "$broken" -eq 0 ] && [ "$passed" -gt 0 ]
