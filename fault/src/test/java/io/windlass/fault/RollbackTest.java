package io.windlass.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RollbackTest {
    private final List<String> undone = new ArrayList<>();

    @Test
    void undoes_the_steps_of_a_failed_operation_latest_first() {
        assertThatThrownBy(() -> {
                    try (Rollback rollback = new Rollback("run pod")) {
                        rollback.onFailure("cgroup", () -> undone.add("cgroup"));
                        rollback.onFailure("network", () -> undone.add("network"));
                        throw Fault.invalid("no such image");
                    }
                })
                .isInstanceOf(Fault.class)
                .hasMessage("no such image");
        assertThat(undone).containsExactly("network", "cgroup");
    }

    @Test
    void undoes_nothing_after_commit() {
        try (Rollback rollback = new Rollback("run pod")) {
            rollback.onFailure("cgroup", () -> undone.add("cgroup"));
            rollback.commit();
        }
        assertThat(undone).isEmpty();
    }

    @Test
    void keeps_what_a_step_depends_on_when_its_undo_fails_and_reports_it_beside_the_first_failure() {
        assertThatThrownBy(() -> {
                    try (Rollback rollback = new Rollback("run pod")) {
                        rollback.onFailure("namespaces", () -> undone.add("namespaces"));
                        rollback.onFailure("network", () -> {
                            throw Fault.internal("plugin failed", null);
                        });
                        throw Fault.invalid("no such image");
                    }
                })
                .hasMessage("no such image")
                .satisfies(fault -> assertThat(fault.getSuppressed())
                        .singleElement()
                        .extracting(Throwable::getMessage)
                        .asString()
                        .isEqualTo("cannot undo step 'network' of run pod: plugin failed;"
                                + " not undone, because it depends on them: [namespaces]"));
        assertThat(undone).isEmpty();
    }
}
