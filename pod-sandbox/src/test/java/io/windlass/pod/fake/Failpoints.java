package io.windlass.pod.fake;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.ArrayList;
import java.util.List;

/** Makes the n-th call that passes here fail, and tells which call that was. Thread-safe. */
public final class Failpoints {
    private final List<String> passed = new ArrayList<>();
    private int failAt;
    private String failed = "";

    /** @param number 1 for the next call; 0 for none */
    public synchronized void failAt(int number) {
        passed.clear();
        failed = "";
        failAt = number;
    }

    public synchronized void pass(String point) {
        passed.add(point);
        if (passed.size() == failAt) {
            failed = point;
            throw new Fault(FaultKind.INTERNAL, "failpoint " + point);
        }
    }

    public synchronized List<String> passed() {
        return List.copyOf(passed);
    }

    public synchronized String failed() {
        return failed;
    }
}
