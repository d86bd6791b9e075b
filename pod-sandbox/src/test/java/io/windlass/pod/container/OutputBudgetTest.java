package io.windlass.pod.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import org.junit.jupiter.api.Test;

class OutputBudgetTest {
    private final OutputBudget budget = new OutputBudget();

    @Test
    void whatOneHoldsAnotherCannotHaveUntilItIsGivenBack() {
        OutputBudget.Share second = budget.share("a command in container c");
        try (OutputBudget.Share first = budget.share("another")) {
            first.take(OutputBudget.MOST);
            assertThatThrownBy(() -> second.take(1))
                    .isInstanceOfSatisfying(
                            Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.RESOURCE_EXHAUSTED))
                    .hasMessageStartingWith("cannot keep the output of a command in container c: ");
        }
        assertThatCode(() -> second.take(OutputBudget.MOST)).doesNotThrowAnyException();
    }
}
